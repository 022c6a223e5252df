namespace HierCash.Bank;

/// <summary>An account holder.</summary>
public sealed record AccountEntry(AccountId User, string Name, PublicKey Key);

/// <summary>The accounts of users; each is its card's key.</summary>
internal static class AccountTable
{
    public static AccountEntry? Find(IReadSnapshot db, AccountId user) =>
        db.First("SELECT u, name, public_key FROM account WHERE u = $1", Read, user);

    /// <summary>By name.</summary>
    public static List<AccountEntry> All(IReadSnapshot db) => db.Query("SELECT u, name, public_key FROM account ORDER BY name", Read);

    /// <summary>Nothing happens where the card has an account, or another account has the name.</summary>
    public static void Open(IWriteTransaction db, AccountEntry account, Timestamp now) => db.Execute(
        "INSERT INTO account(u, name, public_key, opened) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        account.User, account.Name, account.Key, now);

    public static void Rename(IWriteTransaction db, AccountId user, string name) =>
        db.Execute("UPDATE account SET name = $2 WHERE u = $1", user, name);

    /// <summary>Up to this number each order of the account is known, or renounced for good (R27).</summary>
    public static uint KnownOrders(IReadSnapshot db, AccountId user) =>
        checked((uint)db.Number("SELECT known FROM account WHERE u = $1", user));

    public static void SetKnownOrders(IWriteTransaction db, AccountId user, uint number) =>
        db.Execute("UPDATE account SET known = $2 WHERE u = $1", user, number);

    private static AccountEntry Read(DbDataReader r) => new(r.User(0), r.GetString(1), r.Kept(2, PublicKey.TryDecode));
}
