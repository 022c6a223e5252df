using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>What was instructed of claims.</content>
internal static partial class InstructionTable
{
    /// <summary>All that was claimed for a coin from its bank, and will be with this cycle, less what was given back.</summary>
    public static Amount ClaimedWithCycle(IReadSnapshot db, PartyId bank, CoinId coin) => Amount.FromLedger(Math.Max(0, db.Number(
        """
        SELECT CAST(coalesce(sum(CASE kind WHEN $3 THEN amount ELSE -amount END), 0) AS BIGINT) FROM (
            SELECT bank, kind, reference, amount FROM instruction
            UNION ALL SELECT bank, kind, reference, amount FROM transfer_delta) AS told
        WHERE bank = $1 AND reference = $2 AND kind IN ($3, $4)
        """,
        (long)bank.Value, coin.Value.ToArray(), (long)TransferKind.ClaimDebit, (long)TransferKind.ClaimRestore)));
}
