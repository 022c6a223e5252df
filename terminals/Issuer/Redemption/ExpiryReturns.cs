namespace HierCash.Issuer;

/// <summary>
/// What is left of a coin returns by itself once all its terms are over (hole 9). The issuer instructs the bank of the withdrawal, "so much
/// for E_I", and never gets to know U.
/// </summary>
internal sealed class ExpiryReturns(IssuerKeys keys, PartyId issuer, SchemeParameters terms)
{
    private readonly ExcessQueue _queue = new(keys, issuer, terms);

    /// <summary>
    /// At the end of a cycle. What was paid of them shops may have to bring again to an issuer that was restored (rule R27).
    /// </summary>
    public int RunDue(IWriteTransaction db, Timestamp now) => Restorations.WaitsUntil(db, terms, now) is null ? ReturnDue(db, now) : 0;

    /// <summary>When the rest of a coin that was cancelled then goes back: when no payment can arrive any more (rule R6).</summary>
    internal static Timestamp ReturnsAt(IReadSnapshot db, SchemeParameters terms, Timestamp cancelled, Timestamp now)
    {
        var outage = ServiceRecord.Outage(db, cancelled, now);
        var last = terms.SettlePeriod > CancelledCoins.Grace + outage ? terms.SettlePeriod : CancelledCoins.Grace + outage;
        return cancelled.Plus(terms.HotListMaxAge + last);
    }

    private bool IsDue(IReadSnapshot db, CoinRow coin, Timestamp now) => (coin.Ended is { } ended && ReturnsAt(db, terms, ended, now) < now)
        || (coin.Closed is { } closed
            && closed.Plus(CancelledCoins.AfterClose + terms.SettlePeriod + ServiceRecord.Outage(db, closed, now)) < now);

    private int ReturnDue(IWriteTransaction db, Timestamp now)
    {
        var expiredBy = Forgetting.Ended(now, terms.SettlePeriod);
        var due = CoinTable.Returnable(db, expiredBy).FindAll(c => c.Expiry.Index <= expiredBy.Index || IsDue(db, c, now));
        foreach (var coin in due)
        {
            BankTable.AddReturned(db, coin.Bank, coin.Rest);
            TransferDeltaTable.Add(db, coin.Bank, TransferKind.ReturnCredit, coin.Request.Value, coin.Rest);
            CoinTable.Return(db, coin, coin.Rest);
            _queue.End(db, coin.Number, now);
        }

        // Of what is used up nothing comes back; a redemption of it waits for refunds until the shops' terms are over.
        foreach (long coin in CoinTable.AwaitedByRedemptions(db, expiredBy))
        {
            _queue.End(db, coin, now);
        }

        return due.Count;
    }
}
