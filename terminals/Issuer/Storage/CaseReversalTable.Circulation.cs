using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>Reversals that are signed again (rule R26).</content>
internal static partial class CaseReversalTable
{
    /// <summary>The reversal of a payment of a case was signed again.</summary>
    public static int SignedAgain(IWriteTransaction db, Reversal reversal) => db.Execute(
        "UPDATE case_reversal SET reversal = $2 WHERE payment_id = $1", reversal.Payment.Value.ToArray(), reversal.Encode());
}
