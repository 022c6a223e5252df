namespace HierCash.Issuer;

/// <summary>A genuine payment that somebody brought.</summary>
/// <param name="Encoded">H as it came: these bytes are kept.</param>
/// <param name="Shop">Whose till was paid; null for a redemption by its holder.</param>
/// <param name="Submission">That the till submitted it; null for a redemption.</param>
/// <param name="Contact">The issuer's last answer to that till before this batch.</param>
/// <param name="Before">The issuer's own earlier word of it, which the till shows; null if it shows none.</param>
internal sealed record Submitted(
    CashPayment H, byte[] Encoded, ShopEntry? Shop, SubmissionProof? Submission, Timestamp Contact, Receipt? Before = null);

/// <summary>
/// Judges a payment, a shop's or a redemption, in the order of <see cref="Verdict"/> (EP 0810563, claim 6, steps 9a to 9e): one piece of
/// code for both. Runs inside the transaction of whoever brought it: Y with its limit, history row and transfer delta stand or fall
/// together (hole 24).
/// </summary>
internal sealed class Judgement(ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, AgreedBooks agreement)
{
    /// <summary>
    /// Payments that got nothing, which are kept of one coin for one shop: who has its key, and a till, makes them without end (rule R10).
    /// No shop takes another's place, and shops are enrolled by hand.
    /// </summary>
    public const int MaxUnpaid = 64;

    private readonly Guarantee _guarantee = new(terms);
    private readonly ExcessQueue _queue = new(keys, issuer, terms);
    private readonly HonouredCoins _honoured = new(keys, terms);

    /// <summary>
    /// H as it came; null where it is none. What is kept is no longer than it has to be: the length of a field may be written in more bytes
    /// than it takes (rule R10).
    /// </summary>
    public static CashPayment? Read(byte[] bytes) => bytes.Length <= CashPayment.MaxEncodedSize ? CashPayment.Decode(bytes) : null;

    /// <summary>True if S_I and S_U verify and y is within x and X: then N_U's holder signed this payment of this issuer's coin.</summary>
    public bool IsGenuine(CashPayment h)
    {
        bool issued = h.Coin.Terms.Issuer == issuer && keys.CoinKey(h.Coin.Terms.IssuerKey) is { } key && h.Coin.Verify(suite, key);

        // To W0 goes what closes a coin, and that alone (rule R24).
        bool fits = h.IsClose == (h.Till == Derivations.W(keys.RootKey));
        return issued && fits && h.Verify(suite);
    }

    /// <summary>The signed answer; of a payment that came before, the newest revision.</summary>
    public Receipt Judge(IWriteTransaction db, Submitted submitted, Timestamp now)
    {
        var h = submitted.H;

        // What closes a coin counts whenever it comes, until the coin is forgotten: its TIME is the earlier of what it says and its arrival
        // (rule R24).
        bool closes = submitted.Shop is null;
        if (!closes && h.Time > now.Plus(terms.ClockTolerance))
        {
            EarlyArrivals.Note(db, h, now);
            return Refuse(h, Verdict.Early, now);
        }

        var first = HistoryTable.Find(db, h.Id);
        if (first is not null)
        {
            return first.Receipt with { Repeated = true };
        }

        if (DeadPaymentTable.Find(db, h.Id) is not null)
        {
            return Refuse(h, Verdict.Dead, now);
        }

        // What this issuer counted in time, and has forgotten since with a copy, is no later than it was then (rule R27).
        bool late = closes || submitted.Before is not null ? terms.IsForgotten(h.Coin.Terms.Expiry, now) : now > terms.LateAfter(h);
        if (late)
        {
            return Refuse(h, Verdict.Late, now);
        }

        var coin = CoinTable.Find(db, h.Coin.Id);
        if (coin is null && !agreement.IsAgreedByAll(db))
        {
            return Refuse(h, Verdict.NotYetKnown, now);
        }

        coin ??= HonouredCoins.OfOneWithdrawal(db, h.Coin, h.Time, now);
        bool honours = coin is null && _honoured.Covers(db, h.Coin, now);
        if (coin is null && !honours)
        {
            // S_I is genuine and yet nothing is known: the issuer has a problem, not the user (hole 5).
            Alarms.Raise(db, Alarms.UnknownCoin, h.Coin.Id, now);
            return Refuse(h, Verdict.UnknownCoin, now);
        }

        // Of a coin of no bank no account is known that a redemption could go to (rule R27).
        if (submitted.Shop is null && (coin is null || coin.Bank == HonouredCoins.NoBank))
        {
            Alarms.Raise(db, Alarms.HonouredCoin, h.Coin.Id, now);
            return Refuse(h, Verdict.NotYetKnown, now);
        }

        return Count(db, submitted, coin ?? HonouredCoins.Register(db, h.Coin, now), now);
    }

    /// <summary>True if this issuer signed that this payment counts. Verified before the transaction.</summary>
    public bool IsOwnWord(Receipt? said, CashPayment h, Timestamp now) =>
        said is not null && said.Counts && said.Issuer == issuer && said.Subject == h.Id.Value && said.Paid == h.Paid
            && said.Currency == h.Coin.Terms.Currency && said.Date <= now.Plus(terms.ClockTolerance)
            && keys.IsStatement(k => said.Verify(suite, k));

    private Receipt Count(IWriteTransaction db, Submitted submitted, CoinRow coin, Timestamp now)
    {
        var h = submitted.H;
        if (submitted.Before is null && CancelledCoins.Refuses(db, coin, submitted, terms, now))
        {
            // Kept, so that a repeat gets the same answer; never evidence (hole 10).
            return IsFull(db, coin, submitted.Shop?.Id, isRefused: true)
                ? Refuse(h, Verdict.Cancelled, now)
                : Record(db, submitted, coin, Verdict.Cancelled, Share.None, now);
        }

        // Each is split: what is left of the coin is the payer's, only what exceeds X is anybody's loss (rule R1). A redemption is whole or
        // waits.
        var credited = h.Paid <= coin.Rest ? h.Paid : submitted.Shop is not null ? coin.Rest : Amount.Zero;
        var excess = h.Paid - credited;
        bool other = HasOther(db, coin, h);
        var verdict = other ? Verdict.Equivocation : excess.IsZero ? Verdict.Settled : Verdict.Excess;
        var (guaranteed, due) = submitted.Shop is { } shop && !excess.IsZero
            ? _guarantee.Offer(db, shop, coin, h, excess, submitted.Before is { } before ? Timestamp.Min(before.Date, now) : now)
            : (Amount.Zero, default);
        if (credited.IsZero && guaranteed.IsZero && IsFull(db, coin, submitted.Shop?.Id, isRefused: false))
        {
            // What is not kept is not said to wait.
            return Refuse(h, Verdict.Cancelled, now);
        }

        var receipt = Record(db, submitted, coin, verdict, new Share(credited, guaranteed, excess - guaranteed, due), now);
        if (!credited.IsZero)
        {
            CoinTable.Spend(db, coin, credited);
            Credits.Give(db, coin, submitted.Shop, credited);
        }

        if (h.IsClose)
        {
            CoinTable.Close(db, coin, now);
            if (coin.Rest > credited)
            {
                // What is left goes to the holder's account. Of a coin that is used up a further payment is an excess, as ever.
                HotTable.Add(db, coin.Id, coin.Expiry);
            }
        }

        if (verdict != Verdict.Settled)
        {
            _queue.Distribute(db, coin.Id, now);

            if (other || HistoryTable.Signed(db, coin.Number) > coin.FaceValue)
            {
                OverspendingCases.OpenCase(db, coin, now);
            }
        }

        // What was freed at once may have changed it.
        return verdict == Verdict.Settled ? receipt : HistoryTable.Find(db, h.Id)!.Receipt;
    }

    /// <summary>
    /// True if enough is kept of a shop's payments of this coin that got nothing. Only of a coin that is cancelled already: before that
    /// each may be the one that makes the case, and what was taken back takes nobody's place. What is refused because a card is lost takes
    /// no place of what exceeds X.
    /// </summary>
    private static bool IsFull(IReadSnapshot db, CoinRow coin, PartyId? shop, bool isRefused) =>
        (isRefused ? coin.Ended ?? coin.Closed : coin.Cancelled) is not null
            && HistoryTable.Unpaid(db, coin.Number, shop, isRefused) >= MaxUnpaid;

    /// <summary>True if the coin signed another message under this seq that came before: settled, taken back or dead (rule R2).</summary>
    public static bool HasOther(IReadSnapshot db, CoinRow coin, CashPayment h) =>
        DeadPaymentTable.HasOther(db, coin.Id, h.Seq, h.Id) || HistoryTable.HasOther(db, coin.Number, h.Seq);

    private Receipt Record(IWriteTransaction db, Submitted submitted, CoinRow coin, Verdict verdict, Share share, Timestamp now)
    {
        var h = submitted.H;
        var receipt = Receipt.Sign(
            keys.Statement, issuer, h.Id.Value, verdict, h.Paid, h.Coin.Terms.Currency, share, submitted.Before?.NextRevision ?? 1, now);
        HistoryTable.Record(db, coin, submitted, receipt);
        return receipt;
    }

    private Receipt Refuse(CashPayment h, Verdict verdict, Timestamp now) =>
        Receipt.Sign(keys.Statement, issuer, h.Id.Value, verdict, h.Paid, h.Coin.Terms.Currency, Share.None, 1, now);
}
