namespace HierCash.Issuer;

/// <summary>
/// When a payment came first that was early: then its TIME was its till's error, and what decides by TIME takes the earlier of the two
/// (rules R6 and R24). Else a payment that waited for its TIME would look as if it had been made after its coin was closed.
/// </summary>
internal static class EarlyArrivals
{
    /// <summary>So many are kept of a coin: whoever has its key, and a till, makes them without end (rule R10).</summary>
    public const int MaxKept = 64;

    public static void Note(IWriteTransaction db, CashPayment h, Timestamp now)
    {
        if (CoinTable.Of(db, h.Coin) is { } coin && EarlyTable.Count(db, coin.Id) < MaxKept)
        {
            EarlyTable.Add(db, h.Id, coin.Id, now, h.Coin.Terms.Expiry);
        }
    }

    /// <summary>min(TIME, first arrival).</summary>
    public static Timestamp TimeOf(IReadSnapshot db, CashPayment h) => Timestamp.Min(h.Time, EarlyTable.Arrival(db, h.Id) ?? h.Time);
}
