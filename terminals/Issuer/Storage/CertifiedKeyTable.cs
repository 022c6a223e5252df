namespace HierCash.Issuer;

/// <summary>When each key of a bank was certified first (rule R19).</summary>
internal static class CertifiedKeyTable
{
    /// <summary>When that key was; null if never.</summary>
    public static Timestamp? First(IReadSnapshot db, PublicKey key) =>
        db.Value(
            "SELECT date FROM certified_key WHERE public_key = $1",
            r => r.Date(0), key);

    /// <summary>The latest date of another key of the bank; a key that is gone counts only up to that. 0: there is none.</summary>
    public static Timestamp NewestOfOthers(IReadSnapshot db, PartyId bank, PublicKey key, Timestamp goneUntil) =>
        db.Date(
        """
        SELECT coalesce(max(date), 0) FROM certified_key
        WHERE bank = $1 AND public_key <> $2 AND (date <= $3 OR public_key NOT IN (SELECT public_key FROM former_key))
        """,
        bank, key, goneUntil);

    public static int Set(IWriteTransaction db, PartyId bank, PublicKey key, Timestamp date) => db.Execute(
        "INSERT INTO certified_key(public_key, bank, date) VALUES($1, $2, $3) ON CONFLICT(public_key) DO UPDATE SET date = excluded.date",
        key, bank, date);
}
