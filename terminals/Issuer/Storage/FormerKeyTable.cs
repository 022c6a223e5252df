namespace HierCash.Issuer;

/// <summary>Keys of banks that were replaced, revoked, or announced and not used (rule R17).</summary>
internal static class FormerKeyTable
{
    public static bool Has(IReadSnapshot db, PublicKey key) => db.Number("SELECT count(*) FROM former_key WHERE public_key = $1", key) > 0;

    public static bool IsRevoked(IReadSnapshot db, PartyId bank, PublicKey key) => db.Number(
        "SELECT count(*) FROM former_key WHERE public_key = $1 AND bank = $2 AND revoked IS NOT NULL",
        key, bank) > 0;

    /// <summary>Since when it is this bank's key no more; null if it never was.</summary>
    public static Timestamp? EndedAt(IReadSnapshot db, PartyId bank, PublicKey key) =>
        db.Value(
            "SELECT ended FROM former_key WHERE public_key = $1 AND bank = $2",
            r => r.Date(0), key, bank);

    /// <summary>The keys that were a bank's, the one that ended first coming first.</summary>
    public static List<PublicKey> Of(IReadSnapshot db, PartyId bank) =>
        db.Query("SELECT public_key FROM former_key WHERE bank = $1 ORDER BY ended", r => r.Key(0), bank);

    /// <summary>The key never comes back. One that was retired before keeps its date.</summary>
    public static int Retire(IWriteTransaction db, PartyId bank, PublicKey key, Timestamp now, Timestamp? revoked) => db.Execute(
        "INSERT INTO former_key(public_key, bank, ended, revoked) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        key, bank, now, revoked);
}
