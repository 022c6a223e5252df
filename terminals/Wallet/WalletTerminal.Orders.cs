using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Terminals;

namespace HierCash.Wallet;

/// <summary>The numbers of the account's orders (rule R27): a bank that was restored from a copy lacks some, and takes no further one before it has seen them.</summary>
public sealed partial class WalletTerminal
{
    /// <summary>Told, in a sentence for the holder, what was done about an order that the bank did not know.</summary>
    public Action<string>? ShowedOrder { get; init; }

    /// <summary>Withdrawals that the card began, in the order of their numbers; those that nobody ordered yet come last.</summary>
    private static List<(byte Slot, PendingWithdrawal Pending, uint Order)> Unfinished(WalletCard card, PrivateStatus status) =>
        [.. Enumerable.Range(0, status.Slots).Select(i => (Slot: (byte)i, Coin: card.GetCoin((byte)i))).Where(s => s.Coin.Pending is not null)
            .Select(s => (s.Slot, s.Coin.Pending!, s.Coin.Order)).OrderBy(s => s.Order == 0 ? ulong.MaxValue : s.Order)];

    private static AccountRequest Sign(WalletCard card, PrivateStatus status, BeginWithdrawalReply begun, Amount faceValue, KeyId key, Timestamp date)
    {
        var signed = card.AuthoriseWithdrawal(begun.Slot, date);
        return new AccountRequest(status.User, status.Bank, faceValue, status.Currency, key, begun.EI, signed.Number, date, signed.Signature);
    }

    /// <summary>Sends an order. What the bank lacks before it is shown or renounced first; each number once, so it ends.</summary>
    private async ValueTask<LinkMessage> Send(WalletCard card, PrivateStatus status, IssuerCertificates certificates, AccountRequest order, CancellationToken cancel)
    {
        uint last = 0;
        Refusal? why = null;
        while (true)
        {
            var reply = await bank.Call(WithdrawMessage.Write(order), cancel);
            if (Refusal.Read(reply) is not { Reason: RefusalReason.OrderMissing, Order: { } missing } || missing >= order.Number)
            {
                return reply;
            }

            if (missing <= last)
            {
                return why?.ToMessage() ?? reply;
            }

            last = missing;
            why = await CloseGap(card, status, certificates, missing, cancel);
            if (why is { Reason: RefusalReason.Unavailable })
            {
                return why.ToMessage();
            }
        }
    }

    /// <summary>Shows that order: from the records, or from the card. Of one that neither has the card signs that it cannot be shown.</summary>
    /// <returns>Why the bank took none of it; null if it did.</returns>
    private async ValueTask<Refusal?> CloseGap(WalletCard card, PrivateStatus status, IssuerCertificates certificates, uint number, CancellationToken cancel)
    {
        if (records?.Order(status.User, status.Bank, number) is { } kept)
        {
            ShowedOrder?.Invoke($"The bank did not know order {number} of this account. It was shown from the records.");
            return Refusal.Read(await bank.Call(WithdrawMessage.Write(kept), cancel));
        }

        RequireClock();
        var now = Timestamp.Now(clock);
        for (byte slot = 0; slot < status.Slots; slot++)
        {
            if (card.GetCoin(slot) is var coin && coin.Order == number)
            {
                return await ShowFromCard(card, status, certificates, slot, coin, now, cancel);
            }
        }

        var word = new Renunciation(status.User, status.Bank, number, now, card.RenounceOrder(number, now));
        var reply = await bank.Call(OrderMessages.WriteRenounce(word), cancel);
        if (Refusal.Read(reply) is { } refused)
        {
            return refused;
        }

        if (!OrderMessages.ReadReply(reply, MessageType.RenounceReply, out var until))
        {
            throw new LinkException("The bank's answer is malformed. Nothing is lost: resume the withdrawal later.");
        }

        ShowedOrder?.Invoke(
            $"The bank did not know order {number} of this account, and neither the records nor the card have it: the card signed that it cannot be shown."
            + (until is { } date ? $" The bank waits until {date} whether it turns up." : ""));
        return null;
    }

    private async ValueTask<Refusal?> ShowFromCard(
        WalletCard card, PrivateStatus status, IssuerCertificates certificates, byte slot, CoinReply coin, Timestamp now, CancellationToken cancel)
    {
        string said = $"The bank did not know order {coin.Order} of this account. The card showed it.";
        if (coin.Pending is not { } pending)
        {
            var signed = card.AuthoriseWithdrawal(slot, now);
            var terms = coin.Cash!.Coin.Terms;
            var shown = new ShownOrder(status.User, status.Bank, terms.FaceValue, terms.Currency, signed.Key, signed.Request, signed.Number, now, signed.Signature);
            ShowedOrder?.Invoke(said);
            return Refusal.Read(await bank.Call(OrderMessages.WriteShown(shown), cancel));
        }

        certificates.BringEncryption(card, pending.Key);
        var begun = card.WithdrawalAgain(slot);
        if (!IsHolders(begun, pending.FaceValue))
        {
            // Rule R16: it would debit the account. It was ordered, so the card does not renounce it either.
            return new Refusal(
                RefusalReason.Unavailable, $"A withdrawal of {pending.FaceValue.Show(status.Currency)} was ordered before, and not by this wallet. 'hiercash-wallet resume' asks whether it is yours.");
        }

        var order = Sign(card, status, begun, pending.FaceValue, pending.Key, now);
        records?.Ordered(order);
        ShowedOrder?.Invoke(said);
        return Refusal.Read(await bank.Call(WithdrawMessage.Write(order), cancel));
    }

    /// <summary>
    /// Shows the bank what this wallet has ordered for as long as a backup may be old: one that was restored from a copy does not know whose those withdrawals were (R27). To any other
    /// bank it says nothing new: each order counts once.
    /// </summary>
    /// <returns>What keeps the bank waiting; null if nothing does.</returns>
    private async ValueTask<WithdrawalResult?> ShowOrders(WalletCard card, PrivateStatus status, IssuerCertificates certificates, CancellationToken cancel)
    {
        var since = Timestamp.Now(clock).Minus(TimeSpan.FromDays(90));
        foreach (var order in records?.Orders(status.User, status.Bank, since) ?? [])
        {
            if (Refusal.Read(await Send(card, status, certificates, order, cancel)) is { Reason: RefusalReason.OrderRenounced } waits)
            {
                return new WithdrawalResult(WithdrawalOutcome.Refused, order.FaceValue, waits.Text) { Waits = true };
            }
        }

        return null;
    }
}
