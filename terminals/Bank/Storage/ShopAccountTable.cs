namespace HierCash.Bank;

/// <summary>Accounts of shops, each named by its reference; two may have one name (rule R18).</summary>
internal static class ShopAccountTable
{
    /// <summary>With their balances in minor units, by name.</summary>
    public static List<(string Name, Digest Account, long Balance)> All(IReadSnapshot db) => db.Query(
        """
        SELECT s.name, s.reference, coalesce(l.balance, 0)
        FROM shop_account s LEFT JOIN ledger_account l ON l.kind = 'shop' AND l.owner = s.reference ORDER BY s.name, s.reference
        """,
        r => (r.GetString(0), r.Digest(1), r.GetInt64(2)));

    /// <summary>The shop's name; null where there is no such account.</summary>
    public static string? Name(IReadSnapshot db, Digest account) =>
        db.First("SELECT name FROM shop_account WHERE reference = $1", r => r.GetString(0), account);

    /// <summary>How many have that name.</summary>
    public static long Namesakes(IReadSnapshot db, string name) => db.Number("SELECT count(*) FROM shop_account WHERE name = $1", name);

    public static void Open(IWriteTransaction db, Digest account, string name) =>
        db.Execute("INSERT INTO shop_account(reference, name) VALUES($1, $2)", account, name);

    /// <summary>The same, of a shop that the issuer names.</summary>
    /// <returns>False where the account is open.</returns>
    public static bool OpenAgain(IWriteTransaction db, Digest account, string name) =>
        db.Execute("INSERT INTO shop_account(reference, name) VALUES($1, $2) ON CONFLICT DO NOTHING", account, name) > 0;
}
