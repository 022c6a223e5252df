using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Wallet;

using HierCash.Card.Runtime;

/// <summary>GET CASH and PAY (EP 0810563, payment steps 1, 3 and 5; sections 305 to 307, 314). Pages: get-cash.md, pay.md.</summary>
internal static class PayInstruction
{
    /// <summary>Payments without the payment PIN since the last correct one, those that were taken back included (rule R13).</summary>
    public const byte MostWithoutPin = 16;

    public static StatusWord GetCash(WalletApplet wallet, in GetCashCommand command, ref BerTlvWriter response)
    {
        // Also where this one is refused.
        bool forgets = true;
        Switches.Off("R14 forgets", ref forgets);
        wallet.Offered = forgets ? null : wallet.Offered;
        var time = command.Time;
        Switches.Replace("R14 time", ref time, default);
        bool limited = true;
        Switches.Off("R14 limit", ref limited);
        var status = Choose(wallet, command.Amount, command.Currency, time, limited, out var slot);
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
        var activated = wallet.RequireActivated();
        if (!activated.IsSuccess)
        {
            return activated;
        }

        // Rule R24: a coin goes to W0 by CLOSE alone, and once.
        bool redeems = command.Till == wallet.RedemptionTill;
        Switches.Off("R24 pay", ref redeems);
        if (redeems)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        // Hole 1: the same PAY gets the stored bytes, and needs no PIN for them.
        foreach (var entry in wallet.Log)
        {
            bool answered = entry.Answers(command) && command.Currency == wallet.CardHolder.Currency;
            Switches.Off("hole 1 repeat", ref answered);
            if (answered)
            {
                return Answer(wallet, entry, withCoin: true, ref response);
            }
        }

        if (command.Mode == PayMode.Repeat)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        wallet.Meter.Charge(CardOperation.Hash); // e = f(TIME, W)
        bool wrong = command.Challenge is { } e && e != Derivations.F(command.Time, command.Till);
        Switches.Off("claim 5", ref wrong);
        if (wrong)
        {
            return WalletStatus.WrongChallenge;
        }

        var status = Choose(wallet, command.Amount, command.Currency, command.Time, limited: true, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        if (command.Mode == PayMode.Claim && wallet.Offered != slot.Index)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        if (FindLogRoom(wallet) is not { } log)
        {
            return WalletStatus.LogFull;
        }

        Sign(wallet, command, slot, Amount.Min(command.Amount, slot.Balance), withoutPin: !wallet.PaymentPin.IsValidated, log);
        bool shown = command.Mode == PayMode.Claim;
        Switches.Off("variant bits", ref shown);
        return Answer(wallet, log, withCoin: !shown, ref response);
    }

    private static void Sign(WalletApplet wallet, in PayCommand command, CoinSlot slot, Amount y, bool withoutPin, LogSlot log)
    {
        wallet.Meter.Charge(CardOperation.Hash, 2); // n = g(N_U) and the coin id
        var x = slot.Balance;
        ushort seq = checked((ushort)(slot.Seq + 1));
        Switches.Replace("hole 24 seq", ref seq, Math.Max(slot.Seq, (ushort)1));
        var message = SignedMessage.Payment(
            slot.Coin.Id, seq, x, command.Time, command.Till, Derivations.F(command.Time, command.Till), y);
        var su = wallet.Key(slot).Sign(message);
        uint order = wallet.Log.Max(e => e.State == LogState.Free ? 0 : e.Order) + 1;
        var signed = new SignedPayment(seq, x, command.Time, command.Till, y, su);

        var rest = x - y;
        Switches.Replace("claim 8", ref rest, x);

        // Hole 1: seq, the debit and S_U become lasting together, before S_U leaves.
        using var transaction = wallet.Begin();
        log.Write(slot.Index, signed, command.Amount, order);
        slot.SetSeq(seq);
        slot.SetBalance(rest);
        if (withoutPin)
        {
            wallet.CardHolder.NoPinSpent += y;
            wallet.CardHolder.NoPinCount++;
        }

        transaction.Commit();
    }

    private static StatusWord Answer(WalletApplet wallet, LogSlot entry, bool withCoin, ref BerTlvWriter response)
    {
        if (entry.State == LogState.Restored)
        {
            return WalletStatus.AlreadyDone;
        }

        Amount? part = entry.Paid == entry.Asked ? null : entry.Paid;
        new PayReply(withCoin ? wallet.Slot(entry.Coin).Coin : null, entry.Seq, entry.Balance, part, entry.SU).Write(ref response);
        return StatusWord.Success;
    }

    /// <summary>
    /// The coin that pays: the smallest that can pay y alone, else the largest, if all together can. Coins that expire before
    /// TIME do not count, and where it is for that alone, the card says so. The limit without PIN comes before the balance, so that nobody learns from it what is beyond the limit (rule R14).
    /// </summary>
    private static StatusWord Choose(WalletApplet wallet, Amount y, Currency currency, Timestamp time, bool limited, out CoinSlot chosen)
    {
        chosen = default;
        var activated = wallet.RequireActivated();
        if (!activated.IsSuccess)
        {
            return activated;
        }

        if (wallet.CardHolder.IsFrozen)
        {
            return WalletStatus.Frozen;
        }

        if (y.IsZero)
        {
            return WalletStatus.AmountZero;
        }

        if (currency != wallet.CardHolder.Currency)
        {
            return WalletStatus.OtherCurrency;
        }

        if (limited && IsBeyondLimit(wallet, y, payments: 1))
        {
            return StatusWord.SecurityStatusNotSatisfied;
        }

        var (total, gone) = (Amount.Zero, Amount.Zero);
        var usable = new List<CoinSlot>();
        bool exhausted = false;
        foreach (var slot in wallet.Slots)
        {
            bool expired = slot.Expiry.End <= time;
            Switches.Off("step 6", ref expired);
            if (slot.State != SlotState.Active || expired)
            {
                gone += slot.State == SlotState.Active ? slot.Balance : Amount.Zero;
                continue;
            }

            // Hole 24: the last seq is kept for CLOSE, so that no balance is stuck on the card.
            bool kept = slot.Seq == CashPayment.CloseSeq - 1;
            Switches.Off("hole 9 seq", ref kept);
            if (kept)
            {
                exhausted = true;
                continue;
            }

            total += slot.Balance;
            usable.Add(slot);
        }

        if (total < y)
        {
            // A clock that is far ahead is another fault than a card that is empty (rule R26).
            bool hasExpired = !exhausted && total + gone >= y;
            Switches.Off("R26 expired", ref hasExpired);
            return exhausted ? WalletStatus.CounterExhausted : hasExpired ? WalletStatus.Expired : WalletStatus.BalanceTooSmall;
        }

        chosen = usable.Aggregate((best, slot) => IsBetter(slot.Balance, best.Balance, y) ? slot : best);
        return limited && IsBeyondLimit(wallet, y, CoinsFor(y, usable)) ? StatusWord.SecurityStatusNotSatisfied : StatusWord.Success;
    }

    /// <summary>
    /// True if it takes the payment PIN: for more than the limit, and for more than 16 payments (rule R13). All of what is asked for counts, not only this
    /// coin's part: a payment by several coins must not stop in its middle.
    /// </summary>
    private static bool IsBeyondLimit(WalletApplet wallet, Amount y, int payments)
    {
        var profile = wallet.CardHolder;
        bool beyond = profile.NoPinSpent + y > profile.NoPinLimit;
        Switches.Off("hole 12 card", ref beyond);
        bool many = profile.NoPinCount + payments > MostWithoutPin;
        Switches.Off("R13 count", ref many);
        return !wallet.PaymentPin.IsValidated && (beyond || many);
    }

    /// <summary>How many coins pay y together: the largest first, the last one what is left.</summary>
    private static int CoinsFor(Amount y, List<CoinSlot> usable)
    {
        int coins = 0;
        var rest = y;
        foreach (var x in usable.Select(s => s.Balance).OrderByDescending(x => x))
        {
            coins++;
            if (x >= rest)
            {
                break;
            }

            rest -= x;
        }

        return coins;
    }

    private static bool IsBetter(Amount candidate, Amount chosen, Amount y) =>
        candidate >= y ? chosen < y || candidate < chosen : chosen < y && candidate > chosen;

    /// <summary>A free log entry, or the oldest that the wallet has a copy of.</summary>
    public static LogSlot? FindLogRoom(WalletApplet wallet)
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
            bool older = oldest is not { } o || entry.Order < o.Order;
            Switches.On("R13 oldest", ref older);
            if (copied && older)
            {
                oldest = entry;
            }
        }

        return oldest;
    }
}
