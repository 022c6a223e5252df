namespace HierCash.Shop;

/// <summary>What waits at this till (docs/waiting.md).</summary>
public sealed partial class ShopTill
{
    private const string SettleEnds = "'hiercash-shop settle' ends it";

    /// <summary>All of it; sums where there may be many.</summary>
    public IReadOnlyList<Waiting> Waits
    {
        get
        {
            var all = new List<Waiting>();
            Queued(all);
            Forgotten(all);
            var held = HeldPayments;
            foreach (var h in held.Where(h => !h.Held.IsZero))
            {
                all.Add(h.Sale.State == SaleState.Refunded
                    ? new Waiting(
                        WaitingKind.RefundUnderWay, $"{Show(h.Held)} that go back", h.Sale.Time,
                        "The issuer may have the payment, and has not signed that it takes it back.",
                        $"{SettleEnds}, then the card gets it. 'hiercash-shop explain {h.Sale.Time}' says what else does.")
                    : new Waiting(
                        WaitingKind.HeldPayment, $"{Show(h.Held)} that a card signed", h.Sale.Time,
                        h.IsAnswered ? "The issuer has answered, and no OK was said." : h.WasSent ? "The issuer has not answered."
                            : "The payment was cut short.",
                        $"'hiercash-shop cancel {h.Sale.Time}' ends it; a day later it is given up by itself."));
            }

            var owed = held.Where(h => h.Offers > 0).ToList();
            if (owed.Count > 0)
            {
                var sum = owed.Aggregate(Amount.Zero, (s, h) => s + h.Owed + h.Said);
                all.Add(new Waiting(
                    WaitingKind.OwedToCard, $"{Show(sum)} that cards get back", owed[0].Sale.Time,
                    "No card that still knows the payment was here since.",
                    "The card ends it when it is put in at this till. One that has forgotten the payment gets it by 'hiercash-wallet "
                        + "recover', or its holder's account does, and this till does not hear of that."));
            }

            foreach (var sale in UnseenSales)
            {
                all.Add(new Waiting(
                    WaitingKind.UnseenTicket, $"{Show(sale.Amount)} asked for", sale.Time,
                    "The card went before its answer came, and may have signed or not.",
                    $"'hiercash-shop tickets ask' with the card ends it; or {sale.Time.Plus(_scheme.Terms.SettlePeriod)} does."));
            }

            Promised(all);
            Till(all);
            return all;
        }
    }

    /// <summary>Payments of which this till saw no signature, in the term in which a card may still show one.</summary>
    public IReadOnlyList<Sale> UnseenSales =>
        [.. OpenSales.Where(t => CoinPayments(t.Time).Count == 0 && Timestamp.Now(_clock) <= t.Time.Plus(_scheme.Terms.SettlePeriod))];

    private string Show(Amount amount) => amount.Show(_scheme.Terms.Currency);

    private void Queued(List<Waiting> all)
    {
        var queued = _store.Read(db => CoinPaymentTable.Queued(db, int.MaxValue));
        var early = queued.FindAll(p => p.Receipt?.Verdict == Verdict.Early);
        var unknown = queued.FindAll(p => p.Receipt?.Verdict == Verdict.NotYetKnown);
        var rest = queued.Except(early).Except(unknown).ToList();
        if (rest.Count > 0)
        {
            string ends = Revoked is not null ? "Another till of the shop brings it with 'hiercash-shop settle --for DIR'"
                : Behind is not null ? "'hiercash-shop settle' sends it after 'hiercash-shop recover'" : "'hiercash-shop settle' sends it";
            all.Add(new Waiting(
                WaitingKind.QueuedPayment, $"{Show(Sum(rest))} in {rest.Count} accepted", rest[0].H.Time,
                "It is not settled yet: it was not sent, or the issuer has not answered, or has refused it for now.",
                $"{ends}; the oldest counts until {_scheme.Terms.LateAfter(rest[0].H)}."));
        }

        if (unknown.Count > 0)
        {
            all.Add(new Waiting(
                WaitingKind.NotYetKnownPayment, $"{Show(Sum(unknown))} in {unknown.Count} of unknown coins", unknown[0].H.Time,
                "The issuer does not know the coin, and has not heard from all banks yet whether it is an older copy.",
                "It is sent again by each settlement, and answered once the banks have visited."));
        }

        if (early.Count > 0)
        {
            all.Add(new Waiting(
                WaitingKind.EarlyPayment, $"{Show(Sum(early))} in {early.Count} that came early", early[0].H.Time,
                "By the issuer's clock its time lies in the future: one of the two clocks is wrong.",
                $"It is sent again by each settlement, and counts from {early[^1].H.Time} on, less the tolerance."));
        }
    }

    /// <summary>What an issuer that was restored from a copy has forgotten (rule R27).</summary>
    private void Forgotten(List<Waiting> all)
    {
        var again = _store.Read(db => CoinPaymentTable.Again(db, 0, int.MaxValue)).ConvertAll(a => a.CoinPayment);
        if (again.Count > 0)
        {
            all.Add(new Waiting(
                WaitingKind.BroughtAgain, $"{Show(Sum(again))} in {again.Count} that the issuer has forgotten", again[0].H.Time,
                "The issuer was restored from an older copy.", $"{SettleEnds}."));
        }
    }

    private void Promised(List<Waiting> all)
    {
        var unended = _store.Read(db => CoinPaymentTable.Unended(db, 0, int.MaxValue)).ConvertAll(u => u.CoinPayment);
        foreach (var due in unended.Where(p => p.State == CoinPaymentState.Guaranteed).GroupBy(p => p.Receipt!.Share.Due))
        {
            var sum = due.Aggregate(Amount.Zero, (s, p) => s + p.Receipt!.Share.Guaranteed);
            all.Add(new Waiting(
                WaitingKind.GuaranteedPayment, $"{Show(sum)} promised", due.First().Receipt!.Date,
                "The coin was overspent; the issuer pays once the holder's terms are over.",
                $"The issuer pays it from {due.Key} on; 'hiercash-shop settle' asks."));
        }

        var waiting = unended.FindAll(p => p.State == CoinPaymentState.Waiting);
        if (waiting.Count > 0)
        {
            var sum = waiting.Aggregate(Amount.Zero, (s, p) => s + p.Receipt!.Share.Waiting);
            all.Add(new Waiting(
                WaitingKind.WaitingExcess, $"{Show(sum)} above the value of their coins", waiting[0].Receipt!.Date,
                "The limits of the guarantee were passed.",
                $"It is paid only if something of the coin comes free, and is lost after "
                    + $"{_scheme.Terms.KnownUntil(waiting[0].H.Coin.Terms.Expiry)} for the oldest."));
        }
    }

    private void Till(List<Waiting> all)
    {
        if (!_store.Read(_hot.IsFresh))
        {
            all.Add(new Waiting(
                WaitingKind.OldHotList, "offline payments", null, $"The till has no hot list of the last "
                    + $"{_scheme.Terms.HotListMaxAge.TotalHours} hours, so each payment settles before OK.",
                "'hiercash-shop settle' fetches a list."));
        }

        if (WhyNotByClock is { } clock)
        {
            all.Add(new Waiting(WaitingKind.ClockBehindLastTime, "all payments", null, clock, "That date ends it, or a new till key."));
        }

        if (Behind is { } behind)
        {
            all.Add(new Waiting(
                WaitingKind.RestoredTill, "this till", behind,
                "Its store is an older copy: the issuer has a later batch with its signature.", "'hiercash-shop recover' ends it."));
        }

        if (Revoked is { } revoked)
        {
            all.Add(new Waiting(
                WaitingKind.RevokedTill, "this till", revoked, "Its key was revoked.",
                "Nothing ends it: make a till with a new key. Another till of the shop brings what is queued with 'hiercash-shop settle "
                    + "--for DIR'."));
        }

        foreach (var (sale, cash) in KeptPayments)
        {
            all.Add(new Waiting(WaitingKind.CashToPayBack, $"{Show(cash)} of a customer", sale.Time,
                "The issuer has paid it, and the customer was never told OK.", "Pay it back in cash."));
        }
    }

    private static Amount Sum(List<CoinPayment> payments) => payments.Aggregate(Amount.Zero, (sum, p) => sum + p.H.Paid);
}
