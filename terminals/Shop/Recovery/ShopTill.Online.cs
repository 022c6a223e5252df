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
    public bool NeedsIssuer(Sale sale, bool isRepeat = true) =>
        (isRepeat && _store.Read(db => CoinPaymentTable.WasSent(db, sale.Time))) || NeedsIssuer(sale.Amount);

    private bool NeedsIssuer(Amount amount)
    {
        bool above = amount > _scheme.Terms.FloorLimit;
        bool stale = !_store.Read(_hot.IsFresh);
        return above || stale;
    }

    /// <summary>
    /// Fetches what is new of the hot list. What is queued is settled before: a till that heard of the list has had contact, and what it
    /// took offline before would count no more if its coin is lost (rule R6).
    /// </summary>
    /// <returns>Refused: the list is not signed, or older than what the till has; or nothing could be settled.</returns>
    /// <exception cref="LinkException">The issuer cannot be reached.</exception>
    public ValueTask<Result<SettlementResult>> FetchHotList(ILink issuer, CancellationToken cancel) => FetchHotList(issuer, null, cancel);

    /// <param name="left">Where a list that this till does not take is told, and the rest goes on; null: it ends with that.</param>
    private async ValueTask<Result<SettlementResult>> FetchHotList(ILink issuer, List<LeftItem>? left, CancellationToken cancel)
    {
        var settled = await Settler.Settle(issuer, cancel);
        if (settled.Refused is not null)
        {
            return settled;
        }

        if (await _hot.Fetch(_issuersClock.Over(issuer), cancel) is { } refused)
        {
            if (left is null || Revoked is not null)
            {
                return refused;
            }

            left.Add(new LeftItem(LeftKind.HotList, null, null,
                $"{refused.Sentence} This till asks again at its next visit; once its list is {_scheme.Terms.HotListMaxAge.TotalHours} "
                    + "hours old it settles before OK."));
        }

        return await Settler.BringAgain(issuer, cancel) is { } stopped ? stopped : settled;
    }

    /// <summary>
    /// Takes an accepted payment back (hole 3). What never left the till is voided at once; for the rest the issuer takes it back first,
    /// and only its signed word lets S_W leave. Without an answer there is none: run it again.
    /// </summary>
    /// <param name="channel">The card, if it is there; else it gets its money when it comes back.</param>
    /// <exception cref="LinkException">The issuer cannot be reached; nothing was given back that it may still count.</exception>
    /// <returns>Refused: the issuer does not take it back, or there is nothing to take back.</returns>
    public ValueTask<Result<TillResult>> Refund(Timestamp sale, ICardChannel? channel, ILink issuer, CancellationToken cancel) =>
        Refund(sale, channel, issuer, [], cancel);

    /// <summary>True where a payment was taken back before, and a card showed that it has all of it.</summary>
    public bool IsGivenBack(Timestamp sale) =>
        CoinPayments(sale) is { Count: > 0 } payments && payments.All(p => p.SW is not null && p.Offer.Delivery == Delivery.Taken);

    /// <param name="full">Coins of which the issuer takes no more for a while; those that it says so of are added.</param>
    private async ValueTask<Result<TillResult>> Refund(Timestamp sale, ICardChannel? channel, ILink issuer, HashSet<CoinId> full,
        CancellationToken cancel)
    {
        await AgreeIfReached(issuer, cancel);
        if (WhyBehind is { } behind)
        {
            return new Refused(Outcome.StandsStill, behind);
        }

        if (_store.Read(db => SaleTable.Find(db, sale)) is not { } current)
        {
            return new Refused(Outcome.NotFound, "This till has no such payment. 'hiercash-shop journal' lists those that it has.");
        }

        if (current.State == SaleState.Kept)
        {
            return Refused.ByRule(KeptSentence(current));
        }

        if (IsGivenBack(sale))
        {
            return End(current, TillOutcome.Refused,
                $"{current.Amount.Show(_scheme.Terms.Currency)} were taken back before, and the card that paid has them since. Nothing was "
                    + $"done now.");
        }

        if (_store.Write(db => Sales.BeginRefund(db, sale, h => _key.Sign(SignedMessage.Void(h.Id, W)))) is not { } waiting)
        {
            return Refused.ByRule("This payment was not accepted, so there is nothing to refund. 'hiercash-shop cancel RECEIPT' "
                + "ends one that was cut short.");
        }

        _crash.Reach(CrashPoints.RefundBegun);

        // Where nothing is left to be signed for the issuer, a till that is offline goes on.
        if (waiting.Count > 0 && await DiffersFrom(issuer, cancel) is { } differs)
        {
            return differs;
        }

        var refused = new List<(CashPayment H, Refusal? Refusal)>();
        foreach (var payment in waiting)
        {
            var sw = _key.Sign(SignedMessage.Void(payment.H.Id, W));
            var reply = await issuer.Call(Void(payment.H, sw), cancel);
            byte[]? word = await IsReversal(reply, payment.H, issuer, cancel) ? reply.Body : null;

            // A refusal is signed by nobody. Of what may be settled no S_W leaves on it (rules R3, R4).
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
            return Refused.ByRule(await NotTakenBack(current, refused, issuer, cancel));
        }

        LogRefunded(current.Amount);
        bool whole = Restore(Selected(channel), CoinPayments(sale).FindAll(p => p.SW is not null));
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
    public async ValueTask<Result<SettlementResult>> Synchronise(ILink issuer, CancellationToken cancel)
    {
        issuer = _issuersClock.Over(issuer);
        await FetchKeys(issuer, cancel);
        if (await DiffersFrom(issuer, cancel) is { } differs)
        {
            return differs;
        }

        await Settler.Agree(issuer, cancel);
        if (WhyBehind is { } behind)
        {
            return new Refused(Outcome.StandsStill, behind);
        }

        CancelForgotten();

        // Before what costs a message each: what was sold and the list never wait for what somebody had voided (rule R10).
        var left = new List<LeftItem>();
        return await EndAfter(FetchHotList(issuer, left, cancel), left, issuer, cancel);
    }

    /// <summary>Whatever the issuer says of a batch: refunds end, and S_W that it has not seen go to it.</summary>
    private async ValueTask<Result<SettlementResult>> EndAfter(
        ValueTask<Result<SettlementResult>> settling, List<LeftItem> left, ILink issuer, CancellationToken cancel)
    {
        Result<SettlementResult> settled;
        Refused? stopped = null;
        try
        {
            settled = await settling;
        }
        finally
        {
            stopped = await EndRefunds(issuer, left, cancel);
            if (stopped is null)
            {
                await ForwardVoids(issuer, cancel);
            }
        }

        return stopped is not null ? stopped : settled.Has(out var result) ? result with { Left = [.. result.Left, .. left] } : settled;
    }

    /// <param name="left">Where those are told that cannot be made now, or never.</param>
    private async ValueTask<Refused?> EndRefunds(ILink issuer, List<LeftItem> left, CancellationToken cancel)
    {
        var full = new HashSet<CoinId>();
        foreach (var sale in _store.Read(db => SaleTable.UnfinishedRefunds(db, Timestamp.Now(_clock))))
        {
            // The issuer takes no more of such a coin for a while: its other payments wait for a later visit.
            if (CoinPayments(sale.Time).Any(p => p.SW is null && full.Contains(p.H.Coin.Id)))
            {
                left.Add(new LeftItem(LeftKind.Refund, sale.Time, sale.Amount,
                    "the issuer takes back no more payments of this coin for a while. 'hiercash-shop settle' asks again: pay no cash "
                        + "for it."));
                continue;
            }

            if ((await Refund(sale.Time, null, issuer, full, cancel)).Refused is { } refused)
            {
                // One refund that cannot be made never keeps the rest from the issuer.
                LogNotRefunded(sale.Amount, refused.Sentence);
                left.Add(new LeftItem(LeftKind.Refund, sale.Time, sale.Amount, refused.Sentence));
            }
        }

        return null;
    }

    /// <summary>
    /// For a till whose key was revoked: what it has queued, what it took back or never accepted, and every S_W that the issuer has not
    /// seen, go over the link of another till of the shop. The batches are signed by this till's key, which says whose queue it was; that
    /// the shop brings them, the other till's link says (rules R3, R17).
    /// </summary>
    /// <exception cref="LinkException">The issuer cannot be reached; run it again.</exception>
    /// <returns>Refused: the issuer does not take it.</returns>
    public async ValueTask<Result<SettlementResult>> HandOver(ILink anotherTills, CancellationToken cancel)
    {
        anotherTills = _issuersClock.Over(anotherTills);
        await CertificateStore.Fetch(_store, _scheme, _suite, anotherTills, cancel);
        if (await DiffersFrom(anotherTills, cancel) is { } differs)
        {
            return differs;
        }

        await Settler.Agree(anotherTills, cancel);

        // Nobody runs 'recover' with a key that was revoked: what the copy does not know comes by this way, too (rule R27).
        if (Behind is not null && (await Recover(anotherTills, cancel)).Refused is { } unrecovered)
        {
            return unrecovered;
        }

        JudgeUnknownKeys();

        // Nobody goes on with a payment at a till that was told so: what cards signed and no customer was told OK for is taken back too. At
        // any other somebody may be paying.
        if (Revoked is not null)
        {
            CancelLeftovers();
        }
        else
        {
            CancelForgotten();
        }

        return await EndAfter(Settler.Settle(anotherTills, cancel), [], anotherTills, cancel);
    }

    /// <summary>
    /// Above the floor limit: settled first, then OK. If the issuer refuses a coin payment, all of it is taken back (hole 12).
    /// </summary>
    private async ValueTask<TillResult> SettleFirst(
        Sale sale, WalletCard card, List<CashPayment> held, PaymentProfile profile, CancellationToken cancel)
    {
        Refused why;
        try
        {
            var asked = await Settler.SettleNow(sale.Time, Online!, cancel);
            if (asked.Has(out bool settled))
            {
                return settled ? Accept(sale, card, held, profile, isSettled: true) : await ReverseAtIssuer(sale, card, cancel);
            }

            why = asked.Refused! with { Sentence = $"{asked.Refused!.Sentence} This payment is not accepted yet." };
        }
        catch (LinkException)
        {
            why = new Refused(Outcome.PeerUnreachable, "The issuer does not answer, so this payment is not accepted yet.");
        }
        catch (OperationCanceledException)
        {
            // The card has signed, and the issuer may have settled: whoever stops the program hears what became of the payment.
            why = new Refused(Outcome.Stopped, "The program was stopped before the issuer answered, so this payment is not accepted yet.");
        }
        catch (UnusableFileException e)
        {
            why = new Refused(Outcome.Damaged, $"{e.Message} This payment is not accepted yet.");
        }

        // The coin payments may have been sent: neither OK nor S_W until the issuer answers. To a revoked till it never does: another till
        // of the shop asks.
        return _store.Read(IsRevoked)
            ? Refuse(sale, card, WhyRevoked!)
            : End(sale, TillOutcome.IssuerGone, $"{why.Sentence} Go on with it, or cancel it when the issuer can be reached.", why.Outcome);
    }

    private async ValueTask<TillResult> ReverseAtIssuer(Sale sale, WalletCard card, CancellationToken cancel)
    {
        foreach (var payment in CoinPayments(sale.Time).Where(p => p.SW is null))
        {
            var sw = _key.Sign(SignedMessage.Void(payment.H.Id, W));
            try
            {
                var reply = await Online!.Call(Void(payment.H, sw), cancel);
                if (await IsReversal(reply, payment.H, Online, cancel))
                {
                    _store.Write(db => CoinPaymentTable.Reverse(db, payment.H.Id, reply.Body, sw));
                }
            }
            catch (Exception e) when (e is LinkException or OperationCanceledException)
            {
                // Given up all the same; the reversal, and S_W after it, follow when the issuer can be reached.
                break;
            }
        }

        return Refuse(sale, card, "The issuer refuses this payment. Ask for another card, or for cash.", Outcome.PeerRefused);
    }

    /// <summary>Before a payment: a till whose hot list is too old, or that has none, asks for it if it can.</summary>
    private async ValueTask RefreshHotList(CancellationToken cancel)
    {
        if (Online is null || _store.Read(_hot.IsFresh))
        {
            return;
        }

        try
        {
            await FetchHotList(Online, cancel);
        }
        catch (Exception e) when (e is LinkException or UnusableFileException)
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
