namespace HierCash.Card.Wallet;

/// <summary>PAY (EP 0810563, payment steps 3 and 5; sections 305 to 307, 314). Page: pay.md.</summary>
internal static class PayInstruction
{
    public static StatusWord Run(WalletApplet wallet, in PayCommand command, ref BerTlvWriter response)
    {
        // Rule R24: a coin goes to W0 by CLOSE alone, and once.
        if (command.Till == wallet.RedemptionTill)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        // Hole 1: the same PAY gets the stored bytes, and needs no PIN for them.
        foreach (var entry in wallet.Log)
        {
            if (entry.Answers(command) && command.Currency == wallet.CardHolder.Currency)
            {
                return Answer(wallet, entry, withCoin: true, ref response);
            }
        }

        if (command.Mode == PayMode.Repeat)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        wallet.Meter.Charge(CardOperation.Hash); // e = f(TIME, W)
        if (command.Challenge is { } e && e != Derivations.F(command.Time, command.Till))
        {
            return WalletStatus.WrongChallenge;
        }

        var status = CoinSelection.Choose(wallet, command.Amount, command.Currency, command.Time, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        if (command.Mode == PayMode.Claim && wallet.Offered != slot.Index)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        if (wallet.Log.FindRoom() is not { } log)
        {
            return WalletStatus.LogFull;
        }

        Sign(wallet, command, slot, Amount.Min(command.Amount, slot.Balance), withoutPin: !wallet.PaymentPin.IsValidated, log);
        return Answer(wallet, log, withCoin: command.Mode != PayMode.Claim, ref response);
    }

    private static void Sign(WalletApplet wallet, in PayCommand command, CoinSlot slot, Amount y, bool withoutPin, LogSlot log)
    {
        wallet.Meter.Charge(CardOperation.Hash, 2); // n = g(N_U) and the coin id
        var x = slot.Balance;
        ushort seq = checked((ushort)(slot.Seq + 1));
        var message = SignedMessage.Payment(slot.Coin.Id, seq, x, command.Time, command.Till, Derivations.F(command.Time, command.Till), y);
        var su = wallet.Key(slot).Sign(message);
        uint order = wallet.Log.NextOrder;
        var signed = new SignedPayment(seq, x, command.Time, command.Till, y, su);

        var rest = x - y;

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
}
