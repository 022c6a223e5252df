namespace HierCash.Issuer;

/// <summary>
/// An issuer that was restored from a copy honours its own S_I (R27): a coin that it may have signed since the copy, and that no bank has
/// given back, is kept as a coin of no bank. It pays shops up to X, and the issuer bears that. What is borne stands among what is owed
/// between banks, as a FloatDebit of bank 0, which is never instructed: so what goes into clearing and what comes out of it stay equal. A
/// bank that gives the withdrawal back later adopts the coin, and bears what it paid.
/// </summary>
internal sealed class HonouredCoins(IssuerKeys keys, SchemeParameters terms)
{
    /// <summary>The bank of such a coin: no party has this number.</summary>
    public static PartyId NoBank => default;

    /// <summary>
    /// True if this issuer may have issued the coin after a copy that it was restored from, and before it had recovered. What is older is
    /// in the copy, or its terms are over.
    /// </summary>
    public bool Covers(IWriteTransaction db, Coin coin, Timestamp now)
    {
        bool isOver = terms.IsForgotten(coin.Terms.Expiry, now.Plus(terms.ClockTolerance)) || AgreedBooks.BehindSince(db) is not null;
        return !isOver && RestorationTable.All(db).Exists(r => IsOf(db, r, coin.Terms));
    }

    /// <summary>Expiry says in which quarter a coin was issued, its key on which days.</summary>
    private bool IsOf(IReadSnapshot db, Restoration restoration, CoinAttributes coin)
    {
        var (from, to) = (restoration.Since.Minus(terms.ClockTolerance), restoration.Ended.Plus(terms.ClockTolerance));
        var (first, last) = (Quarter.Of(from).Plus(terms.LifetimeQuarters), Quarter.Of(to).Plus(terms.LifetimeQuarters));
        return coin.Expiry.Index >= first.Index && coin.Expiry.Index <= last.Index
            && keys.HasSignedCoins(db, coin.IssuerKey, from, to);
    }

    /// <summary>The coin enters the inspection database; its id stands in the place of the request, which is not known.</summary>
    public static CoinRow Register(IWriteTransaction db, Coin coin, Timestamp now)
    {
        var row = CoinTable.Register(db, coin, NoBank, new WithdrawalId(coin.Id.Value), []);
        Alarms.Raise(db, Alarms.HonouredCoin, coin.Id, now);
        return row;
    }

    /// <summary>The coin of that key, TM and X that was honoured, as a card showed it: its withdrawal turns up.</summary>
    public static (CoinRow Row, Coin Coin)? OfKey(IReadSnapshot db, byte[] n, ushort tm, Amount faceValue) =>
        CoinTable.Unclaimed(db, n, tm, faceValue) is { } row && HistoryTable.Shown(db, row.Number) is { } h ? (row, h.Coin) : null;

    /// <summary>
    /// A withdrawal pays up to X once, also where its order was carried out again after a copy, under a newer coin key or in a later
    /// quarter, and so has two S_I. The coin is the one that payments show first, which an honest card has. Who shows the other one, too,
    /// has broken a card: it counts with the first, and is hot. What was signed after a report that the card is lost, which put the other
    /// S_I on the hot list, no shop could know: that is honoured as a coin of no bank.
    /// </summary>
    public static CoinRow? OfOneWithdrawal(IWriteTransaction db, Coin coin, Timestamp time, Timestamp now)
    {
        var its = CoinTable.OfKey(db, coin.N, coin.Terms.TM, coin.Terms.FaceValue);
        if (its is null)
        {
            return null;
        }

        bool isPaid = HistoryTable.Shown(db, its.Number) is not null;
        if (its.Cancelled is not null || isPaid)
        {
            Alarms.Raise(db, Alarms.HonouredCoin, coin.Id, now);
            HotTable.Add(db, coin.Id, coin.Terms.Expiry);
            return isPaid ? CoinTable.KeepUntil(db, its, coin.Terms.Expiry) : its;
        }

        if (time > its.Lost || !its.Returned.IsZero)
        {
            // From now on shops can know it.
            HotTable.Add(db, coin.Id, coin.Terms.Expiry);

            return null;
        }

        var shown = Become(db, its, coin);
        if ((shown.Ended ?? shown.Closed) is not null)
        {
            HotTable.Add(db, shown.Id, shown.Expiry);
        }

        return shown;
    }

    /// <summary>A coin that no payment has shown yet is the one with this S_I.</summary>
    private static CoinRow Become(IWriteTransaction db, CoinRow coin, Coin shown)
    {
        CoinTable.Rename(db, coin, shown.Id);
        DeadPaymentTable.Rename(db, coin.Id, shown.Id);
        EarlyTable.Rename(db, coin.Id, shown.Id);

        return CoinTable.KeepUntil(db, coin with { Id = shown.Id }, shown.Terms.Expiry);
    }

    /// <summary>The withdrawal turned up: the coin is that bank's, and so is what it paid.</summary>
    /// <param name="opening">m, sealed under the evidence key.</param>
    public static void Adopt(IWriteTransaction db, CoinRow coin, PartyId bank, WithdrawalId request, byte[] opening, Timestamp now)
    {
        CoinTable.Adopt(db, coin, bank, request, opening);
        var its = coin with { Bank = bank, Request = request, Opening = opening };
        if (!coin.Spent.IsZero)
        {
            TransferDeltaTable.Lower(db, NoBank, TransferKind.FloatDebit, default, coin.Spent);
            Credits.Debit(db, its, coin.Spent);
        }

        if (coin.Cancelled is not null)
        {
            OverspendingCases.OpenCase(db, its, now);
        }
    }

    /// <summary>What such coins paid, by their own rows and what is carried forward of them, in minor units.</summary>
    public static long Paid(IReadSnapshot db) => CoinTable.PaidUnclaimed(db) + ForgottenTable.PaidHonoured(db);
}
