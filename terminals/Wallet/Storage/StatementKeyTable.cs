namespace HierCash.Wallet;

/// <summary>Certificates of the issuer's statement keys that the card has checked.</summary>
internal static class StatementKeyTable
{
    /// <summary>In the order in which they came.</summary>
    public static List<KeyCertificate> All(IReadSnapshot db) =>
        db.Query("SELECT certificate FROM certificate ORDER BY number", r => r.Kept(0, KeyCertificate.Decode));

    public static int Add(IWriteTransaction db, KeyCertificate certificate) =>
        db.Execute("INSERT INTO certificate(certificate) VALUES($1) ON CONFLICT DO NOTHING", certificate.Encode());

    /// <summary>Those that came first go.</summary>
    public static int RemoveAllBut(IWriteTransaction db, int newest) => db.Execute(
        "DELETE FROM certificate WHERE certificate NOT IN (SELECT certificate FROM certificate ORDER BY number DESC LIMIT $1)",
        (long)newest);
}
