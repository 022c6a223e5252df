namespace HierCash.Issuer;

/// <summary>Keys of this issuer's own that its copy lacked, since when it knows of each, and whether it has recovered (R27).</summary>
internal static class LostKeyTable
{
    /// <summary>All of them, those that were certified first come first.</summary>
    public static List<KeyCertificate> All(IReadSnapshot db) =>
        [.. db.Query("SELECT certificate FROM lost_key", Read).OrderBy(c => c.NotBefore)];

    /// <summary>Those that were shown, and from which this issuer has not recovered yet.</summary>
    public static List<KeyCertificate> Open(IReadSnapshot db) => db.Query("SELECT certificate FROM lost_key WHERE recovered = 0", Read);

    public static long Count(IReadSnapshot db) => db.Number("SELECT count(*) FROM lost_key");

    /// <summary>Since when that certificate is known as one of a lost key; null if it is not.</summary>
    public static Timestamp? HeardOf(IReadSnapshot db, KeyCertificate certificate) =>
        db.Value(
            "SELECT since FROM lost_key WHERE certificate = $1", r => r.Date(0), certificate.Encode());

    public static int Add(IWriteTransaction db, KeyCertificate lost, Timestamp now, bool isRecovered) => db.Execute(
        "INSERT INTO lost_key(certificate, since, recovered) VALUES($1, $2, $3) ON CONFLICT DO NOTHING",
        lost.Encode(), now, isRecovered);

    /// <summary>This issuer has recovered; the keys stay.</summary>
    public static int Recovered(IWriteTransaction db) => db.Execute("UPDATE lost_key SET recovered = 1");

    private static KeyCertificate Read(DbDataReader r) => r.Kept(0, KeyCertificate.Decode);
}
