namespace HierCash.Shop;

/// <summary>What a till sends the issuer of what it took back: every S_W (holes 2 and 3; rule R4).</summary>
public sealed partial class ShopTill
{
    private async ValueTask ForwardVoids(ILink issuer, CancellationToken cancel)
    {
        var full = new HashSet<CoinId>();
        foreach (var payment in _store.Read(db => CoinPaymentTable.Unforwarded(db, Timestamp.Now(_clock), MostForwarded))
            .Where(p => !full.Contains(p.H.Coin.Id)))
        {
            var reply = await issuer.Call(Void(payment.H, payment.SW!), cancel);
            bool its = await IsReversal(reply, payment.H, issuer, cancel);
            if (Refusal.Read(reply)?.Reason == RefusalReason.Unavailable)
            {
                // The issuer takes no more of this coin for a while; of the others it does.
                full.Add(payment.H.Coin.Id);
            }

            byte[]? reversal = its ? reply.Body : null;
            var reason = its ? null : Refusal.Read(reply)?.Reason;

            // Past its terms nothing of it can be settled any more, and the issuer needs no S_W. What is damaged or not its coin's is never
            // taken, however often it is sent.
            bool never = reason is RefusalReason.BadSignature or RefusalReason.Malformed;
            _store.Write(db =>
            {
                if (its || reason is RefusalReason.OutOfDate || never)
                {
                    CoinPaymentTable.Forwarded(db, payment.H.Id, reversal);
                }

                // The issuer knows all its keys, this till not yet: no money of anybody.
                if (never && payment.H.Coin.Terms.Issuer == _scheme.Issuer)
                {
                    CoinPaymentTable.DropOfUnknownKey(db, payment.H.Id);
                }

                return true;
            });
        }
    }

    /// <summary>S_W goes to the issuer first, with its H (rule R4).</summary>
    private LinkMessage Void(CashPayment h, byte[] sw) =>
        new ForwardVoidMessage(new(h, VoidStatement.Of(h, _key.PublicKey.Bytes, sw))).ToMessage();

    private async ValueTask<bool> IsReversal(LinkMessage reply, CashPayment h, ILink issuer, CancellationToken cancel) =>
        reply.As<ForwardVoidReply>()?.Reversal is { } reversal && IsOf(reversal, h)
            && await CertificateStore.Signed(_store, _scheme, _suite, issuer, () => _scheme.IsStatement(k => reversal.Verify(_suite, k)),
                cancel);

    private bool IsOf(Reversal reversal, CashPayment h) =>
        reversal.Issuer == _scheme.Issuer && reversal.Payment == h.Id && reversal.Y == h.Paid;
}
