namespace HierCash.Issuer;

/// <summary>When the issuer did not serve (rule R6).</summary>
internal static class OutageTable
{
    /// <summary>Keeps an outage; one that began then is longer now.</summary>
    public static int Add(IWriteTransaction db, Timestamp began, Timestamp ended) => db.Execute(
        "INSERT INTO outage(began, ended) VALUES($1, $2) ON CONFLICT(began) DO UPDATE SET ended = excluded.ended",
        began, ended);

    /// <summary>Outages that ended after a moment end now, or when they began.</summary>
    public static void CutShort(IWriteTransaction db, Timestamp endedAfter, Timestamp now) => db.Execute(
        "UPDATE outage SET ended = CASE WHEN began > $2 THEN began ELSE $2 END WHERE ended > $1", endedAfter, now);

    /// <summary>Those that ended after a moment, and no later than another, by when they began.</summary>
    public static List<(Timestamp Began, Timestamp Ended)> EndedBetween(IReadSnapshot db, Timestamp after, Timestamp upTo) => db.Query(
        "SELECT began, ended FROM outage WHERE ended > $1 AND ended <= $2 ORDER BY began", r => (r.Date(0), r.Date(1)),
        after, upTo);

    /// <summary>When the first of those began that ended at that moment or later; null if there was none.</summary>
    public static Timestamp? FirstBeganOfEndedSince(IReadSnapshot db, Timestamp moment) => db.Value(
        "SELECT min(began) FROM outage WHERE ended >= $1 HAVING count(*) > 0",
        r => r.Date(0), moment);

    /// <summary>Forgets those that ended before a moment: no term looks back to them any more.</summary>
    public static int Forget(IWriteTransaction db, Timestamp before) => db.Execute("DELETE FROM outage WHERE ended < $1", before);
}
