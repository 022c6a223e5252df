namespace HierCash.Issuer;

/// <summary>
/// Payments that are taken back by {H, S_W}, whoever brings it, and the dead statements that give users back what was never settled (holes
/// 2 to 4; rules R2, R4 and R5). What does not verify, or is of no coin that is known, is not stored.
/// </summary>
internal sealed class Reversals(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, AgreedBooks agreement, TimeProvider clock,
    ICrashPoints crash)
{
    private readonly Judgement _judgement = new(suite, keys, issuer, terms, agreement);
    private readonly ExcessQueue _queue = new(keys, issuer, terms);
    private readonly DeadMarks _dead = new(keys, issuer, terms);

    /// <summary>A bank heard a rebuttal with S_W.</summary>
    public LinkMessage HandleBank(LinkPeer peer, LinkMessage request)
    {
        bool isBank = peer.Role == LinkRole.Bank;
        return isBank ? Handle(request, null) : Refuse(RefusalReason.NotAllowed, "Only a bank brings what a rebuttal holds.");
    }

    /// <summary>A user asks for the money of a payment that was never settled (hole 4).</summary>
    public LinkMessage HandleDead(LinkMessage request)
    {
        if (request.As<NonSettlementStatementMessage>()?.H is not { } h)
        {
            return Refuse(RefusalReason.Malformed, "The request for a dead statement is malformed.");
        }

        if (!_judgement.IsGenuine(h))
        {
            return Refuse(RefusalReason.BadSignature, "The payment's signatures do not verify.");
        }

        var now = Timestamp.Now(clock);
        var answer = store.Write(db => Pronounce(db, h, now));
        crash.Reach(CrashPoints.DeadCommitted);
        return answer;
    }

    /// <summary>
    /// A shop takes a payment back, or forwards what it voided: the same. So does a wallet with an S_W that its card was given.
    /// </summary>
    /// <param name="shop">Who brings it; null for anybody else.</param>
    public LinkMessage Handle(LinkMessage request, PartyId? shop)
    {
        if (VoidedPayment.Of(request) is not { } brought)
        {
            return Refuse(RefusalReason.Malformed, "The void is malformed.");
        }

        bool genuine = _judgement.IsGenuine(brought.H) && brought.Void.Voids(suite, brought.H);
        if (!genuine)
        {
            return Refuse(RefusalReason.BadSignature,
                "The signatures of the payment (S_I, S_U) or of its void (S_W) do not verify: there is nothing to take back.");
        }

        var now = Timestamp.Now(clock);
        var answer = store.Write(db => TakeBack(db, brought, shop, request.Type, now));
        crash.Reach(CrashPoints.ReverseCommitted);
        return answer;
    }

    private LinkMessage TakeBack(IWriteTransaction db, VoidedPayment brought, PartyId? shop, MessageType type, Timestamp now)
    {
        var h = brought.H;
        var owner = ShopTable.OfTill(db, h.Till);
        if (shop is not null && owner?.Id != shop)
        {
            return Refuse(RefusalReason.NotAllowed, "This payment was made to another shop's till.");
        }

        // What was taken back stays so, and whoever may ask for the proof gets it, whatever is over.
        if (HistoryTable.Find(db, h.Id) is { Reversal: { } earlier })
        {
            return VoidedPayment.Answer(type, earlier);
        }

        // What the holder's side shows counts for as long as there is a case: what acquits the holder moves the money too, and a claim on
        // it must not be the bank's loss.
        var known = CoinTable.Of(db, h.Coin);
        bool disputed = shop is null && known is not null && OverspendingCases.IsHeard(db, known, terms, now);
        bool over = terms.IsForgotten(h.Coin.Terms.Expiry, now) && !disputed;
        if (known is not { } coin || over)
        {
            return Refuse(RefusalReason.OutOfDate, "The terms of this payment's coin are over. Nothing of it is taken back any more.");
        }

        if (HistoryTable.Find(db, h.Id) is not { } row)
        {
            Compare(db, coin, h, now);
            return DeadPaymentTable.Find(db, h.Id) is null && _dead.Mark(db, coin.Id, h, DeathBasis.Voided, now) is null ? Full()
                : VoidedPayment.Answer(type, Reversal.Sign(keys.Statement, issuer, h.Id, h.Paid, Amount.Zero, now));
        }

        // A shop moves money for as long as it may be asked; the holder's side until the terms of the coin are over, or of a case about it.
        // So long, too, a till brings again what an issuer that was restored from a copy has forgotten (rule R27).
        var until = terms.TakenBackUntil(h) is var term && Restorations.WaitsUntil(db, terms, now) is { } again && again > term
            ? again : term;
        bool late = shop is not null && now > until;

        // A till of the shop whose key is good brings it: then the shop wants it so, whoever else has the old key (rule R17).
        bool revoked = shop is null && TillTable.RevokedAt(db, h.Till) is not null;
        return late
            ? Refuse(RefusalReason.OutOfDate, $"A shop takes a payment back until {until}. Refund it in cash.")
            : VoidedPayment.Answer(type, Reverse(db, coin, row, owner, revoked, now));
    }

    /// <summary>Strikes a settled payment out, at its shop's cost, in one transaction with all that follows (rule R2).</summary>
    /// <param name="onlyNeeded">The till's key was revoked: S_W may be a thief's, and moves only what the coin's excess needs.</param>
    private Reversal Reverse(IWriteTransaction db, CoinRow coin, HistoryRow row, ShopEntry? shop, bool onlyNeeded, Timestamp now)
    {
        var moved = Guarantee.Cancel(db, row, now);
        if (!moved.IsZero && shop is not null)
        {
            Credits.TakeBackClaim(db, coin, shop, moved);
        }

        var kept = onlyNeeded ? row.Share.Credited : Amount.Zero;
        if (!onlyNeeded && !row.Share.Credited.IsZero && shop is not null)
        {
            CoinTable.Restore(db, coin, row.Share.Credited);
            Credits.TakeBack(db, coin, shop, row.Share.Credited);
            moved += row.Share.Credited;
        }

        var receipt = Receipt.Sign(
            keys.Statement, issuer, row.Payment.Value, Verdict.Dead, row.Y, terms.Currency, Share.None, row.Receipt.NextRevision, now);
        HistoryTable.Strike(
            db, row, kept, Reversal.Sign(keys.Statement, issuer, row.Payment, row.Y, moved, TakenBackOn(db, coin.Id, now)), receipt);
        if (onlyNeeded)
        {
            HistoryTable.StruckByRevoked(db, row);
        }

        _queue.Distribute(db, coin.Id, now);
        OverspendingCases.Struck(db, coin);
        return HistoryTable.Find(db, row.Payment)!.Reversal!;
    }

    /// <summary>A second message under one seq is an equivocation, whoever brings it and whatever becomes of it (rule R2).</summary>
    private static void Compare(IWriteTransaction db, CoinRow coin, CashPayment h, Timestamp now)
    {
        if (Judgement.HasOther(db, coin, h))
        {
            OverspendingCases.OpenCase(db, coin, now);
        }
    }

    private LinkMessage Pronounce(IWriteTransaction db, CashPayment h, Timestamp now)
    {
        if (DeadPaymentTable.Find(db, h.Id) is { } statement)
        {
            return new NonSettlementStatementReply(statement).ToMessage();
        }

        var coin = CoinTable.Of(db, h.Coin);
        if (coin is null || terms.IsForgotten(h.Coin.Terms.Expiry, now))
        {
            return Refuse(RefusalReason.OutOfDate,
                "The terms of this payment's coin are over. The issuer no longer knows whether it was settled, and says nothing about it.");
        }

        var row = HistoryTable.Find(db, h.Id);
        if (row is not null)
        {
            return row.Reversal is null
                ? Refuse(RefusalReason.NotAllowed, $"This payment was settled on {row.Receipt.Date}. It is spent.")
                : new NonSettlementStatementReply(_dead.Sign(h, DeathBasis.Voided, row.Reversal.Date)).ToMessage();
        }

        Compare(db, coin, h, now);

        // It may have been settled, and forgotten since with a copy: of that only its shop knows (rule R27).
        if (Restorations.WaitsUntil(db, terms, now) is { } wait)
        {
            return Refuse(RefusalReason.OutOfDate,
                $"The issuer was restored from an older copy, and shops may bring again what it has forgotten. Ask again after {wait}.");
        }

        bool may = coin.Bank == HonouredCoins.NoBank ? agreement.IsAgreedByAll(db) : agreement.IsAgreed(coin.Bank);
        if (!may)
        {
            return Refuse(RefusalReason.Unavailable,
                "The issuer has just started, and has not heard from the coin's bank whether it is an older copy. Ask again later.");
        }

        bool known = ShopTable.OfTill(db, h.Till) is not null || h.Till == Derivations.W(keys.RootKey);
        var over = terms.LateAfter(h);
        DeathBasis? basis = !known ? DeathBasis.TillUnknown : now > over ? DeathBasis.TermOver : null;
        return basis is { } found
            ? _dead.Mark(db, coin.Id, h, found, now) is { } dead ? new NonSettlementStatementReply(dead).ToMessage() : Full()
            : Refuse(RefusalReason.OutOfDate, $"The shop may still settle this payment. Ask again after {over}.");
    }

    /// <summary>
    /// Not before a dossier that counted the payment, also where the clock has stepped back since (R3). One dated beyond the tolerance was
    /// this clock's error: no bank took it.
    /// </summary>
    private Timestamp TakenBackOn(IReadSnapshot db, CoinId coin, Timestamp now)
    {
        var counted = TraceCaseTable.LastDate(db, coin);
        bool ahead = counted > now.Plus(terms.ClockTolerance);
        return counted > now && !ahead ? counted : now;
    }

    /// <summary>Nothing is lost by it: S_W moves the money back whenever the payment is settled all the same.</summary>
    private static LinkMessage Full() => Refuse(
        RefusalReason.Unavailable,
        "Too many payments of this coin were taken back within a few days. Nothing is lost: bring this one again later.");
}
