namespace HierCash.Wallet;

/// <summary>
/// The numbers of the account's orders (rule R27): a bank that was restored from a copy lacks some, and takes no further one before it has
/// seen them.
/// </summary>
public sealed partial class WalletTerminal
{
    /// <summary>Told, in a sentence for the holder, what was done about an order that the bank did not know.</summary>
    public Action<string>? ShowedOrder { get; init; }

    /// <summary>Withdrawals that the card began, in the order of their numbers; those that nobody ordered yet come last.</summary>
    private static List<(byte Slot, PendingWithdrawal Pending, uint Order)> Unfinished(WalletCard card, PrivateStatus status) =>
        [.. Slots(card, status).Where(s => s.Coin.Pending is not null)
            .Select(s => (s.Slot, s.Coin.Pending!, s.Coin.Order)).OrderBy(s => s.Order == 0 ? ulong.MaxValue : s.Order)];

    private static WithdrawalOrder Sign(
        WalletCard card, PrivateStatus status, BeginWithdrawalReply begun, Amount faceValue, KeyId key, Timestamp date)
    {
        var signed = card.AuthoriseWithdrawal(begun.Slot, date);
        return new WithdrawalOrder(status.User, status.Bank, faceValue, status.Currency, key, begun.EI, signed.Number, date,
            signed.Signature);
    }

    /// <summary>
    /// Sends an order. What the bank lacks before it is shown or renounced first; each number once, and none from its own on: so it ends,
    /// whatever a bank says.
    /// </summary>
    /// <returns>Refused: this wallet does not show what the bank lacks before it, so the bank was not heard on this one.</returns>
    private async ValueTask<Result<LinkMessage>> Send(
        WalletCard card, PrivateStatus status, IssuerCertificates certificates, LinkMessage order, uint number, CancellationToken cancel)
    {
        uint last = 0;
        Refusal? why = null;
        while (true)
        {
            var reply = await bank.Call(order, cancel);
            if (Refusal.Read(reply) is not { Reason: RefusalReason.OrderMissing, Order: { } missing } || missing >= number)
            {
                return reply;
            }

            if (missing <= last)
            {
                return why?.ToMessage() ?? reply;
            }

            last = missing;
            var closed = await CloseGap(card, status, certificates, missing, cancel);
            if (!closed.Has(out why))
            {
                return closed.Refused!;
            }

            if (why is { Reason: RefusalReason.Unavailable })
            {
                return why.ToMessage();
            }
        }
    }

    /// <summary>
    /// Shows that order: from the records, or from the card. Of one that neither has the card signs that it cannot be shown.
    /// </summary>
    /// <returns>Why the bank took none of it; null if it did. Refused: this wallet does not show it.</returns>
    private async ValueTask<Result<Refusal?>> CloseGap(
        WalletCard card, PrivateStatus status, IssuerCertificates certificates, uint number, CancellationToken cancel)
    {
        if (records?.Order(status.User, status.Bank, number) is { } kept)
        {
            return Shown(number, await bank.Call(new WithdrawMessage(kept).ToMessage(), cancel),
                $" It is of {kept.FaceValue.Show(status.Currency)}. This wallet has shown it from its records.");
        }

        if (Differs is { } differs)
        {
            return differs;
        }

        var now = Timestamp.Now(clock);
        if (Slots(card, status).Find(s => s.Coin.Order == number) is { Coin: { } coin } found)
        {
            return await ShowFromCard(card, status, certificates, found.Slot, coin, now, cancel);
        }

        var word = new Renunciation(status.User, status.Bank, number, now, card.RenounceOrder(number, now));
        var reply = await bank.Call(new RenounceMessage(word).ToMessage(), cancel);
        if (Refusal.Read(reply) is { } refused)
        {
            return refused;
        }

        var until = (reply.As<RenounceReply>() ?? throw Malformed()).Until;
        Tell(number, ", and neither the records nor the card have it: the card signed that it cannot be shown."
            + (until is { } date ? $" The bank waits until {date} whether it turns up." : ""));
        return default(Result<Refusal?>);
    }

    private async ValueTask<Result<Refusal?>> ShowFromCard(
        WalletCard card, PrivateStatus status, IssuerCertificates certificates, byte slot, CoinReply coin, Timestamp now,
        CancellationToken cancel)
    {
        if (coin.Pending is not { } pending)
        {
            return ShownByCard(coin.Order, await bank.Call(OfCoin(card, status, slot, coin, now), cancel), isMissing: true);
        }

        certificates.BringEncryption(card, pending.Key);
        var begun = card.WithdrawalAgain(slot);
        if (!IsHolders(begun, pending.FaceValue))
        {
            // Rule R16: it would debit the account. It was ordered, so the card does not renounce it either.
            return new Refused(Outcome.NotConfirmed, $"A withdrawal of {pending.FaceValue.Show(status.Currency)} was ordered before, and "
                + $"not by this wallet. 'hiercash-wallet resume' asks whether it is yours.");
        }

        var order = Sign(card, status, begun, pending.FaceValue, pending.Key, now);
        records?.Ordered(order);
        return Shown(coin.Order, await bank.Call(new WithdrawMessage(order).ToMessage(), cancel), " The card showed it.");
    }

    /// <summary>The order of a coin that is there, as the card signs it again.</summary>
    private static LinkMessage OfCoin(WalletCard card, PrivateStatus status, byte slot, CoinReply coin, Timestamp date)
    {
        var signed = card.AuthoriseWithdrawal(slot, date);
        var terms = coin.Cash!.Coin.Terms;
        var order = new ShownOrder(
            status.User, status.Bank, terms.FaceValue, terms.Currency, signed.Key, signed.Request, signed.Number, date, signed.Signature);
        return new ShowOrderMessage(order).ToMessage();
    }

    /// <summary>What the bank said to the order of a coin. Of one that fits nothing of what it awaits it may still wait.</summary>
    /// <param name="isMissing">The bank asked for it: then the holder hears of it in any case.</param>
    private Refusal? ShownByCard(uint number, LinkMessage reply, bool isMissing)
    {
        if (Refusal.Read(reply) is { } refused)
        {
            return refused;
        }

        var until = (reply.As<ShowOrderReply>() ?? throw Malformed()).Until;
        if (isMissing || until is not null)
        {
            Tell(number, ". The card showed it." + (until is { } date ? $" Orders after it wait until {date} at the latest." : ""));
        }

        return null;
    }

    private Refusal? Shown(uint number, LinkMessage reply, string how)
    {
        var refused = Refusal.Read(reply);
        if (refused is null)
        {
            Tell(number, "." + how);
        }

        return refused;
    }

    /// <summary>A withdrawal that this wallet itself does not go on with: it waits on the card.</summary>
    private static WithdrawalResult Stopped(Refused why, Amount faceValue) =>
        new(why.Outcome == Outcome.ClockDiffers ? WithdrawalOutcome.ClockDiffers : WithdrawalOutcome.NotConfirmed, faceValue, why.Sentence)
    {
        Waits = true,
    };

    private static LinkException Malformed() => new("The bank's answer is malformed. Nothing is lost: resume the withdrawal later.");

    private void Tell(uint number, string what) => ShowedOrder?.Invoke($"The bank did not know order {number} of this account{what}");

    /// <summary>
    /// Shows the bank what was ordered: by this wallet for as long as a backup may be old, and what the card has and the records lack. A
    /// bank that was restored from a copy does not know whose those withdrawals were (R27). To any other bank it says nothing new: each
    /// order counts once.
    /// </summary>
    /// <param name="before">Of withdrawals that are unfinished still this was said already.</param>
    /// <returns>What the bank refused, and the holder has to know.</returns>
    private async ValueTask<Result<List<WithdrawalResult>>> ShowOrders(
        WalletCard card, PrivateStatus status, IssuerCertificates certificates, List<WithdrawalResult> before,
        CancellationToken cancel)
    {
        var since = Timestamp.Now(clock).Minus(new SchemeParameters().BackupMaxAge);
        var slots = Slots(card, status).FindAll(s => s.Coin.Order > 0);
        var pending = slots.Where(s => s.Coin.Pending is not null).Select(s => s.Coin.Order).ToHashSet();
        var kept = records?.Orders(status.User, status.Bank, since) ?? [];
        var all = kept.Where(o => !pending.Contains(o.Number))
            .Select(o => (o.Number, o.FaceValue, OfCard: false, Make: (Func<LinkMessage>)(() => new WithdrawMessage(o).ToMessage())))
            .Concat(slots.Where(s => s.Coin.Cash is not null && records?.Order(status.User, status.Bank, s.Coin.Order) is null)
                .Select(s => (Number: s.Coin.Order, s.Coin.Cash!.Coin.Terms.FaceValue, OfCard: true,
                    Make: (Func<LinkMessage>)(() => OfCoin(card, status, s.Slot, s.Coin, Timestamp.Now(clock))))))
            .OrderBy(o => o.Number).ToList();
        if (all.Exists(o => o.OfCard) && Differs is { } differs)
        {
            return differs;
        }

        var refused = new List<WithdrawalResult>();
        foreach (var order in all)
        {
            var sent = await Send(card, status, certificates, order.Make(), order.Number, cancel);
            if (sent.Refused is { Outcome: Outcome.ClockDiffers } clock)
            {
                return clock;
            }

            if (!sent.Has(out var reply))
            {
                refused.Add(Stopped(sent.Refused!, order.FaceValue));
                continue;
            }

            var refusal = order.OfCard ? ShownByCard(order.Number, reply, isMissing: false) : Refusal.Read(reply);
            if (refusal is not null && !IsHarmless(refusal.Reason) && !before.Concat(refused).Any(r => r.Message == refusal.Text))
            {
                refused.Add(new WithdrawalResult(WithdrawalOutcome.Refused, order.FaceValue,
                    refusal!.Text) { Waits = refusal.Reason == RefusalReason.OrderRenounced });
            }
        }

        return refused;
    }

    /// <summary>
    /// Refusals of an order whose withdrawal has ended, or never begins: nothing waits for it, at this bank or on the card.
    /// </summary>
    private static bool IsHarmless(RefusalReason reason) =>
        reason is RefusalReason.OutOfDate or RefusalReason.KeyUnknown or RefusalReason.NotAllowed;
}
