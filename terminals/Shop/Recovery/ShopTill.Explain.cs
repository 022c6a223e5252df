namespace HierCash.Shop;

/// <summary>The till's journal, in words.</summary>
public sealed partial class ShopTill
{
    /// <summary>All payments that were asked for, oldest first.</summary>
    public IReadOnlyList<Sale> Journal => _store.Read(SaleTable.All);

    /// <summary>State, signatures, and what happens next.</summary>
    public IEnumerable<string> Explain(Sale sale)
    {
        var currency = _scheme.Terms.Currency;
        string settle = Revoked is not null ? "another till of the shop runs 'hiercash-shop settle --for DIR'"
            : Behind is not null ? "run 'hiercash-shop recover', then 'hiercash-shop settle'" : "run 'hiercash-shop settle'";
        yield return $"Payment of {sale.Amount.Show(currency)}, asked for at {sale.Time}: " + sale.State switch
        {
            SaleState.Open when CoinPayments(sale.Time).Any(p => p.State == CoinPaymentState.Held && p.WasSent) =>
                "waits for the issuer, which has not answered; nothing was promised to the customer. "
                + $"'hiercash-shop cancel {sale.Time}' gives it up.",
            SaleState.Open when CoinPayments(sale.Time).Any(p => p.Receipt is not null) =>
                "the issuer has answered, and this till stopped before the customer was told OK; nothing was promised. "
                + $"'hiercash-shop cancel {sale.Time}' gives it up: the issuer takes it back, and then the card gets it.",
            SaleState.Open =>
                $"cut short; nothing was promised to the customer. 'hiercash-shop cancel {sale.Time}' with the same card ends it.",
            SaleState.Accepted => "accepted. The customer was told OK.",
            SaleState.GivenUp => "given up. Nothing of it will ever be sent to the issuer.",
            SaleState.Kept => KeptSentence(sale),
            _ when IsForgotten(sale) => "was being taken back, and the issuer never signed it. All terms of its coin are over.",
            _ when IsBeingTakenBack(sale) => $"is being taken back; {settle}. The issuer has not signed that yet.",
            _ => "taken back.",
        };
        foreach (var payment in CoinPayments(sale.Time))
        {
            var h = payment.H;
            yield return $"  {h.Paid.Show(currency)} from coin {h.Coin.Id}, its payment number {h.Seq}, signed by the card (S_U); the coin "
                + $"is signed by issuer {h.Coin.Terms.Issuer} (S_I).";
            if (IssuerKeyed.IsSaidOf(h.Coin))
            {
                yield return $"    {IssuerKeyed.ForShop}";
            }

            yield return "    " + payment.State switch
            {
                _ when sale.State == SaleState.Refunded && payment.SW is null => IsForgotten(sale)
                    ? "The issuer never signed what became of it. What nobody was paid of the coin went to its holder's account."
                    : $"Being taken back: the issuer has to sign that first; {settle}. Until then the card gets nothing, and no cash "
                        + $"is due. " + WhatEnds(h),
                CoinPaymentState.Held when payment.WasSent =>
                    "Held: the issuer may have it. The card gets it back only once the issuer has answered.",
                CoinPaymentState.Held => "Held: it counts once the whole payment is there.",
                CoinPaymentState.Queued =>
                    $"Queued: to be settled before {h.Time.Plus(_scheme.Terms.SettlePeriod)}. Until then no network is needed.",
                CoinPaymentState.Settled when payment.Receipt!.Revision == 1 =>
                    $"Settled: the issuer signed so on {payment.Receipt.Date}, and instructs the bank with its next cycle.",
                CoinPaymentState.Settled => $"Paid: the issuer signed so on {payment.Receipt!.Date}, revision {payment.Receipt.Revision}.",
                CoinPaymentState.Guaranteed => $"The coin was overspent. {payment.Receipt!.Share.Credited.Show(currency)} are credited; "
                    + $"the issuer promised {payment.Receipt.Share.Guaranteed.Show(currency)} for {payment.Receipt.Share.Due}.",
                CoinPaymentState.Waiting => $"The coin was overspent, and the limits of the guarantee were passed. "
                    + $"{payment.Receipt!.Share.Credited.Show(currency)} are credited; {payment.Receipt.Share.Waiting.Show(currency)} come "
                    + $"only if something of the coin comes free.",
                CoinPaymentState.Refused => $"Refused by the issuer with a signed reason: {Reason(payment.Receipt!.Verdict)}",
                CoinPaymentState.Dead => "The issuer had pronounced it dead before it came: the customer has the money back.",
                CoinPaymentState.Voided =>
                    $"Voided with this till's signature (S_W); the payment will never be sent. {Whereabouts(payment)}",
                _ => $"Taken back by the issuer, then voided with this till's signature (S_W). {Whereabouts(payment)}",
            };
        }
    }

    private string Whereabouts(CoinPayment payment)
    {
        var offer = payment.Offer;
        return offer.Delivery switch
        {
            Delivery.Taken => "The card has it.",
            _ when offer.IsUnknown && offer.Until < Timestamp.Now(_clock) =>
                "It is owed to nobody any more: no key that this till knows has signed the coin.",
            _ when offer.Until < Timestamp.Now(_clock) => "It is offered to no card any more: all terms of its coin are over. What nobody "
                + "was paid of the coin went to its holder's account.",
            Delivery.Said =>
                "A card said that it has it, and showed no signature. It stays on offer: a card that shows the payment gets it.",
            _ => "The card gets it when it comes to this till again. "
                + $"A card that does not show the payment any more gets it on the holder's account, after the coin has expired at the end "
                + $"of {payment.H.Coin.Terms.Expiry}.",
        };
    }

    /// <summary>
    /// The refund has begun, and the issuer has not signed the reversal of every coin payment: nothing has left the shop yet.
    /// </summary>
    private bool IsBeingTakenBack(Sale sale) => sale.State == SaleState.Refunded && CoinPayments(sale.Time).Any(p => p.SW is null);

    private bool IsForgotten(Sale sale) => IsBeingTakenBack(sale)
        && CoinPayments(sale.Time).Where(p => p.SW is null).All(p => p.Offer.Until < Timestamp.Now(_clock));

    /// <summary>Of a payment that the issuer may have settled, and has not taken back.</summary>
    private string WhatEnds(CashPayment h) =>
        $"The issuer takes it back until {_scheme.Terms.TakenBackUntil(h)}, with its signature; then the card gets it. After that this "
            + $"till asks it whether the shop was paid. "
        + $"If it was not, the customer's own wallet gets it back: 'hiercash-wallet recover', after {_scheme.Terms.LateAfter(h)}.";

    /// <summary>What a verdict that pays nothing means for the shop.</summary>
    public static string Reason(Verdict verdict) => verdict switch
    {
        Verdict.Malformed => "the payment is damaged. Check this till's disk.",
        Verdict.BadSignature => "a signature does not verify. Check this till's disk and its certificates.",
        Verdict.TillUnknown => "this till is not registered, or its key was revoked. Make a till with a new key in another folder.",
        Verdict.Early => "its time lies in the future. Check this till's clock; it is sent again.",
        Verdict.NotYetKnown => "the issuer does not know its coin, and has to hear from all banks first whether it was restored from an "
            + "older copy; it is sent again.",
        Verdict.Late => "it came after its term. Settle at least once in seven days.",
        Verdict.UnknownCoin => "the issuer does not know the coin any more. Ask the issuer; nobody is accused. If it was restored from an "
            + "older copy, this till sends it again once the issuer says so.",
        Verdict.Equivocation => "the card signed twice under one counter: it is a copy or broken.",
        Verdict.Cancelled => "the coin was cancelled (its card was reported as lost, or copied), and this payment came too late for that. "
            + "Settle, and fetch the hot list, at least once a day.",
        Verdict.Excess => "the coin was overspent, and the limits of the guarantee were passed.",
        Verdict.Dead => "it was pronounced dead before it came.",
        _ => "ask the issuer.",
    };
}
