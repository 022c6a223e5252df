namespace HierCash.Shop;

/// <summary>That the till's key is revoked, as the issuer told it (rule R17): one row, for good.</summary>
internal static class RevocationTable
{
    /// <summary>Since when the till's key is revoked; null if the issuer did not say so.</summary>
    public static Timestamp? Date(IReadSnapshot db) => db.Query("SELECT date FROM revocation", r => r.Date(0)) is [var date] ? date : null;

    /// <summary>For good: no word of anybody makes the key good again.</summary>
    public static int Revoke(IWriteTransaction db, Timestamp date) =>
        db.Execute("INSERT INTO revocation(singleton, date) VALUES(1, $1) ON CONFLICT DO NOTHING", date.ToLedger());
}
