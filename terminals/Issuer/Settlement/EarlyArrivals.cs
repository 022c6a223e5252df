namespace HierCash.Issuer;

/// <summary>When an early payment came first: its TIME was its till's error, and the earlier of the two decides (rules R6, R24).</summary>
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
