namespace HierCash.Card.Wallet;

/// <summary>VERIFY. Page: pin.md.</summary>
internal static class VerifyInstruction
{
    public static StatusWord Run(WalletApplet wallet, in VerifyCommand command, ref BerTlvWriter response)
    {
        var pin = command.Role == PinRole.Holder ? wallet.HolderPin : wallet.PaymentPin;
        if (command.Block.Length == 0)
        {
            return pin.IsValidated ? StatusWord.Success : PinRules.Refused(pin);
        }

        var status = PinRules.Check(pin, command.Block);
        if (command.Role == PinRole.Holder)
        {
            if (status.IsSuccess)
            {
                // Rule R11: a till that let somebody guess blocks the payment PIN only until its holder is at home.
                wallet.PaymentPin.Unblock();
            }

            return status;
        }

        if (status.IsSuccess)
        {
            // Hole 12: only a correct payment PIN resets what was paid without one.
            wallet.CardHolder.ForgetNoPin();
        }

        return status;
    }
}
