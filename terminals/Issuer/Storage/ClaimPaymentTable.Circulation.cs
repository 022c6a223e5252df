using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>Claims that are forgotten (rule R10).</content>
internal static partial class ClaimPaymentTable
{
    /// <summary>
    /// Forgets a piece of the promises that were paid, of coins that are forgotten, after the instruction that they were in.
    /// </summary>
    public static int ForgetPaid(IWriteTransaction db) => db.Execute(
        """
        DELETE FROM claim_payment WHERE payment_id IN (
            SELECT p.payment_id FROM claim_payment p WHERE paid IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM trace_case c WHERE c.coin_id = p.coin_id)
                AND NOT EXISTS (SELECT 1 FROM instruction i WHERE i.bank = p.bank AND i.number = p.number) LIMIT $1)
        """,
        (long)Forgotten.Piece);
}
