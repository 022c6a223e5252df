namespace HierCash.Wallet;

/// <summary>How a holder's coins end: CLOSE, and the issuer's answer to it (hole 9, rule R24).</summary>
public sealed partial class WalletTerminal
{
    /// <summary>Redeems coins: all that they hold goes back to the account with the bank's next bookings.</summary>
    /// <param name="which">Chooses coins; null: all.</param>
    /// <exception cref="CardChannelException">The card is gone; run it again.</exception>
    /// <exception cref="LinkException">The bank or the issuer cannot be reached; run it again: what the card signed is in its
    /// log.</exception>
    /// <returns>Refused: the clocks of wallet and bank differ, and nothing was signed.</returns>
    public async ValueTask<Result<List<RecoveryResult>>> Redeem(
        ICardChannel channel, string pin, Func<CashReply, bool>? which, CancellationToken cancel)
    {
        var (card, status) = Open(channel, pin);
        var fetched = await Certificates(card, cancel);
        if ((fetched.Refused ?? Differs) is { } differs)
        {
            return differs;
        }

        var link = Seal(card, fetched.OrRefuse());
        await Upload(card, status, link, cancel);

        // What waits is asked for once more below, with what is signed now.
        var before = await ResumeRedemptions(card, status, link, cancel);
        var coins = Slots(card, status).Where(c => c.Coin.State == SlotState.Active && (which is null || which(c.Coin.Cash!)))
            .Select(c => (c.Slot, Cash: c.Coin.Cash!)).OrderBy(c => c.Cash.Balance).ToList();
        var refused = new List<RecoveryResult>();
        foreach (var (slot, cash) in coins)
        {
            var closed = Close(card, slot, cash);
            if (!closed.IsSuccess)
            {
                refused.Add(new RecoveryResult(cash.Balance, false, closed.Explain()));
            }
        }

        crash.Reach(CrashPoints.RedemptionSigned);
        var after = await ResumeRedemptions(card, status, link, cancel);
        return before.FindAll(r => r.Done).Concat(refused).Concat(after).ToList();
    }

    /// <summary>
    /// Room for one more coin: where no slot is free, a spent coin is closed, the one that expires first, once all that it paid stands in
    /// the records (rule R24). What was paid last stays as it is: its till may ask for it again.
    /// </summary>
    private void MakeRoom(ICardChannel channel, string pin, WalletCard card, PrivateStatus status)
    {
        var coins = Slots(card, status);
        if (records is null || coins.Exists(c => c.Coin.State == SlotState.Free))
        {
            return;
        }

        records.Keep(channel, pin);
        var held = Log(card, status).Where(e => !e.Entry.Acknowledged).Select(e => e.Entry.Slot).ToHashSet();
        if (coins.Exists(c => c.Coin.State == SlotState.Ended && !held.Contains(c.Slot)))
        {
            return;
        }

        foreach (var (slot, coin) in coins.Where(c => c.Coin.State == SlotState.Closed && !held.Contains(c.Slot))
            .OrderBy(c => c.Coin.Cash!.Coin.Terms.Expiry.Index))
        {
            if (Close(card, slot, coin.Cash!).IsSuccess)
            {
                records.Keep(channel, pin);
                return;
            }
        }
    }

    private StatusWord Close(WalletCard card, byte slot, CashReply cash)
    {
        // A coin that expired still redeems within its terms: under a moment at which it was good.
        var last = new Timestamp(cash.Coin.Terms.Expiry.End.Microseconds - 1);
        return card.Close(slot, Timestamp.Min(Timestamp.Now(clock), last), out _);
    }

    private async ValueTask<List<RecoveryResult>> ResumeRedemptions(
        WalletCard card, PrivateStatus status, SealedLink link, CancellationToken cancel)
    {
        // Rule R24: what the card has forgotten, and the issuer has not answered, is sent from the records.
        var results = new List<RecoveryResult>();
        var till = RedemptionTill(status);
        var log = Log(card, status);
        var open = log.Where(e => e.State == LogState.Signed && !e.Entry.Confirmed && e.H.Till == till).Select(e => e.H).ToList();
        if (records is not null)
        {
            var there = log.Select(e => e.H.Id).ToHashSet();
            open.AddRange(records.All.Select(e => e.H).Where(h => h.Till == till && !there.Contains(h.Id) && !records.IsUploaded(h.Id))
                .DistinctBy(h => h.Id));
        }

        foreach (var h in open)
        {
            string amount = h.Paid.Show(status.Currency);
            var reply = await link.Call(new RedeemMessage(h).ToMessage(), cancel);
            crash.Reach(CrashPoints.RedemptionAnswered);
            var receipt = reply.As<RedeemReply>()?.Receipt;
            if (receipt is null || receipt.Subject != h.Id.Value)
            {
                results.Add(new RecoveryResult(h.Paid, false,
                    $"{amount}: {Refusal.Read(reply)?.Text ?? "the issuer's answer is malformed. Redeem again later."}"));
                continue;
            }

            // One that waits is asked for again, until it is paid or what was left came back; one that the issuer
            // knows nothing of, or cannot read, once somebody has looked there.
            bool waits = !receipt.Share.Waiting.IsZero && !receipt.IsReturned;
            bool stays = waits || receipt.Verdict is not (
                Verdict.Settled or Verdict.Excess or Verdict.Equivocation or Verdict.Late or Verdict.Cancelled);
            if (!stays)
            {
                card.Confirm(h.Coin.Id, h.Seq);
                records?.Uploaded(h.Id);
            }

            if (h.Paid.IsZero)
            {
                // A spent coin was closed: nobody waits for money.
                continue;
            }

            results.Add(receipt.Verdict switch
            {
                Verdict.Settled or Verdict.Excess or Verdict.Equivocation when receipt.Share.Credited == h.Paid => new RecoveryResult(
                    h.Paid, true, $"{amount} are redeemed. The bank books them on your account with its next bookings."),
                Verdict.Late => new RecoveryResult(h.Paid, true,
                    $"{amount} came too late to be redeemed: they come back to your account by themselves."),
                Verdict.Cancelled => new RecoveryResult(
                    h.Paid, true, $"{amount} are of a cancelled coin: they come back to your account by themselves."),
                Verdict.Excess or Verdict.Equivocation when receipt.IsReturned => new RecoveryResult(
                    h.Paid, true, $"{amount} wait no more: what was left of the coin came back to your account on {receipt.Share.Due}."),
                Verdict.Excess or Verdict.Equivocation when waits => new RecoveryResult(
                    h.Paid, false, $"{amount} wait at the issuer: more was signed with this coin than it holds. What is left of it comes "
                        + $"to your account by itself. Ask your bank."),
                Verdict.NotYetKnown => new RecoveryResult(
                    h.Paid, false, $"{amount} wait: the issuer does not know yet to which bank's account they go. Tell your bank; this "
                        + $"stays open, and 'hiercash-wallet redeem' asks again."),
                _ => new RecoveryResult(h.Paid, false, $"{amount} are not redeemed: {receipt.Verdict}. Ask your bank; this stays open, and "
                    + $"'hiercash-wallet redeem' asks again."),
            });
        }

        return results;
    }

    /// <summary>W0: the left half of the scheme's fingerprint.</summary>
    internal static TillId RedemptionTill(PrivateStatus status) => new(Id16.Read(status.Scheme.ToArray()));
}
