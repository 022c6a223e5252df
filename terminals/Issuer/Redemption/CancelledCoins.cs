namespace HierCash.Issuer;

/// <summary>Which payments of a cancelled coin still count (rule R6).</summary>
internal static class CancelledCoins
{
    /// <summary>How long after the age of a hot list a payment of a lost card may still arrive.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(24);

    /// <summary>An answer so soon after TIME is none that came after the payment: it was under way, or the clocks differ.</summary>
    public static readonly TimeSpan UnderWay = TimeSpan.FromMinutes(15);

    /// <summary>How long after a coin was closed a payment may still bear as TIME: its till's clock, and the age of its list.</summary>
    public static readonly TimeSpan AfterClose = TimeSpan.FromDays(1);

    /// <summary>
    /// Of a coin that its holder has closed, a payment from a day later on is no honest card's. It does not count while all that was signed
    /// fits X: what is left went, or goes, to the account. What exceeds X is an excess like any other, with evidence (rule R24).
    /// </summary>
    private static bool RefusesClosed(IReadSnapshot db, CoinRow coin, Submitted submitted, Timestamp time)
    {
        bool after = coin.Closed is { } closed && submitted.Shop is not null && time > closed.Plus(AfterClose);
        return after && HistoryTable.SignedWithRefused(db, coin.Number) + submitted.H.Paid <= coin.FaceValue;
    }

    /// <summary>True if the coin was cancelled and this payment came too late for that.</summary>
    public static bool Refuses(IReadSnapshot db, CoinRow coin, Submitted submitted, SchemeParameters terms, Timestamp now)
    {
        var h = submitted.H;
        var time = EarlyArrivals.TimeOf(db, h);
        if (RefusesClosed(db, coin, submitted, time))
        {
            return true;
        }

        // A case: TIME alone decides. What is left of the coin is its payers', and no honest holder's.
        if (coin.Cancelled is { } cancelled && time > cancelled.Plus(terms.HotListMaxAge))
        {
            return true;
        }

        // A report that follows a case takes nothing from the shops that were paid: the case shows that the holder, or a copy, signed.
        bool tells = coin.Cancelled is null || coin.Cancelled > coin.Lost;
        if (coin.Lost is not { } lost || !tells)
        {
            return false;
        }

        // A redemption of a lost card is whoever holds it: what is left comes back to the account by itself.
        if (submitted.Shop is null)
        {
            return true;
        }

        var outage = ServiceRecord.Outage(db, lost, now);
        bool fresh = time <= lost.Plus(terms.HotListMaxAge) && now <= lost.Plus(terms.HotListMaxAge + Grace + outage);
        bool offline = time <= lost && h.Paid <= terms.FloorLimit && submitted.Contact <= time.Plus(UnderWay);
        return !fresh && !offline;
    }
}
