using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>What a till had submitted (R27).</content>
internal static partial class HistoryTable
{
    /// <summary>One page: it goes from the till to its payments after that number, and never through all payments of a shop.</summary>
    internal const string SubmittedBy =
        "SELECT id, h, receipt, reversed FROM history WHERE till = $1 AND id > $2 AND shop = $3 ORDER BY id LIMIT $4";

    /// <summary>What a till had submitted for its shop, after that row.</summary>
    public static List<SubmittedPayment> Submitted(IReadSnapshot db, TillId till, PartyId shop, ulong after, int most) => db.Query(
        SubmittedBy,
        r => new SubmittedPayment(
            (ulong)r.GetInt64(0), CashPayment.Decode(r.Bytes(1))!, Receipt.Decode(r.Bytes(2))!,
            r.BytesOrNull(3) is { } word ? Reversal.Decode(word) : null),
        till.Value.ToArray(), (long)after, (long)shop.Value, (long)most);
}
