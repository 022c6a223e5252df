namespace HierCash.Issuer;

/// <summary>The issuer's secret keys by name, each with its certificate where it has one.</summary>
internal static class SecretKeyTable
{
    public static bool Has(IReadSnapshot db, string name) => db.Number("SELECT count(*) FROM secret_key WHERE name = $1", name) == 1;

    public static long Count(IReadSnapshot db) => db.Number("SELECT count(*) FROM secret_key");

    /// <summary>The secret scalar, 32 bytes; null if there is no key of that name.</summary>
    public static byte[]? Secret(IReadSnapshot db, string name) =>
        db.First("SELECT secret FROM secret_key WHERE name = $1", r => r.Bytes(0), name);

    /// <summary>The certificate as it was signed; null if the key has none.</summary>
    public static byte[]? Certificate(IReadSnapshot db, string name) =>
        db.First("SELECT certificate FROM secret_key WHERE name = $1 AND certificate IS NOT NULL", r => r.Bytes(0), name);

    /// <summary>Of each certificate.</summary>
    public static List<Digest> CertificateDigests(IReadSnapshot db) =>
        db.Query("SELECT certificate FROM secret_key WHERE certificate IS NOT NULL", r => Digest.Of(r.Bytes(0)));

    public static int Add(IWriteTransaction db, string name, byte[] secret) =>
        db.Execute("INSERT INTO secret_key(name, secret) VALUES($1, $2)", name, secret);

    public static int Certify(IWriteTransaction db, string name, KeyCertificate certificate) =>
        db.Execute("UPDATE secret_key SET certificate = $2 WHERE name = $1", name, certificate.Encode());
}
