using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>Dead statements that are signed again (rule R26).</content>
internal static partial class DeadPaymentTable
{
    /// <summary>Dead statements that were signed later than now.</summary>
    public static List<NonSettlementStatement> SignedAfter(IReadSnapshot db, Timestamp now) =>
        db.Query("SELECT statement FROM dead_payment WHERE date > $1", r => NonSettlementStatement.Decode(r.Bytes(0))!, now.ToLedger());

    /// <summary>The dead statement of a payment was signed again.</summary>
    public static int SignedAgain(IWriteTransaction db, NonSettlementStatement dead) => db.Execute(
        "UPDATE dead_payment SET statement = $2, date = $3 WHERE payment_id = $1",
        dead.Payment.Value.ToArray(), dead.Encode(), dead.Date.ToLedger());
}
