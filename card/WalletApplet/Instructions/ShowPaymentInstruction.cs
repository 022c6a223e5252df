namespace HierCash.Card.Wallet;

/// <summary>
/// SHOW PAYMENT: a kept payment that the log has forgotten, for the VOID or RESTORE that follows (rule R24). Page: show-payment.md.
/// </summary>
internal static class ShowPaymentInstruction
{
    public static StatusWord Run(WalletApplet wallet, in ShowPaymentCommand command, ref BerTlvWriter response)
    {
        // Also where this one is refused.
        wallet.Shown = null;
        var activated = wallet.RequireActivated();
        if (!activated.IsSuccess)
        {
            return activated;
        }

        var status = SignedPayments.FindCoin(wallet, command.Coin, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        if (SignedPayments.FindInLog(wallet, command.Coin, command.Seq, out _, out _).IsSuccess)
        {
            return StatusWord.Success;
        }

        if (!slot.IsInRing(command.Seq))
        {
            return StatusWord.ReferencedDataNotFound;
        }

        wallet.Meter.Charge(CardOperation.Hash);
        var shown = new SignedPayment(command.Seq, command.Balance, command.Time, command.Till, command.Paid, command.SU);
        bool its = command.Paid <= command.Balance && wallet.Suite.Verify(wallet.Key(slot).PublicKey, shown.Message(slot.Coin), command.SU);
        if (!its)
        {
            return WalletStatus.InvalidSignature;
        }

        wallet.Shown = (slot.Index, shown);
        return StatusWord.Success;
    }
}
