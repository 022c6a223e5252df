namespace HierCash.Bank;

/// <summary>Which withdrawals of lost cards the issuer is to cancel, and has cancelled (hole 10).</summary>
internal static class CancellationTable
{
    /// <summary>All withdrawals of that account whose money did not come back; what stands here already stays as it is.</summary>
    public static void AddAllOf(IWriteTransaction db, AccountId user) => db.Execute(
        """
        INSERT INTO cancellation(request, u) SELECT request, u FROM withdrawal WHERE u = $1 AND state <> 'Reversed'
        ON CONFLICT DO NOTHING
        """,
        user);

    /// <summary>Coins that the issuer has not cancelled, the first ended first.</summary>
    public static List<WithdrawalId> Open(IReadSnapshot db) => db.Query(
        """
        SELECT c.request FROM cancellation c JOIN withdrawal w ON w.request = c.request WHERE c.date IS NULL AND w.state = 'Issued'
        ORDER BY w.ended, c.request
        """,
        r => r.Request(0));

    /// <summary>The same: how many, what they come to, and since when the card is lost.</summary>
    public static Tally TallyOpen(IReadSnapshot db) => Tally.Read(
        db,
        """
        SELECT count(*), CAST(coalesce(sum(w.x), 0) AS BIGINT), min(l.date) FROM cancellation c
        JOIN withdrawal w ON w.request = c.request JOIN lost_report l ON l.u = c.u WHERE c.date IS NULL AND w.state = 'Issued'
        """);

    /// <param name="date">By the issuer's clock.</param>
    public static bool MarkCancelled(IWriteTransaction db, WithdrawalId request, Timestamp date) =>
        db.Execute("UPDATE cancellation SET date = $2 WHERE request = $1", request, date) > 0;

    /// <summary>When the issuer cancelled the coin; null where it did not.</summary>
    public static Timestamp? DateOf(IReadSnapshot db, WithdrawalId request) =>
        db.Query("SELECT date FROM cancellation WHERE request = $1", r => r.DateOrNull(0), request).FirstOrDefault();

    /// <summary>How many coins of that account the issuer has cancelled.</summary>
    public static long CountCancelled(IReadSnapshot db, AccountId user) =>
        db.Number("SELECT count(*) FROM cancellation WHERE u = $1 AND date IS NOT NULL", user);

    /// <summary>The issuer has forgotten what it cancelled since: it is asked again.</summary>
    public static bool Reopen(IWriteTransaction db, Timestamp since) =>
        db.Execute("UPDATE cancellation SET date = NULL WHERE date >= $1", since) > 0;

    public static void Forget(IWriteTransaction db, WithdrawalId request) =>
        db.Execute("DELETE FROM cancellation WHERE request = $1", request);
}
