namespace HierCash.Terminals;

/// <summary>The issuer's certificates that a bank or a till has fetched since it was enrolled, by key.</summary>
internal static class CertificateTable
{
    /// <summary>In order of their keys: the scheme checks each.</summary>
    public static List<KeyCertificate> All(IReadSnapshot db) =>
        db.Query("SELECT certificate FROM certificate ORDER BY key_id", r => r.Kept(0, KeyCertificate.Decode));

    public static int Add(IWriteTransaction db, KeyCertificate certificate) => db.Execute(
        "INSERT INTO certificate(key_id, certificate) VALUES($1, $2) ON CONFLICT DO NOTHING", (long)certificate.Key.Id.Value,
        certificate.Encode());
}
