namespace HierCash.Shop;

/// <summary>
/// A till whose clock ran ahead once (rule R21). TIME of a W is never lowered: a card gives the stored S_U again for an old (TIME, W, y).
/// So all that this till took from then on would carry a TIME of the future, which nobody settles. It takes nothing until its clock is
/// there, or until it has a new N_W.
/// </summary>
public sealed partial class ShopTill
{
    private const ulong Minute = 60_000_000;

    /// <summary>
    /// Why this till takes no payment now: its key is revoked; or its clock, both times, and how long. And what else can be done. Null
    /// where it takes them.
    /// </summary>
    public string? WhyNoPayment => NoPayment?.Sentence;

    private Refused? NoPayment => WhyBehind is { } behind ? new Refused(Outcome.StandsStill, behind)
        : WhyRevoked is { } revoked ? Refused.ByRule(revoked)
        : (WhyNotByClock ?? _issuersClock.Fault) is { } clock ? new Refused(Outcome.ClockDiffers, clock)
        : null;

    /// <summary>A person knows that the issuer's clock and this till's differ, and goes on (rule R26).</summary>
    public bool IsDespiteClock
    {
        get => _issuersClock.IsOverridden;
        set => _issuersClock.IsOverridden = value;
    }

    private string? WhyNotByClock => _store.Read(TillTable.LastTime) is var last && IsAhead(last) ? ClockSentence(last) : null;

    /// <summary>
    /// TIME lies more than the tolerance ahead of this till's clock: the issuer, whose clock is right, would call it early.
    /// </summary>
    private bool IsAhead(Timestamp time) => time > Timestamp.Now(_clock).Plus(_scheme.Terms.ClockTolerance);

    /// <summary>
    /// Before a payment that needs the issuer anyway, its clock is asked for: a card signs nothing under a TIME that the issuer will call
    /// early or late (rule R26). What is taken offline asks nobody; what was heard of the issuer's clock lately counts for it too.
    /// </summary>
    private async ValueTask<string?> WhyNotByIssuersClock(Amount amount, CancellationToken cancel)
    {
        if (Online is null || !NeedsIssuer(amount))
        {
            return _issuersClock.Fault;
        }

        try
        {
            return await _issuersClock.Ask(Online, cancel);
        }
        catch (LinkException)
        {
            // Then this payment needs the issuer, and says so.
            return _issuersClock.Fault;
        }
    }

    /// <summary>Before anything is signed for the issuer.</summary>
    /// <returns>Both times, where the clocks differ.</returns>
    private async ValueTask<Refused?> DiffersFrom(ILink issuer, CancellationToken cancel) =>
        await _issuersClock.Ask(issuer, cancel) is { } fault ? new Refused(Outcome.ClockDiffers, fault) : null;

    /// <summary>
    /// The card's cash has expired by this till's clock: both dates. What it was good until, the card shows under a TIME of before.
    /// </summary>
    private string ExpiredSentence(Sale sale, WalletCard card, Amount rest)
    {
        string good = card.GetCash(default, rest, _scheme.Terms.Currency, out var cash).IsSuccess
            ? $" It was good before {cash!.Coin.Terms.Expiry.End.ToDate():yyyy-MM-dd}." : "";
        return $"The card's cash has expired by this till's clock, which says {sale.Time}.{good} If the clock is wrong, set it right, and "
            + "take the payment again. If it is right, the holder gets the money back with 'hiercash-wallet redeem'.";
    }

    private string ClockSentence(Timestamp last)
    {
        var now = Timestamp.Now(_clock);
        var until = new Timestamp(last.Microseconds - (ulong)_scheme.Terms.ClockTolerance.TotalMicroseconds);
        return $"This till takes no payment for {Span(until.Microseconds - now.Microseconds)}, until {until}: the last one that it asked a "
            + $"card for is of {last}, and its clock says {now}. "
            + "If the clock is wrong now, set it right. If it ran ahead then, wait, or make a new till key in another folder with "
            + "'hiercash-shop init', and enrol it like the first. "
            + "This folder still settles, refunds and cancels while its clock and the issuer's agree.";
    }

    /// <summary>For people: the two largest units, rounded up to a minute.</summary>
    private static string Span(ulong microseconds)
    {
        var rounded = TimeSpan.FromMinutes((long)((microseconds + Minute - 1) / Minute));
        return rounded.Days > 0 ? $"{Counted.Say(rounded.Days, "day")} and {Counted.Say(rounded.Hours, "hour")}"
            : rounded.Hours > 0 ? $"{Counted.Say(rounded.Hours, "hour")} and {Counted.Say(rounded.Minutes, "minute")}"
            : Counted.Say(rounded.Minutes, "minute");
    }
}
