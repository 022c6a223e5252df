namespace HierCash.Issuer;

/// <summary>What a person should look at: one row for each kind and subject, however often it happens.</summary>
internal static class AlarmTable
{
    public static bool Has(IReadSnapshot db, string kind, byte[] subject) =>
        db.Number("SELECT count(*) FROM alarm WHERE kind = $1 AND subject = $2", kind, subject) > 0;

    public static long Count(IReadSnapshot db) => db.Number("SELECT count(*) FROM alarm");

    /// <summary>Subjects of that kind.</summary>
    public static long Count(IReadSnapshot db, string kind) => db.Number("SELECT count(*) FROM alarm WHERE kind = $1", kind);

    /// <summary>When something of that kind happened first; null if nothing did.</summary>
    public static Timestamp? First(IReadSnapshot db, string kind) =>
        db.Query("SELECT min(date) FROM alarm WHERE kind = $1", r => r.DateOrNull(0), kind)[0];

    /// <summary>It happened, once more where it had before.</summary>
    public static int Raise(IWriteTransaction db, string kind, byte[] subject, Timestamp now) => db.Execute(
        """
        INSERT INTO alarm(date, kind, subject, last) VALUES($1, $2, $3, $1)
        ON CONFLICT(kind, subject) DO UPDATE SET times = alarm.times + 1, last = excluded.last
        """,
        now, kind, subject);

    /// <summary>The newest first; subjects as hexadecimal digits.</summary>
    public static List<(string Kind, string Subject, long Times, Timestamp Last)> All(IReadSnapshot db) => db.Query(
        "SELECT kind, subject, times, last FROM alarm ORDER BY last DESC, id DESC",
        r => (r.GetString(0), Convert.ToHexStringLower(r.Bytes(1)), r.GetInt64(2), r.Date(3)));

    /// <summary>Forgets a piece of what happened last before a moment.</summary>
    public static int Forget(IWriteTransaction db, Timestamp before) => db.Execute(
        "DELETE FROM alarm WHERE id IN (SELECT id FROM alarm WHERE last < $1 LIMIT $2)", before, Forgotten.Piece);
}
