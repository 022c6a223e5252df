namespace HierCash.Bank;

/// <summary>Which request each number of an account's orders is for (R27).</summary>
internal static class OrderedTable
{
    /// <summary>The request that had this number; null where none had it.</summary>
    public static WithdrawalId? RequestOf(IReadSnapshot db, AccountId user, uint number) => db.Value(
        "SELECT request FROM ordered WHERE u = $1 AND number = $2",
        r => r.Request(0), user, number);

    /// <summary>The number is this request's; nothing happens where it was given before.</summary>
    public static void Add(IWriteTransaction db, WithdrawalOrder order, Timestamp now) => db.Execute(
        "INSERT INTO ordered(u, number, request, date) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        order.User, order.Number, order.Request, now);

    public static int MarkDeclined(IWriteTransaction db, WithdrawalOrder order) => db.Execute(
        "UPDATE ordered SET declined = 1 WHERE u = $1 AND number = $2 AND request = $3",
        order.User, order.Number, order.Request);

    public static bool IsDeclined(IReadSnapshot db, WithdrawalOrder order) => db.Number(
        "SELECT declined FROM ordered WHERE u = $1 AND number = $2 AND request = $3",
        order.User, order.Number, order.Request) == 1;

    /// <summary>$1 the moment, $2 how many.</summary>
    internal const string Old =
        """
        SELECT o.u, o.number, o.date FROM ordered o JOIN account a ON a.u = o.u WHERE o.date < $1 AND o.number <= a.known
            AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.request = o.request)
            AND NOT EXISTS (SELECT 1 FROM owed w WHERE w.request = o.request)
        UNION ALL SELECT r.u, r.number, r.since FROM renounced r JOIN account a ON a.u = r.u WHERE r.since < $1 AND r.number <= a.known
            AND NOT EXISTS (SELECT 1 FROM ordered o WHERE o.u = r.u AND o.number = r.number)
        ORDER BY 3, 1, 2 LIMIT $2
        """;

    /// <summary>Known numbers whose withdrawal is forgotten, or which were declined or renounced, before that: the oldest first.</summary>
    public static List<(AccountId User, uint Number)> Over(IReadSnapshot db, Timestamp before, int most) =>
        db.Query(Old, r => (r.User(0), checked((uint)r.GetInt64(1))), before, most);

    public static void Forget(IWriteTransaction db, AccountId user, uint number) =>
        db.Execute("DELETE FROM ordered WHERE u = $1 AND number = $2", user, number);
}
