namespace HierCash.Issuer;

/// <summary>
/// What comes free of a coin goes in this order (rule R2): to payments that exceeded it, by arrival; then to claims that were paid for it;
/// then to redemptions that fit whole; only then it is its holder's again. Also takes from struck payments of a revoked till what an excess
/// needs, and gives it back where no excess needs it any more (rule R4).
/// </summary>
internal sealed class ExcessQueue(IssuerKeys keys, PartyId issuer, SchemeParameters terms)
{
    /// <summary>Gives what the coin holds to whom it is due. Inside the transaction of whatever changed it.</summary>
    public void Distribute(IWriteTransaction db, CoinId id, Timestamp now)
    {
        Draw(db, CoinTable.Find(db, id)!, now);
        long number = CoinTable.Find(db, id)!.Number;
        var unpaid = HistoryTable.Exceeding(db, number).FindAll(r => !r.IsRedemption && !GuaranteeTable.IsPaid(db, r.Payment));
        foreach (var row in InTurn(db, unpaid))
        {
            var coin = CoinTable.Find(db, id)!;
            var amount = Amount.Min(coin.Rest, row.Share.Excess);
            if (!amount.IsZero)
            {
                CoinTable.Spend(db, coin, amount);
                Credits.Give(db, coin, ShopTable.Get(db, row.Shop!.Value), amount);
                Revise(db, row, amount, now);
                var needless = Amount.Min(amount, row.Share.Guaranteed);
                Claims.Withdraw(db, row.Payment, needless, now);
                GuaranteeTable.Lower(db, row.Payment, needless);
            }
        }

        foreach (var row in HistoryTable.Exceeding(db, number).Where(r => !r.IsRedemption && GuaranteeTable.IsPaid(db, r.Payment)))
        {
            var coin = CoinTable.Find(db, id)!;
            var amount = Amount.Min(coin.Rest, row.Share.Guaranteed);
            if (!amount.IsZero)
            {
                CoinTable.Spend(db, coin, amount);
                Credits.Repay(db, coin, amount);
                Revise(db, row, amount, now);
                GuaranteeTable.Lower(db, row.Payment, amount);
            }
        }

        Redeem(db, id, number, now);
        Refill(db, id, number, now);
    }

    /// <summary>
    /// By arrival. Of a coin that has two S_I what is promised goes first: it was proven by payments with one of them, and may not be once
    /// something of that comes free (R27).
    /// </summary>
    private static IEnumerable<HistoryRow> InTurn(IReadSnapshot db, List<HistoryRow> rows)
    {
        bool mixed = RestorationTable.Newest(db) is not null && rows.Exists(r => r.Share.Guaranteed.IsZero)
            && rows.Exists(r => !r.Share.Guaranteed.IsZero)
            && HistoryTable.SignedWith(db, rows[0].Coin, HistoryTable.Shown(db, rows[0].Coin)!.Coin.Id).HasOthers;
        return mixed ? rows.OrderBy(r => r.Share.Guaranteed.IsZero) : rows;
    }

    /// <summary>Redemptions that fit whole, once no shop waits any more.</summary>
    private void Redeem(IWriteTransaction db, CoinId id, long number, Timestamp now)
    {
        foreach (var row in HistoryTable.Exceeding(db, number).Where(r => r.IsRedemption))
        {
            var coin = CoinTable.Find(db, id)!;
            if (row.Share.Waiting <= coin.Rest && !HistoryTable.Exceeding(db, number).Exists(r => !r.IsRedemption))
            {
                CoinTable.Spend(db, coin, row.Share.Waiting);
                Credits.Give(db, coin, null, row.Share.Waiting);
                Revise(db, row, row.Share.Waiting, now);
            }
        }
    }

    /// <summary>What was left went back to the holder: a redemption that still waits gets its last revision.</summary>
    public void End(IWriteTransaction db, long coin, Timestamp now)
    {
        foreach (var row in HistoryTable.Exceeding(db, coin).Where(r => r.IsRedemption))
        {
            Revise(db, row, row.Share with { Due = now }, now);
        }
    }

    /// <summary>Signs the next revision: so much more is credited, so much less exceeds the coin, the guaranteed part first.</summary>
    public void Revise(IWriteTransaction db, HistoryRow row, Amount credited, Timestamp now) =>
        Revise(db, row, Revised(db, row, credited, now), now);

    private Share Revised(IReadSnapshot db, HistoryRow row, Amount credited, Timestamp now)
    {
        var guaranteed = row.Share.Guaranteed - Amount.Min(credited, row.Share.Guaranteed);
        var waiting = row.Share.Excess - credited - guaranteed;

        // A date that has passed says that the guarantee paid: where it did not, its payment is promised anew.
        var due = row.Share.Due > now || GuaranteeTable.IsPaid(db, row.Payment) ? row.Share.Due : now.Plus(terms.DisputeTerm);
        return new Share(row.Share.Credited + credited, guaranteed, waiting, guaranteed.IsZero ? default : due);
    }

    /// <summary>Signs the next revision.</summary>
    public void Revise(IWriteTransaction db, HistoryRow row, Share share, Timestamp now) =>
        HistoryTable.Revise(db, row, Sign(row, share, now));

    /// <summary>The next revision of the payment's receipt, with the key of now (rule R15).</summary>
    public Receipt Sign(HistoryRow row, Share share, Timestamp now) => Receipt.Sign(
        keys.Statement, issuer, row.Payment.Value, row.Receipt.Verdict, row.Y, terms.Currency, share, row.Receipt.NextRevision, now);

    /// <summary>What a receipt says that is signed once more (rule R15).</summary>
    public Share Again(IReadSnapshot db, HistoryRow row, Timestamp now) =>
        row.Share.Guaranteed.IsZero ? row.Share : Revised(db, row, Amount.Zero, now);

    /// <summary>Takes from shops whose revoked tills signed S_W what the excess of this coin needs, and no more.</summary>
    private void Draw(IWriteTransaction db, CoinRow coin, Timestamp now)
    {
        foreach (var row in HistoryTable.Kept(db, coin.Number))
        {
            var current = CoinTable.Find(db, coin.Id)!;
            var needed = Needed(db, current);
            if (needed <= current.Rest)
            {
                return;
            }

            var amount = Amount.Min(needed - current.Rest, row.Share.Credited);
            CoinTable.Restore(db, current, amount);
            Credits.TakeBack(db, current, ShopTable.Get(db, row.Shop!.Value), amount);
            Keep(db, row, row.Share.Credited - amount, row.Moved + amount, now);
        }
    }

    /// <summary>
    /// What the shops of this coin lack, and after them each redemption that is paid in full with what those shops have: one that is not
    /// gets nothing of it.
    /// </summary>
    private static Amount Needed(IReadSnapshot db, CoinRow coin)
    {
        var exceeding = HistoryTable.Exceeding(db, coin.Number);
        var most = HistoryTable.Kept(db, coin.Number).Aggregate(coin.Rest, (sum, r) => sum + r.Share.Credited);
        var needed = exceeding.Where(r => !r.IsRedemption).Aggregate(Amount.Zero, (sum, r) => sum + r.Share.Excess);
        foreach (var redemption in exceeding.Where(r => r.IsRedemption))
        {
            needed += needed + redemption.Share.Waiting <= most ? redemption.Share.Waiting : Amount.Zero;
        }

        return needed;
    }

    /// <summary>
    /// Gives those shops back what was moved and nobody needs any more: else who stole the key, and overspent, would take home as the
    /// coin's holder what another shop refunds. A redemption that still waits does not fit, and keeps nobody from it.
    /// </summary>
    private void Refill(IWriteTransaction db, CoinId id, long number, Timestamp now)
    {
        if (HistoryTable.Exceeding(db, number).Exists(r => !r.IsRedemption))
        {
            return;
        }

        foreach (var row in HistoryTable.Drawn(db, number))
        {
            var coin = CoinTable.Find(db, id)!;
            var amount = Amount.Min(coin.Rest, row.Moved);
            if (!amount.IsZero)
            {
                CoinTable.Spend(db, coin, amount);
                Credits.Give(db, coin, ShopTable.Get(db, row.Shop!.Value), amount);
                Keep(db, row, row.Share.Credited + amount, row.Moved - amount, now);
            }
        }
    }

    /// <summary>Signs anew what the struck payment of a revoked till moved.</summary>
    private void Keep(IWriteTransaction db, HistoryRow row, Amount kept, Amount moved, Timestamp now)
    {
        // Not before the one in whose place it stands, which is not before the case that counted the payment (rule R3).
        var earlier = row.Reversal?.Date ?? default;
        var date = earlier > now && terms.IsOnTime(earlier, now) ? earlier : now;
        var reversal = Reversal.Sign(keys.Statement, issuer, row.Payment, row.Y, moved, date);
        HistoryTable.Strike(db, row, kept, reversal, row.Receipt);
    }
}
