namespace HierCash.Shop;

/// <summary>Payments that do not end in OK: given up, voided, and made good when the card comes back (holes 1 and 2).</summary>
public sealed partial class ShopTill
{
    /// <summary>
    /// Gives a payment up for good; with the card at hand it gets its money back at once. May be repeated when the card comes back
    /// later: then the till first learns whether the card had signed when it was pulled.
    /// </summary>
    public TillResult Cancel(Sale sale, ICardChannel? channel = null) => Cancel(sale, Selected(channel), "The payment was cancelled.");

    /// <summary>Null where there is no card, or it is gone, or no wallet.</summary>
    private static WalletCard? Selected(ICardChannel? channel)
    {
        try
        {
            var card = channel is null ? null : new WalletCard(channel);
            card?.Select();
            return card;
        }
        catch (Exception e) when (e is CardChannelException or CardRefusedException)
        {
            return null;
        }
    }

    private TillResult Cancel(Sale sale, WalletCard? card, string message, Outcome code = Outcome.RuleBroken)
    {
        var current = Reload(sale);
        if (WhyBehind is { } behind)
        {
            return End(current, TillOutcome.Refused, behind, Outcome.StandsStill);
        }

        if (current.State is SaleState.Accepted or SaleState.Refunded or SaleState.Kept)
        {
            return EndedBefore(current);
        }

        try
        {
            // What the card signed, and the till did not hear of, must be known to be voided.
            if (card is not null && Signed(current, card) is var (h, isKnown))
            {
                Hold(h, isKnown);
            }
        }
        catch (Exception e) when (e is CardChannelException or CardRefusedException)
        {
            card = null;
        }

        return Refuse(current, card, message, code);
    }

    private TillResult EndedBefore(Sale sale) => sale.State == SaleState.Kept ? End(sale, TillOutcome.Refused, KeptSentence(sale))
        : _store.Read(db => SaleTable.WasAccepted(db, sale.Time))
            ? End(sale, TillOutcome.Accepted, "This payment was accepted before and cannot be cancelled here.")
        : End(sale, TillOutcome.Refused, "This payment was given up before, and is being taken back.");

    /// <summary>
    /// What the card signed for the rest of this payment, if it did, and whether the key of its coin is known; any other card signs
    /// nothing.
    /// </summary>
    private (CashPayment H, bool IsKnown)? Signed(Sale sale, WalletCard card)
    {
        var rest = Rest(sale, Payments(sale));
        return !rest.IsZero && card.Pay(PayCommand.Repeat(sale.Time, W, rest, _scheme.Terms.Currency), out var reply).IsSuccess
            && reply?.Coin is { } coin && _check.KeyOf(coin) is var key
            && Payment(coin, sale, rest, reply) is var h && h.Verify(_suite) && !_check.IsForged(coin, key)
            ? (h, key is not null)
            : null;
    }

    private void Hold(CashPayment h, bool isKnown) => _store.Write(db =>
    {
        Hold(db, h, isKnown);
        return true;
    });

    /// <param name="isKnown">The key of its coin was known before its signatures were checked.</param>
    private void Hold(IWriteTransaction db, CashPayment h, bool isKnown) =>
        Sales.Hold(db, h, isKnown ? OfferedUntil(h.Coin) : _scheme.Terms.TakenBackUntil(h), !isKnown);

    /// <summary>
    /// Then all terms of the coin are over: what nobody was paid of it has gone to its holder's account (hole 9), and nobody takes S_W any
    /// more.
    /// </summary>
    private Timestamp OfferedUntil(Coin coin) => _scheme.Terms.KnownUntil(coin.Terms.Expiry);

    /// <summary>
    /// What a card was asked for when these payments were there. One that signed more than it was asked for leaves nothing to ask for.
    /// </summary>
    private static Amount Rest(Sale sale, IEnumerable<CashPayment> payments) =>
        payments.Aggregate(sale.Amount, (rest, h) => rest - Amount.Min(rest, h.Paid));

    private List<CashPayment> Payments(Sale sale) => CoinPayments(sale.Time).ConvertAll(p => p.H);

    /// <summary>NG: first never to be sent, on disk; then S_W to the card, which restores x.</summary>
    /// <param name="signed">What the card has just shown.</param>
    /// <param name="isForged">This till keeps nothing of that, and the card gets its S_W all the same.</param>
    private TillResult Refuse(
        Sale sale, WalletCard? card, string message, Outcome code = Outcome.RuleBroken, CashPayment? signed = null, bool isForged = false)
    {
        // Whoever goes on with it beside this may have said OK since it was looked at: then it stays a sale.
        if (!_store.Write(db => Sales.Cancel(db, sale.Time, h => _key.Sign(SignedMessage.Void(h.Id, W)))))
        {
            return EndedBefore(Reload(sale));
        }

        _crash.Reach(CrashPoints.PaymentGivenUp);
        LogRefused(sale.Amount);
        var voided = CoinPayments(sale.Time).FindAll(p => p.SW is not null);
        if (voided.Count > 0 && !Restore(card, voided, signed))
        {
            message += " The card must come back to this till to get back what it signed.";
        }

        if (isForged && card is not null)
        {
            VoidOnce(card, signed!);
        }

        if (CoinPayments(sale.Time).Any(p => p.SW is null))
        {
            message += " The issuer may have it: it has to answer before the card gets back what it signed.";
        }

        return End(sale, TillOutcome.Refused, message, code);
    }

    /// <summary>No H is kept, so it will never be sent, and S_W may leave.</summary>
    private void VoidOnce(WalletCard card, CashPayment h)
    {
        try
        {
            card.Void(h.Coin.Id, h.Seq, _key.PublicKey, _key.Sign(SignedMessage.Void(h.Id, W)));
        }
        catch (CardChannelException)
        {
            // Gone. The issuer has not heard of the payment and never will, so a wallet gets it back by a dead statement.
        }
    }

    /// <summary>Gives the card its S_W; true if it has all of them.</summary>
    private bool Restore(WalletCard? card, List<CoinPayment> voided, CashPayment? signed = null)
    {
        bool all = card is not null;
        try
        {
            foreach (var payment in card is null ? [] : voided)
            {
                all &= Give(card!, payment, payment.H.Id == signed?.Id) != Delivery.None;
            }

            return all;
        }
        catch (Exception e) when (e is CardChannelException or CardRefusedException)
        {
            return false;
        }
    }
}
