namespace HierCash.Issuer;

/// <summary>That the issuer was restored from an older copy (R27): since when it knows, and its own later word, which shows it.</summary>
internal static class BehindTable
{
    /// <summary>What a till showed stands where else the bank's number does: no party has this one.</summary>
    private const long NoBank = 0;

    /// <summary>Since when the issuer knows, by a bank, a till or a key; null if it was not restored, or has recovered.</summary>
    public static Timestamp? Since(IReadSnapshot db) => db.Value(
        """
        SELECT min(since) FROM (
            SELECT since FROM behind UNION ALL SELECT since FROM lost_key WHERE recovered = 0) AS shown HAVING count(*) > 0
        """,
        r => r.Date(0));

    /// <summary>A bank has shown a later word to it.</summary>
    public static int Note(IWriteTransaction db, Position shown, Timestamp now) => Note(db, shown.Bank.Value, shown.Encode(), now);

    /// <summary>A till has shown a later receipt.</summary>
    public static int Note(IWriteTransaction db, Receipt shown, Timestamp now) => Note(db, NoBank, shown.Encode(), now);

    private static int Note(IWriteTransaction db, long bank, byte[] proof, Timestamp now) => db.Execute(
        "INSERT INTO behind(bank, since, proof) VALUES($1, $2, $3) ON CONFLICT(bank) DO UPDATE SET proof = excluded.proof",
        bank, now, proof);

    /// <summary>The later word that the bank has shown; null if it has shown none.</summary>
    public static Position? ShownBy(IReadSnapshot db, PartyId bank) =>
        db.First("SELECT proof FROM behind WHERE bank = $1", r => r.Kept(0, Position.Decode), bank);

    /// <summary>All later words that banks have shown.</summary>
    public static List<Position> Words(IReadSnapshot db) =>
        db.Query("SELECT proof FROM behind WHERE bank <> $1", r => r.Kept(0, Position.Decode), NoBank);

    /// <summary>The later receipt that a till has shown; null if none has.</summary>
    public static Receipt? Receipt(IReadSnapshot db) =>
        db.First("SELECT proof FROM behind WHERE bank = $1", r => r.Kept(0, Protocol.Cash.Receipt.Decode), NoBank);

    public static int Clear(IWriteTransaction db) => db.Execute("DELETE FROM behind");
}
