using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>What the issuer bears of coins of no bank (R27).</content>
internal static partial class TransferDeltaTable
{
    /// <summary>What such coins paid, less what shops gave back, in minor units.</summary>
    public static long Borne(IReadSnapshot db) => db.Number(
        "SELECT CAST(coalesce(sum(CASE kind WHEN $2 THEN amount ELSE -amount END), 0) AS BIGINT) FROM transfer_delta WHERE bank = $1",
        (long)HonouredCoins.NoBank.Value, (long)TransferKind.FloatDebit);
}
