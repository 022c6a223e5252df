namespace HierCash.Bank;

/// <summary>Orders of what was issued before the bank was restored, which the account did not cover when they were shown (R27).</summary>
internal static class OwedTable
{
    /// <summary>Nothing happens where it stands there already.</summary>
    public static void Add(IWriteTransaction db, WithdrawalOrder order) => db.Execute(
        "INSERT INTO owed(request, u, user_order) VALUES($1, $2, $3) ON CONFLICT DO NOTHING",
        order.Request, order.User, BerTlv.Encode(WithdrawalOrder.MaxEncodedSize, order.Write));

    /// <summary>What the account owes for its card and for those that it had before, in the order in which it was ordered.</summary>
    public static List<WithdrawalOrder> Of(IReadSnapshot db, AccountId user) => [.. db.Query(
        """
        SELECT user_order FROM owed WHERE u IN (
            WITH RECURSIVE card(u) AS (SELECT $1 UNION SELECT r.u FROM replaced r JOIN card c ON r.successor = c.u) SELECT u FROM card)
        ORDER BY request
        """,
        r => r.Kept(0, WithdrawalOrder.Read), user).OrderBy(o => o.Date).ThenBy(o => o.Number)];

    public static void Remove(IWriteTransaction db, WithdrawalId request) => db.Execute("DELETE FROM owed WHERE request = $1", request);
}
