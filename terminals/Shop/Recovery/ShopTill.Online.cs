using HierCash.Card.Client;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Terminals.Link;

namespace HierCash.Shop;

/// <summary>
/// What a till does with the issuer: settling before OK, refunds, forwarding every S_W, the hot list (holes 2, 3, 11, 12).
/// </summary>
public sealed partial class ShopTill
{
    private const string FloorSentence =
        "This amount, or the age of this till's hot list, needs the issuer, and it cannot be reached. Ask for less, or try again later.";

    /// <summary>
    /// So many S_W of each coin go to the issuer in one visit: whoever has a coin's key signs as many payments as he likes, and a visit
    /// stays short (rule R10).
    /// </summary>
    public const int MostForwarded = 16;

    /// <summary>The way to the issuer for payments that must settle before OK; null: the till is offline and refuses those.</summary>
    public ILink? Online { get; set; }

    /// <summary>
    /// True if the payment is above the floor limit, or the till was not told the hot list for too long, or never (rule R6); or if the
    /// issuer may have a coin payment of it: then its answer counts, whatever the till knows by now.
    /// </summary>
    public bool NeedsIssuer(Sale sale)
    {
        bool sent = CoinPayments(sale.Time).Any(p => p.WasSent);
        Switches.Off("hole 12 sent", ref sent);
        return sent || NeedsIssuer(sale.Amount);
    }

    private bool NeedsIssuer(Amount amount)
    {
        bool above = amount > _scheme.Terms.FloorLimit;
        Switches.Off("hole 12 floor", ref above);
        bool stale = !_store.Read(_hot.IsFresh);
        Switches.Off("hole 12 stale", ref stale);
        return above || stale;
    }

    /// <summary>
    /// Fetches what is new of the hot list. What is queued is settled before: a till that heard of the list has had contact, and what it
    /// took offline before would count no more if its coin is lost (rule R6).
    /// </summary>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    /// <exception cref="InvalidOperationException">The list is not signed, or older than what the till has.</exception>
    public ValueTask<SettlementResult> FetchHotList(ILink issuer, CancellationToken cancel) => FetchHotList(issuer, null, cancel);

    /// <param name="left">Where a list that this till does not take is told, and nothing thrown; null: it is thrown.</param>
    private async ValueTask<SettlementResult> FetchHotList(ILink issuer, List<LeftItem>? left, CancellationToken cancel)
    {
        bool before = true;
        Switches.Off("R6 settles first", ref before);
        if (!before)
        {
            await _hot.Fetch(issuer, cancel);
        }

        var settled = await Settler.Settle(issuer, cancel);
        bool goesOn = left is not null;
        Switches.Off("R25 list", ref goesOn);
        try
        {
            await _hot.Fetch(_issuersClock.Over(issuer), cancel);
        }
        catch (InvalidOperationException e) when (goesOn && Revoked is null)
        {
            left!.Add(new LeftItem("HotList", default, Amount.Zero,
                $"{e.Message} This till asks again at its next visit; once its list is {_scheme.Terms.HotListMaxAge.TotalHours} hours old "
                    + $"it settles before OK."));
        }

        await Settler.BringAgain(issuer, cancel);
        return settled;
    }

    /// <summary>
    /// Takes an accepted payment back (hole 3). What never left the till is voided at once; for the rest the issuer takes it back first,
    /// and only its signed word lets S_W leave. Without an answer there is none: run it again.
    /// </summary>
    /// <param name="channel">The card, if it is there; else it gets its money when it comes back.</param>
    /// <exception cref="LinkException">The issuer cannot be reached; nothing was given back that it may still count.</exception>
    /// <exception cref="InvalidOperationException">The issuer does not take it back; the message says why.</exception>
    public ValueTask<TillResult> Refund(Timestamp sale, ICardChannel? channel, ILink issuer, CancellationToken cancel) =>
        Refund(sale, channel, issuer, [], cancel);

    /// <summary>True where a payment was taken back before, and a card showed that it has all of it.</summary>
    public bool IsGivenBack(Timestamp sale) =>
        CoinPayments(sale) is { Count: > 0 } payments && payments.All(p => p.SW is not null && p.Offer.Delivery == Delivery.Taken);

    /// <param name="full">Coins of which the issuer takes no more for a while; those that it says so of are added.</param>
    private async ValueTask<TillResult> Refund(Timestamp sale, ICardChannel? channel, ILink issuer, HashSet<CoinId> full,
        CancellationToken cancel)
    {
        await AgreeIfReached(issuer, cancel);
        RequireNotBehind();
        var current = _store.Read(db => SaleTable.Find(db, sale)) ?? throw new InvalidOperationException("This till has no such payment.");
        if (current.State == SaleState.Kept)
        {
            throw new InvalidOperationException(KeptSentence(current));
        }

        if (IsGivenBack(sale))
        {
            return End(current, TillOutcome.Refused,
                $"{current.Amount.Show(_scheme.Terms.Currency)} were taken back before, and the card that paid has them since. Nothing was "
                    + $"done now.");
        }

        var waiting = _store.Write(db => Sales.BeginRefund(db, sale, h => _key.Sign(SignedMessage.Void(h.Id, W))))
            ?? throw new InvalidOperationException("This payment was not accepted; there is nothing to refund.");
        _crash.Reach(CrashPoints.RefundBegun);
        await RequireClock(waiting, issuer, cancel);
        var refused = new List<(CashPayment H, Refusal? Refusal)>();
        foreach (var payment in waiting)
        {
            var sw = _key.Sign(SignedMessage.Void(payment.H.Id, W));
            var reply = await issuer.Call(Void(payment.H, sw), cancel);
            byte[]? word = await IsReversal(reply, payment.H, issuer, cancel) ? reply.Body : null;

            // A refusal is signed by nobody. Of what may be settled no S_W leaves on it (rules R3, R4).
            Switches.Replace("R4 plain refusal", ref word,
                word ?? (Refusal.Read(reply)?.Reason == RefusalReason.OutOfDate ? reply.Body : null));
            if (word is null)
            {
                refused.Add((payment.H, Refusal.Read(reply)));
                if (Refusal.Read(reply)?.Reason == RefusalReason.Unavailable)
                {
                    full.Add(payment.H.Coin.Id);
                }

                continue;
            }

            _crash.Reach(CrashPoints.RefundAnswered);
            _store.Write(db => CoinPaymentTable.Reverse(db, payment.H.Id, word, sw));
        }

        if (refused.Count > 0)
        {
            throw new InvalidOperationException(await NotTakenBack(current, refused, issuer, cancel));
        }

        LogRefunded(current.Amount);
        bool whole = false;
        if (channel is not null)
        {
            try
            {
                var card = new WalletCard(channel);
                card.Select();
                whole = Restore(card, [.. CoinPayments(sale).Where(p => p.SW is not null)]);
            }
            catch (Exception e) when (e is CardChannelException or CardRefusedException)
            {
                whole = false;
            }
        }

        string amount = current.Amount.Show(_scheme.Terms.Currency);
        return End(current, TillOutcome.Refused, whole
            ? $"{amount} are on the card again."
            : $"{amount} are taken back. The card gets them when it comes to this till again; one that has forgotten the payment gets them "
                + $"by 'hiercash-wallet recover', or on its holder's account.");
    }

    /// <summary>
    /// The issuer's new keys, and what they say of coins whose key was unknown. Nothing else: a settlement may run beside it.
    /// </summary>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    public async ValueTask FetchKeys(ILink issuer, CancellationToken cancel)
    {
        await CertificateStore.Fetch(_store, _scheme, _suite, issuer, cancel);
        JudgeUnknownKeys();
    }

    /// <summary>Ends what waits for the issuer: refunds, payments that were left open, S_W that it has not seen, the hot list.</summary>
    /// <exception cref="LinkException">The issuer cannot be reached; run it again.</exception>
    /// <returns>What was settled on the way.</returns>
    public async ValueTask<SettlementResult> Synchronise(ILink issuer, CancellationToken cancel)
    {
        issuer = _issuersClock.Over(issuer);
        await FetchKeys(issuer, cancel);
        await RequireClock(issuer, cancel);
        await Settler.Agree(issuer, cancel);
        RequireNotBehind();
        CancelForgotten();
        var left = new List<LeftItem>();
        SettlementResult settled;
        try
        {
            // Before what costs a message each: what was sold and the list never wait for what somebody had voided (rule R10).
            settled = await FetchHotList(issuer, left, cancel);
        }
        finally
        {
            await EndRefunds(issuer, left, cancel);
            await ForwardVoids(issuer, cancel);
        }

        return left.Count == 0 ? settled : settled with { Left = [.. settled.Left, .. left] };
    }

    /// <param name="left">Where those are told that cannot be made now, or never.</param>
    private async ValueTask EndRefunds(ILink issuer, List<LeftItem> left, CancellationToken cancel)
    {
        var full = new HashSet<CoinId>();
        foreach (var sale in _store.Read(db => SaleTable.UnfinishedRefunds(db, Timestamp.Now(_clock))))
        {
            // The issuer takes no more of such a coin for a while: its other payments wait for a later visit.
            bool waits = CoinPayments(sale.Time).Any(p => p.SW is null && full.Contains(p.H.Coin.Id));
            Switches.Off("R10 refunds", ref waits);
            if (waits)
            {
                left.Add(new LeftItem("Refund", sale.Time, sale.Amount,
                    "the issuer takes back no more payments of this coin for a while. 'hiercash-shop settle' asks again: pay no cash "
                        + "for it."));
                continue;
            }

            try
            {
                await Refund(sale.Time, null, issuer, full, cancel);
            }
            catch (InvalidOperationException e)
            {
                // One refund that cannot be made never keeps the rest from the issuer.
                LogNotRefunded(sale.Amount, e.Message);
                left.Add(new LeftItem("Refund", sale.Time, sale.Amount, e.Message));
                bool goesOn = true;
                Switches.Off("R25 refunds", ref goesOn);
                if (!goesOn)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>
    /// For a till whose key was revoked: what it has queued, what it took back or never accepted, and every S_W that the issuer has not
    /// seen, go over the link of another till of the shop. The batches are signed by this till's key, which says whose queue it was; that
    /// the shop brings them, the other till's link says (rules R3, R17).
    /// </summary>
    /// <exception cref="LinkException">The issuer cannot be reached; run it again.</exception>
    /// <exception cref="InvalidOperationException">The issuer does not take it; the message says why.</exception>
    public async ValueTask<SettlementResult> HandOver(ILink anotherTills, CancellationToken cancel)
    {
        anotherTills = _issuersClock.Over(anotherTills);
        await CertificateStore.Fetch(_store, _scheme, _suite, anotherTills, cancel);
        await RequireClock(anotherTills, cancel);
        await Settler.Agree(anotherTills, cancel);
        if (Behind is not null)
        {
            // Nobody runs 'recover' with a key that was revoked: what the copy does not know comes by this way, too (rule R27).
            await Recover(anotherTills, cancel);
        }

        JudgeUnknownKeys();

        // Nobody goes on with a payment at a till that was told so: what cards signed and no customer was told OK for is taken back too. At
        // any other somebody may be paying.
        bool told = Revoked is not null;
        Switches.On("R17 hands over", ref told);
        if (told)
        {
            CancelLeftovers();
        }
        else
        {
            CancelForgotten();
        }

        var left = new List<LeftItem>();
        SettlementResult settled;
        try
        {
            settled = await Settler.Settle(anotherTills, cancel);
        }
        finally
        {
            // Whatever the issuer says of the batch.
            bool ends = true;
            Switches.Off("R17 ends", ref ends);
            if (ends)
            {
                await EndRefunds(anotherTills, left, cancel);
            }

            await ForwardVoids(anotherTills, cancel);
        }

        return left.Count == 0 ? settled : settled with { Left = [.. settled.Left, .. left] };
    }

    /// <summary>
    /// Above the floor limit: settled first, then OK. If the issuer refuses a coin payment, all of it is taken back (hole 12).
    /// </summary>
    private TillResult SettleFirst(Sale sale, WalletCard card, PaymentProfile profile)
    {
        bool settled;
        try
        {
            settled = Settler.SettleNow(sale.Time, Online!, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is LinkException or InvalidOperationException)
        {
            // The coin payments may have been sent: neither OK nor S_W until the issuer answers. To a revoked till it never does: another
            // till of the shop asks.
            string why = e is LinkException
                ? "The issuer does not answer, so this payment is not accepted yet." : $"{e.Message} This payment is not accepted yet.";
            return _store.Read(IsRevoked)
                ? Refuse(sale, card, WhyRevoked!)
                : End(sale, TillOutcome.IssuerGone, $"{why} Go on with it, or cancel it when the issuer can be reached.");
        }

        return settled ? Accept(sale, card, profile, isSettled: true) : ReverseAtIssuer(sale, card);
    }

    private TillResult ReverseAtIssuer(Sale sale, WalletCard card)
    {
        foreach (var payment in CoinPayments(sale.Time).Where(p => p.SW is null))
        {
            var sw = _key.Sign(SignedMessage.Void(payment.H.Id, W));
            LinkMessage reply;
            bool its;
            try
            {
                reply = Online!.Call(Void(payment.H, sw), CancellationToken.None).AsTask().GetAwaiter().GetResult();
                its = IsReversal(reply, payment.H, Online, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            }
            catch (LinkException)
            {
                // Given up all the same; the reversal, and S_W after it, follow when the issuer can be reached.
                break;
            }

            if (its)
            {
                _store.Write(db => CoinPaymentTable.Reverse(db, payment.H.Id, reply.Body, sw));
            }
        }

        return Refuse(sale, card, "The issuer refuses this payment.");
    }

    /// <summary>Before a payment: a till whose hot list is too old, or that has none, asks for it if it can.</summary>
    private void RefreshHotList()
    {
        if (Online is null || _store.Read(_hot.IsFresh))
        {
            return;
        }

        try
        {
            FetchHotList(Online, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is LinkException or InvalidOperationException)
        {
            // Then this payment needs the issuer, and says so.
        }
    }

    [Microsoft.Extensions.Logging.LoggerMessage(Level = Microsoft.Extensions.Logging.LogLevel.Information,
        Message = "payment of {Amount} refunded")]
    private partial void LogRefunded(Amount amount);

    [Microsoft.Extensions.Logging.LoggerMessage(Level = Microsoft.Extensions.Logging.LogLevel.Warning,
        Message = "payment of {Amount} is not refunded: {Reason}")]
    private partial void LogNotRefunded(Amount amount, string reason);
}
