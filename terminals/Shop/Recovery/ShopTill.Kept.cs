namespace HierCash.Shop;

/// <summary>
/// What the issuer may have settled and does not take back. Whoever has S_W of a settled payment can have the shop named by it, unless the
/// shop shows the issuer's signed reversal; so S_W never leaves without one (rules R3, R4). Who was never told OK gets cash then, and
/// nothing on the card.
/// </summary>
public sealed partial class ShopTill
{
    /// <summary>
    /// Payments that were never accepted and that the issuer has paid to this shop, with what the shop has of each: it owes that in cash.
    /// For a caseTerm after all terms of their coins.
    /// </summary>
    public IReadOnlyList<(Sale Sale, Amount Cash)> KeptPayments =>
        [.. _store.Read(db => SaleTable.Kept(db, Earlier(_scheme.Terms.CaseTerm))).Select(t => (t, CashOf(t))).Where(k => !k.Item2.IsZero)];

    /// <summary>The issuer gave no signed reversal of these coin payments: what becomes of the payment, and what to do.</summary>
    private async ValueTask<string> NotTakenBack(Sale sale, List<(CashPayment H, Refusal? Refusal)> refused, ILink issuer,
        CancellationToken cancel)
    {
        bool outOfDate = refused.TrueForAll(r => r.Refusal is { Reason: RefusalReason.OutOfDate });
        bool sold = _store.Read(db => SaleTable.WasAccepted(db, sale.Time));
        if (sold || !outOfDate)
        {
            if (sold && outOfDate)
            {
                _store.Write(db => SaleTable.StaysSold(db, sale.Time));
            }

            var onCard = CoinPayments(sale.Time).Where(p => p.SW is not null).Aggregate(Amount.Zero, (sum, p) => sum + p.H.Paid);
            return (refused.Find(r => r.Refusal is not null).Refusal is { } reason
                ? $"The issuer does not take the payment back. "
                    + $"{reason.Text}{(outOfDate ? "" : " The refund is begun all the same, and 'hiercash-shop settle' asks again: pay no cash for it.")}"
                : "The issuer's answer says nothing of this payment that a till can check. It may be taken back: pay no cash for it, and "
                    + "run it again.")
                + (onCard.IsZero ? ""
                : $" Of this payment the card gets {onCard.Show(_scheme.Terms.Currency)} back at this till: pay no cash for that.");
        }

        // Only this till's own clock says that the terms are over, and only a signed receipt that the shop was paid.
        bool over = refused.TrueForAll(r => Timestamp.Now(_clock) > _scheme.Terms.TakenBackUntil(r.H));
        if (over)
        {
            // An answer that does not count is none: the next visit asks again.
            await Settler.Ask(sale.Time, issuer, cancel);
        }

        return over && _store.Write(db => SaleTable.Keep(db, sale.Time))
            ? KeptSentence(sale)
            : "The issuer did not sign that this payment is taken back. Until it signs what became of it the card gets nothing, and the "
                + $"shop pays no cash. 'hiercash-shop settle' asks again, and 'hiercash-shop explain {sale.Time}' says what ends it.";
    }

    private string KeptSentence(Sale sale) => CashOf(sale) is { IsZero: false } cash
        ? $"The issuer has paid this payment to the shop, and takes it back no more. The customer was never told OK: pay "
            + $"{cash.Show(_scheme.Terms.Currency)} back in cash. No card gets that."
        : "The issuer has signed that this payment is not paid to the shop. The customer was never told OK, and the shop owes nothing "
            + "for it.";

    /// <summary>What the issuer has paid of the coin payments that were not taken back, by its newest receipts.</summary>
    private Amount CashOf(Sale sale) => CoinPayments(sale.Time)
        .Where(p => p.SW is null && p.State is CoinPaymentState.Settled or CoinPaymentState.Guaranteed or CoinPaymentState.Waiting)
        .Aggregate(Amount.Zero, (sum, p) => sum + p.Receipt!.Share.Credited
        + (p.Receipt.GuaranteeIsPaid ? p.Receipt.Share.Guaranteed : Amount.Zero));
}
