namespace HierCash.Bank;

/// <summary>For which account a till's request was signed: signed again, it is for the same one (rule R18).</summary>
internal static class ShopTillTable
{
    public static Digest? AccountOf(IReadSnapshot db, PublicKey till) => db.Value(
        "SELECT reference FROM shop_till WHERE till_key = $1", r => r.Digest(0), till);

    public static void Keep(IWriteTransaction db, PublicKey till, Digest account) => db.Execute(
        "INSERT INTO shop_till(till_key, reference) VALUES($1, $2) ON CONFLICT(till_key) DO UPDATE SET reference = excluded.reference",
        till, account);
}
