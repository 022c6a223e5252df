namespace HierCash.Issuer;

/// <summary>A bank cancels the coin of one of its withdrawals: its holder lost the card (hole 10).</summary>
internal sealed class CoinCancellation(Database store, ICashSuite suite, TimeProvider clock, ICrashPoints crash)
{
    public LinkMessage Handle(LinkPeer peer, LinkMessage request)
    {
        if (Cancellation.Decode(request.Body) is not { } order)
        {
            return Refuse(RefusalReason.Malformed, "The cancellation is malformed.");
        }

        if (peer.Role != LinkRole.Bank || order.Bank != peer.Id || store.Read(db => BankTable.Find(db, peer.Id)) is not { } bank)
        {
            return Refuse(RefusalReason.NotAllowed, "A bank cancels only what it withdrew for its own users.");
        }

        if (!order.Verify(suite, bank.Key))
        {
            return Refuse(RefusalReason.BadSignature, "The cancellation is not signed by the bank's key.");
        }

        var now = Timestamp.Now(clock);
        var answer = store.Write(db =>
        {
            var coin = CoinTable.OfRequest(db, order.Request);
            if (coin is null || coin.Bank != peer.Id)
            {
                return Refuse(RefusalReason.RequestOfAnother, "This bank has no coin of this withdrawal.");
            }

            CoinTable.Lose(db, coin, now);
            HotTable.Add(db, coin.Id, coin.Expiry);
            return new CancelReply(coin.Lost ?? now).ToMessage();
        });
        crash.Reach(CrashPoints.CancelCommitted);
        return answer;
    }
}
