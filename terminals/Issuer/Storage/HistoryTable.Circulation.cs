using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>A payment's row as it stands, amounts in minor units, for an audit.</summary>
/// <param name="Parts">What was credited, guaranteed and waits, together.</param>
internal sealed record AuditedPayment(
    long Id, PaymentId Payment, CashPayment? H, Receipt? Receipt, long Y, Verdict Verdict, long Parts, bool IsReversed);

/// <content>What payments add up to, and what of them was signed ahead (rule R26).</content>
internal static partial class HistoryTable
{
    public static List<AuditedPayment> Audited(IReadSnapshot db) => db.Query(
        """
        SELECT id, payment_id, h, receipt, y, verdict, credited, guaranteed, waiting, CASE WHEN reversed IS NULL THEN 0 ELSE 1 END
        FROM history
        """,
        r => new AuditedPayment(
            r.GetInt64(0), new PaymentId(Column.Hash(r, 1)), CashPayment.Decode(r.Bytes(2)), Receipt.Decode(r.Bytes(3)), r.GetInt64(4),
            (Verdict)r.GetInt64(5),
            r.GetInt64(6) + r.GetInt64(7) + r.GetInt64(8), r.GetInt64(9) == 1));

    /// <summary>What exceeds coins and nobody guarantees, of payments to shops or of redemptions.</summary>
    public static WaitingSum? Waiting(IReadSnapshot db, bool redemptions) => db.First(
        """
        SELECT count(*), CAST(coalesce(sum(waiting), 0) AS BIGINT), min(date) FROM history
        WHERE reversed IS NULL AND waiting > 0 AND CASE WHEN shop = 0 THEN 1 ELSE 0 END = $1 HAVING count(*) > 0
        """,
        WaitingSum.Read, redemptions ? 1L : 0L);

    /// <summary>Payments that were answered later than now, or whose promise is due later than that.</summary>
    public static List<PaymentId> AnsweredAfter(IReadSnapshot db, Timestamp now, Timestamp due) => db.Query(
        "SELECT payment_id FROM history WHERE date > $1 OR due > $2",
        r => new PaymentId(Column.Hash(r, 0)), now.ToLedger(), due.ToLedger());

    /// <summary>What was answered later than now was answered now.</summary>
    public static int AnsweredBy(IWriteTransaction db, Timestamp now) =>
        db.Execute("UPDATE history SET date = $1 WHERE date > $1", now.ToLedger());

    /// <summary>Of all payments that were taken back.</summary>
    public static List<Reversal> Reversals(IReadSnapshot db) =>
        db.Query("SELECT reversed FROM history WHERE reversed IS NOT NULL", r => Reversal.Decode(r.Bytes(0))!);

    /// <summary>The reversal of a payment was signed again.</summary>
    public static int SignedAgain(IWriteTransaction db, Reversal reversal) => db.Execute(
        "UPDATE history SET reversed = $2 WHERE payment_id = $1", reversal.Payment.Value.ToArray(), reversal.Encode());
}
