using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// How a coin ends that is not spent: redeemed by its holder, cancelled because the card is lost, or returned by itself once all its terms
/// are over (holes 9 to 11). The issuer instructs the bank of the withdrawal, "so much for E_I", and never gets to know U.
/// </summary>
internal sealed class CoinLife(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, AgreedBooks agreement, TimeProvider clock,
    ICrashPoints crash)
{
    /// <summary>Most coins in one answer of the hot list.</summary>
    public int MostHot { get; set; } = HotList.MaxEntries;

    private readonly ShownWords _shown = new(suite, keys, issuer, terms);
    private readonly ExcessQueue _queue = new(keys, issuer, terms);
    private readonly Judgement _judgement = new(suite, keys, issuer, terms, agreement);

    /// <summary>Redemption: a payment of all of x to W0, with the same evidence as any other.</summary>
    public LinkMessage HandleRedeem(LinkMessage request)
    {
        if (CashPayment.Decode(request.Body) is not { } h)
        {
            return Refuse(RefusalReason.Malformed, "The redemption is malformed.");
        }

        bool genuine = _judgement.IsGenuine(h);
        Switches.On("hole 9 signatures", ref genuine);
        if (!genuine)
        {
            return Refuse(RefusalReason.BadSignature, "The redemption's signatures do not verify.");
        }

        bool whole = h.IsClose;
        Switches.On("R1 redemption", ref whole);
        if (!whole)
        {
            return Refuse(RefusalReason.NotAllowed, "A redemption closes a coin: it pays all of its balance to the issuer itself.");
        }

        var now = Timestamp.Now(clock);
        var answer = store.Write(db => new RedeemReply(_judgement.Judge(db, Submitted.Redemption(h), now)).ToMessage());
        crash.Reach(CrashPoints.RedeemCommitted);
        return answer;
    }

    /// <summary>A bank cancels the coin of one of its withdrawals: its holder lost the card.</summary>
    public LinkMessage HandleCancel(LinkPeer peer, LinkMessage request)
    {
        if (Cancellation.Decode(request.Body) is not { } order)
        {
            return Refuse(RefusalReason.Malformed, "The cancellation is malformed.");
        }

        if (peer.Role != LinkRole.Bank || order.Bank != peer.Id || store.Read(db => BankTable.Find(db, peer.Id)) is not { } bank)
        {
            return Refuse(RefusalReason.NotAllowed, "A bank cancels only what it withdrew for its own users.");
        }

        bool signed = order.Verify(suite, bank.Key);
        Switches.On("hole 10 bank", ref signed);
        if (!signed)
        {
            return Refuse(RefusalReason.BadSignature, "The cancellation is not signed by the bank's key.");
        }

        var now = Timestamp.Now(clock);
        var answer = store.Write(db =>
        {
            var coin = CoinTable.OfRequest(db, order.Request);
            bool its = coin?.Bank == peer.Id;
            Switches.On("hole 10 own", ref its);
            if (coin is null || !its)
            {
                return Refuse(RefusalReason.RequestOfAnother, "This bank has no coin of this withdrawal.");
            }

            CoinTable.Lose(db, coin, now);
            HotTable.Add(db, coin.Id, coin.Expiry);
            return new CancelReply(coin.Lost ?? now).ToMessage();
        });
        crash.Reach(CrashPoints.CancelCommitted);
        return answer;
    }

    /// <summary>The hot list, or what came to it since the version that the till has.</summary>
    public LinkMessage HandleHotList(LinkPeer peer, LinkMessage request)
    {
        if (peer.Role != LinkRole.Shop)
        {
            return Refuse(RefusalReason.NotAllowed, "The hot list is for shops.");
        }

        if (request.As<HotListMessage>() is not { } has)
        {
            return Refuse(RefusalReason.Malformed, "The request for the hot list is malformed.");
        }

        var now = Timestamp.Now(clock);
        bool inTime = terms.IsOnTime(has.Date, now);
        Switches.On("R6 list clock", ref inTime);
        if (!inTime)
        {
            return Refuse(
                RefusalReason.OutOfDate, $"The till's clock says {has.Date}, the issuer's {now}. Set the till's clock, then ask again.");
        }

        return store.Write(db =>
        {
            bool its = peer.Key is { } key && Derivations.W(key) == has.Till;
            Switches.On("R6 own till", ref its);
            if (!its)
            {
                return Refuse(RefusalReason.NotAllowed, "A till asks for the hot list in its own name.");
            }

            if (has.Newest is { } word && _shown.IsBehind(db, [word], has.Till, now))
            {
                return Refuse(RefusalReason.Unavailable, AgreedBooks.Stopped);
            }

            ServiceRecord.Answer(db, has.Till, has.Date, has.Queued, now);
            MakeVersions(db, now);
            ulong newest = HotVersionTable.Newest(db);
            ulong from = has.Version <= newest ? has.Version : 0;

            // As many whole versions as a list holds; the till asks again until nothing is new.
            ulong current = HotTable.LastWithin(db, from, MostHot);
            Switches.Replace("hole 11 whole", ref current, newest);
            current = HotTable.HasAfter(db, current) ? current : newest;
            var list = HotList.Sign(keys.Statement, issuer, current, from, now, HotTable.Between(db, from, current));
            return new HotListReply(list, Restorations.Announced(db)).ToMessage();
        });
    }

    /// <summary>
    /// New versions of the hot list, of so many coins at most. Whoever asks for the list gets what is known now: a till that is told a list
    /// has no reason to ask again for hotListMaxAge, and what it takes meanwhile is judged from the day on which the coin was cancelled.
    /// </summary>
    private void MakeVersions(IWriteTransaction db, Timestamp now)
    {
        while (HotTable.HasWaiting(db))
        {
            ulong version = HotVersionTable.Newest(db) + 1;
            HotVersionTable.Add(db, version, now);
            HotTable.Assign(db, version, MostHot);
        }
    }

    /// <summary>
    /// At the end of a cycle: coins whose terms are over go back to their holders, and cancelled ones get onto the hot list.
    /// </summary>
    public int RunDue(Timestamp now)
    {
        return store.Write(db =>
        {
            MakeVersions(db, now);

            // What was paid of them shops may have to bring again (rule R27).
            return Restorations.WaitsUntil(db, terms, now) is null ? ReturnDue(db, now) : 0;
        });
    }

    /// <summary>
    /// When what is left of a coin that was cancelled then goes back: when no payment of before can arrive any more (rule R6).
    /// </summary>
    internal static Timestamp ReturnsAt(IReadSnapshot db, SchemeParameters terms, Timestamp cancelled, Timestamp now)
    {
        var outage = ServiceRecord.Outage(db, cancelled, now);
        var last = terms.SettlePeriod > CancelledCoins.Grace + outage ? terms.SettlePeriod : CancelledCoins.Grace + outage;
        Switches.Replace("R6 return", ref last, TimeSpan.Zero);
        var age = terms.HotListMaxAge;
        Switches.Replace("R6 list returned", ref age, TimeSpan.Zero);
        return cancelled.Plus(age + last);
    }

    private bool IsDue(IReadSnapshot db, CoinRow coin, Timestamp now) =>
        (coin.Ended is { } ended && ReturnsAt(db, terms, ended, now) < now)
        || (coin.Closed is { } closed
            && closed.Plus(CancelledCoins.AfterClose + terms.SettlePeriod + ServiceRecord.Outage(db, closed, now)) < now);

    private int ReturnDue(IWriteTransaction db, Timestamp now)
    {
        var expiredBy = Enumerable.Range(0, 8).Select(back => Quarter.Of(now).Plus(-back))
            .FirstOrDefault(q => q.End.Plus(terms.SettlePeriod) < now);
        var due = CoinTable.Returnable(db, expiredBy).FindAll(c => c.Expiry.Index <= expiredBy.Index || IsDue(db, c, now));
        Switches.Replace("hole 9 return", ref due, []);
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

    private static LinkMessage Refuse(RefusalReason reason, string text) => new Refusal(reason, text).ToMessage();
}
