namespace HierCash.Card.Wallet;

/// <summary>CLOSE: a coin's last payment, all of x to W0 (hole 9, rule R24). Page: close.md.</summary>
internal static class CloseInstruction
{
    public static StatusWord Run(WalletApplet wallet, in CloseCommand command, ref BerTlvWriter response)
    {
        if (wallet.FindSlot(command.Slot) is not { State: SlotState.Active or SlotState.Closed or SlotState.Ended } slot)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        if (slot.State == SlotState.Ended)
        {
            foreach (var entry in wallet.Log)
            {
                if (entry.State != LogState.Free && entry.Coin == slot.Index && entry.Seq == CashPayment.CloseSeq)
                {
                    return Answer(slot, entry, ref response);
                }
            }

            return StatusWord.ReferencedDataNotFound;
        }

        if (wallet.Log.FindRoom() is not { } log)
        {
            return WalletStatus.LogFull;
        }

        Sign(wallet, command.Time, slot, log);
        return Answer(slot, log, ref response);
    }

    private static void Sign(WalletApplet wallet, Timestamp time, CoinSlot slot, LogSlot log)
    {
        wallet.Meter.Charge(CardOperation.Hash, 3); // n = g(N_U), the coin id, and e = f(TIME, W)
        var x = slot.Balance;
        var unsigned = new SignedPayment(CashPayment.CloseSeq, x, time, wallet.RedemptionTill, x, []);
        var signed = unsigned with { SU = wallet.Key(slot).Sign(unsigned.Message(slot.Coin)) };
        uint order = wallet.Log.NextOrder;

        // As with PAY: seq, the debit and S_U become lasting together, before S_U leaves (hole 1).
        using var transaction = wallet.Begin();
        log.Write(slot.Index, signed, x, order);
        slot.End();
        transaction.Commit();
    }

    private static StatusWord Answer(CoinSlot slot, LogSlot entry, ref BerTlvWriter response)
    {
        new PayReply(slot.Coin, entry.Seq, entry.Balance, null, entry.SU).Write(ref response);
        return StatusWord.Success;
    }
}
