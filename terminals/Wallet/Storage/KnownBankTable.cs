namespace HierCash.Wallet;

/// <summary>The newest key that this wallet knows of a bank (rule R19).</summary>
/// <param name="Key">The encoded public key of its certificate.</param>
/// <param name="Since">The first second of the certificate, as Unix time.</param>
internal sealed record KnownBankKey(byte[] Key, long Since);

/// <summary>Banks that this wallet has called, each with its newest key.</summary>
internal static class KnownBankTable
{
    /// <param name="scheme">The fingerprint of the scheme in which the bank has its number.</param>
    public static KnownBankKey? Find(IReadSnapshot db, Digest scheme, PartyId bank) => db.First(
        "SELECT key, since FROM bank WHERE scheme = $1 AND number = $2",
        r => new KnownBankKey(r.Bytes(0), r.GetInt64(1)), scheme.ToArray(), (long)bank.Value);

    public static void Keep(IWriteTransaction db, Digest scheme, PartyId bank, KnownBankKey known) => db.Execute(
        """
        INSERT INTO bank(scheme, number, key, since) VALUES($1, $2, $3, $4)
        ON CONFLICT(scheme, number) DO UPDATE SET key = excluded.key, since = excluded.since
        """,
        scheme.ToArray(), (long)bank.Value, known.Key, known.Since);
}
