using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Shop;

/// <summary>The till's journal, in words.</summary>
public sealed partial class ShopTill
{
    /// <summary>All payments that were asked for, oldest first.</summary>
    public IReadOnlyList<Sale> Journal => _store.Read(TillStore.All);

    /// <summary>State, signatures, and what happens next.</summary>
    public IEnumerable<string> Explain(Sale ticket)
    {
        var currency = _scheme.Terms.Currency;
        string settle = Revoked is not null ? "another till of the shop runs 'hiercash-shop settle --for DIR'"
            : Behind is not null ? "run 'hiercash-shop recover', then 'hiercash-shop settle'" : "run 'hiercash-shop settle'";
        yield return $"Payment of {ticket.Amount.Show(currency)}, asked for at {ticket.Time}: " + ticket.State switch
        {
            TicketState.Open when Parts(ticket.Time).Any(p => p.State == PartState.Held && WasSent(p)) => "waits for the issuer, which has not answered; nothing was promised to the customer. "
                + $"'hiercash-shop cancel {ticket.Time}' gives it up.",
            TicketState.Open when Parts(ticket.Time).Any(p => p.Receipt is not null) => "the issuer has answered, and this till stopped before the customer was told OK; nothing was promised. "
                + $"'hiercash-shop cancel {ticket.Time}' gives it up: the issuer takes it back, and then the card gets it.",
            TicketState.Open => $"cut short; nothing was promised to the customer. 'hiercash-shop cancel {ticket.Time}' with the same card ends it.",
            TicketState.Accepted => "accepted. The customer was told OK.",
            TicketState.GivenUp => "given up. Nothing of it will ever be sent to the issuer.",
            TicketState.Kept => KeptSentence(ticket),
            _ when IsForgotten(ticket) => "was being taken back, and the issuer never signed it. All terms of its coin are over.",
            _ when IsBeingTakenBack(ticket) => $"is being taken back; {settle}. The issuer has not signed that yet.",
            _ => "taken back.",
        };
        foreach (var part in Parts(ticket.Time))
        {
            var h = part.H;
            yield return $"  {h.Paid.Show(currency)} from coin {h.Coin.Id}, its payment number {h.Seq}, signed by the card (S_U); the coin is signed by issuer {h.Coin.Terms.Issuer} (S_I).";
            if (IssuerKeyed.IsSaidOf(h.Coin))
            {
                yield return $"    {IssuerKeyed.ForShop}";
            }

            yield return "    " + part.State switch
            {
                _ when ticket.State == TicketState.Refunded && part.SW is null => IsForgotten(ticket)
                    ? "The issuer never signed what became of it. What nobody was paid of the coin went to its holder's account."
                    : $"Being taken back: the issuer has to sign that first; {settle}. Until then the card gets nothing, and no cash is due. " + WhatEnds(h),
                PartState.Held when WasSent(part) => "Held: the issuer may have it. The card gets it back only once the issuer has answered.",
                PartState.Held => "Held: it counts once the whole payment is there.",
                PartState.Queued => $"Queued: to be settled before {h.Time.Plus(_scheme.Terms.SettlePeriod)}. Until then no network is needed.",
                PartState.Settled when part.Receipt!.Revision == 1 => $"Settled: the issuer signed so on {part.Receipt.Date}, and instructs the bank with its next cycle.",
                PartState.Settled => $"Paid: the issuer signed so on {part.Receipt!.Date}, revision {part.Receipt.Revision}.",
                PartState.Guaranteed => $"The coin was overspent. {part.Receipt!.Share.Credited.Show(currency)} are credited; "
                    + $"the issuer promised {part.Receipt.Share.Guaranteed.Show(currency)} for {part.Receipt.Share.Due}.",
                PartState.Waiting => $"The coin was overspent, and the limits of the guarantee were passed. "
                    + $"{part.Receipt!.Share.Credited.Show(currency)} are credited; {part.Receipt.Share.Waiting.Show(currency)} come only if something of the coin comes free.",
                PartState.Refused => $"Refused by the issuer with a signed reason: {Reason(part.Receipt!.Verdict)}",
                PartState.Dead => "The issuer had pronounced it dead before it came: the customer has the money back.",
                PartState.Voided => $"Voided with this till's signature (S_W); the payment will never be sent. {Whereabouts(h)}",
                _ => $"Taken back by the issuer, then voided with this till's signature (S_W). {Whereabouts(h)}",
            };
        }
    }

    private string Whereabouts(CashPayment h)
    {
        var offer = _store.Read(db => TillStore.OfferOf(db, h.Id));
        return offer.Delivery switch
        {
            Delivery.Taken => "The card has it.",
            _ when offer.IsUnknown && offer.Until < Timestamp.Now(_clock) => "It is owed to nobody any more: no key that this till knows has signed the coin.",
            _ when offer.Until < Timestamp.Now(_clock) => "It is offered to no card any more: all terms of its coin are over. What nobody was paid of the coin went to its holder's account.",
            Delivery.Said => "A card said that it has it, and showed no signature. It stays on offer: a card that shows the payment gets it.",
            _ => "The card gets it when it comes to this till again. "
                + $"A card that does not show the payment any more gets it on the holder's account, after the coin has expired at the end of {h.Coin.Terms.Expiry}.",
        };
    }

    private bool WasSent(CoinPayment part) => _store.Read(db => TillStore.WasSent(db, part.H.Id));

    /// <summary>The refund has begun, and the issuer has not signed the reversal of every part: nothing has left the shop yet.</summary>
    private bool IsBeingTakenBack(Sale ticket) => ticket.State == TicketState.Refunded && Parts(ticket.Time).Any(p => p.SW is null);

    private bool IsForgotten(Sale ticket) => IsBeingTakenBack(ticket)
        && Parts(ticket.Time).Where(p => p.SW is null).All(p => _store.Read(db => TillStore.OfferOf(db, p.H.Id)).Until < Timestamp.Now(_clock));

    /// <summary>Of a payment that the issuer may have settled, and has not taken back.</summary>
    private string WhatEnds(CashPayment h) =>
        $"The issuer takes it back until {TakenBackUntil(h)}, with its signature; then the card gets it. After that this till asks it whether the shop was paid. "
        + $"If it was not, the customer's own wallet gets it back: 'hiercash-wallet recover', after {_scheme.Terms.LateAfter(h)}.";

    /// <summary>What a verdict that pays nothing means for the shop.</summary>
    public static string Reason(Verdict verdict) => verdict switch
    {
        Verdict.Malformed => "the payment is damaged. Check this till's disk.",
        Verdict.BadSignature => "a signature does not verify. Check this till's disk and its certificates.",
        Verdict.TillUnknown => "this till is not registered, or its key was revoked. Make a till with a new key in another folder.",
        Verdict.Early => "its time lies in the future. Check this till's clock; it is sent again.",
        Verdict.NotYetKnown => "the issuer does not know its coin, and has to hear from all banks first whether it was restored from an older copy; it is sent again.",
        Verdict.Late => "it came after its term. Settle at least once in seven days.",
        Verdict.UnknownCoin => "the issuer does not know the coin any more. Ask the issuer; nobody is accused. If it was restored from an older copy, this till sends it again once the issuer says so.",
        Verdict.Equivocation => "the card signed twice under one counter: it is a copy or broken.",
        Verdict.Cancelled => "the coin was cancelled (its card was reported as lost, or copied), and this payment came too late for that. Settle, and fetch the hot list, at least once a day.",
        Verdict.Excess => "the coin was overspent, and the limits of the guarantee were passed.",
        Verdict.Dead => "it was pronounced dead before it came.",
        _ => "ask the issuer.",
    };
}
