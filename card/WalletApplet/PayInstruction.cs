using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Wallet;

using Runtime;

/// <summary>GET CASH and PAY (EP 0810563, payment steps 1, 3 and 5; sections 305 to 307, 314). Pages: get-cash.md, pay.md.</summary>
internal static class PayInstruction
{
    public static StatusWord GetCash(WalletApplet wallet, in GetCashCommand command, ref BerTlvWriter response)
    {
        wallet.Offered = null;
        var status = Choose(wallet, command.Amount, command.Currency, default, default, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        wallet.Offered = slot.Index;
        new CashReply(slot.Coin, slot.Balance).Write(ref response);
        return StatusWord.Success;
    }

    public static StatusWord Run(WalletApplet wallet, in PayCommand command, ref BerTlvWriter response)
    {
        if (!wallet.Profile.IsPersonalised)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        // Hole 1: the same PAY gets the stored bytes, and needs no PIN for them.
        foreach (var entry in wallet.Log)
        {
            bool answered = entry.Answers(command) && command.Currency == wallet.Profile.Currency;
            Switches.Off("hole 1 repeat", ref answered);
            if (answered)
            {
                return Repeat(wallet, command, entry, ref response);
            }
        }

        wallet.Meter.Charge(CardOperation.Hash); // e = f(TIME, W)
        bool wrong = command.Challenge is { } e && e != OneWay.F(command.Time, command.Till);
        Switches.Off("claim 5", ref wrong);
        if (wrong)
        {
            return StatusWord.WrongChallenge;
        }

        var status = Choose(wallet, command.Amount, command.Currency, command.Time, command.Till, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        if (command.Profile == PaymentProfile.Claim)
        {
            if (wallet.Offered is not { } offered || wallet.Slot(offered).State != SlotState.Active)
            {
                return StatusWord.ConditionsNotSatisfied;
            }

            slot = wallet.Slot(offered);
        }

        var y = Amount.Min(command.Amount, slot.Balance);
        bool withoutPin = !wallet.Pin.IsValidated;
        // All of what is asked for, not only this coin's part: a payment by several coins must not stop in its middle.
        bool beyond = withoutPin && wallet.Profile.NoPinSpent + command.Amount > wallet.Profile.NoPinLimit;
        Switches.Off("hole 12 card", ref beyond);
        if (beyond)
        {
            return StatusWord.PinRequired;
        }

        if (FindLogRoom(wallet) is not { } log)
        {
            return StatusWord.LogFull;
        }

        Sign(wallet, command, slot, y, withoutPin, log);
        return Repeat(wallet, command, log, ref response);
    }

    private static void Sign(WalletApplet wallet, in PayCommand command, CoinSlot slot, Amount y, bool withoutPin, LogSlot log)
    {
        wallet.Meter.Charge(CardOperation.Hash, 2); // n = g(N_U) and the coin id
        var x = slot.Balance;
        ushort seq = checked((ushort)(slot.Seq + 1));
        Switches.Replace("hole 24 seq", ref seq, Math.Max(slot.Seq, (ushort)1));
        var message = SignedMessage.Payment(
            slot.Coin.Id, seq, x, command.Time, command.Till, OneWay.F(command.Time, command.Till), y);
        var su = wallet.Key(slot).Sign(message);
        uint order = wallet.Log.Max(e => e.State == LogState.Free ? 0 : e.Order) + 1;

        var rest = x - y;
        Switches.Replace("claim 8", ref rest, x);

        // Hole 1: seq, the debit and S_U become lasting together, before S_U leaves.
        using var transaction = wallet.Begin();
        log.Write(slot.Index, seq, command, y, x, order, su);
        slot.SetSeq(seq);
        slot.SetBalance(rest);
        if (withoutPin)
        {
            wallet.Profile.NoPinSpent += y;
        }

        transaction.Commit();
    }

    private static StatusWord Repeat(WalletApplet wallet, in PayCommand command, LogSlot entry, ref BerTlvWriter response)
    {
        if (entry.State == LogState.Restored)
        {
            return StatusWord.AlreadyDone;
        }

        bool shown = command.Profile == PaymentProfile.Claim;
        Switches.Off("variant bits", ref shown);
        var coin = shown ? null : wallet.Slot(entry.Coin).Coin;
        Amount? part = entry.Paid == entry.Asked ? null : entry.Paid;
        new PayReply(coin, entry.Seq, entry.Balance, part, entry.SU).Write(ref response);
        return StatusWord.Success;
    }

    /// <summary>
    /// The coin that pays: the smallest that can pay y alone, else the largest, if all together can. Coins that expire before
    /// TIME do not count.
    /// </summary>
    private static StatusWord Choose(WalletApplet wallet, Amount y, Currency currency, Timestamp time, TillId till, out CoinSlot chosen)
    {
        chosen = default;
        if (!wallet.Profile.IsPersonalised)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        if (wallet.Profile.State == WalletState.Frozen)
        {
            return StatusWord.Frozen;
        }

        if (y.IsZero)
        {
            return StatusWord.AmountZero;
        }

        if (currency != wallet.Profile.Currency)
        {
            return StatusWord.OtherCurrency;
        }

        var total = Amount.Zero;
        bool found = false;
        bool exhausted = false;
        foreach (var slot in wallet.Slots)
        {
            bool expired = slot.Expiry.End <= time;
            Switches.Off("step 6", ref expired);
            if (slot.State != SlotState.Active || expired)
            {
                continue;
            }

            // Hole 24: the last seq is kept for redemption, so that no balance is stuck on the card.
            bool kept = slot.Seq == ushort.MaxValue - 1 && till != wallet.RedemptionTill;
            Switches.Off("hole 9 seq", ref kept);
            if (slot.Seq == ushort.MaxValue || kept)
            {
                exhausted = true;
                continue;
            }

            total += slot.Balance;
            if (!found || IsBetter(slot.Balance, chosen.Balance, y))
            {
                chosen = slot;
                found = true;
            }
        }

        return total >= y ? StatusWord.Success : exhausted ? StatusWord.CounterExhausted : StatusWord.BalanceTooSmall;
    }

    private static bool IsBetter(Amount candidate, Amount chosen, Amount y) =>
        candidate >= y ? chosen < y || candidate < chosen : chosen < y && candidate > chosen;

    /// <summary>A free log entry, or the oldest that the wallet has a copy of.</summary>
    private static LogSlot? FindLogRoom(WalletApplet wallet)
    {
        LogSlot? oldest = null;
        foreach (var entry in wallet.Log)
        {
            if (entry.State == LogState.Free)
            {
                return entry;
            }

            bool copied = entry.IsAcknowledged;
            Switches.On("hole 1 log", ref copied);
            if (copied && (oldest is not { } o || entry.Order < o.Order))
            {
                oldest = entry;
            }
        }

        return oldest;
    }
}
