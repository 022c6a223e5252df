namespace HierCash.Bank;

/// <summary>Withdrawals of an account that came to nothing, since when it is counted (rule R10).</summary>
internal static class RefusedTable
{
    public static (Timestamp Since, long Times)? Find(IReadSnapshot db, AccountId user) => db.Value(
        "SELECT since, times FROM refused WHERE u = $1",
        r => (r.Date(0), r.GetInt64(1)), user);

    /// <summary>Counts one more; from 1 where what was counted began before that moment.</summary>
    public static void Add(IWriteTransaction db, AccountId user, Timestamp now, Timestamp lapsed) => db.Execute(
        """
        INSERT INTO refused(u, since, times) VALUES($1, $2, 1) ON CONFLICT(u) DO UPDATE SET
            times = CASE WHEN refused.since < $3 THEN 1 ELSE refused.times + 1 END,
            since = CASE WHEN refused.since < $3 THEN excluded.since ELSE refused.since END
        """,
        user, now, lapsed);

    public static int Forget(IWriteTransaction db, Timestamp before, int most) => db.Execute(
        "DELETE FROM refused WHERE u IN (SELECT u FROM refused WHERE since < $1 ORDER BY since, u LIMIT $2)",
        before, most);
}
