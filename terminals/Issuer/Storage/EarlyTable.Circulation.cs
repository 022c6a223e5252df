using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>Payments that wait for their time.</content>
internal static partial class EarlyTable
{
    /// <summary>Payments whose time lies in the future and that are not settled yet; their sum is not known.</summary>
    public static WaitingSum? Waiting(IReadSnapshot db) => db.First(
        """
        SELECT count(*), 0, min(arrival) FROM early e
        WHERE NOT EXISTS (SELECT 1 FROM history h WHERE h.payment_id = e.payment_id) HAVING count(*) > 0
        """,
        WaitingSum.Read);
}
