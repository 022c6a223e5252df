namespace HierCash.Card.Wallet;

/// <summary>CHANGE REFERENCE DATA. Page: change-pin.md.</summary>
internal static class ChangePinInstruction
{
    public static StatusWord Run(WalletApplet wallet, in ChangePinCommand command, ref BerTlvWriter response)
    {
        if (command.Role == PinRole.Payment)
        {
            var holder = wallet.RequireReader();
            if (!holder.IsSuccess)
            {
                return holder;
            }

            return wallet.HolderPin.Is(command.New) ? StatusWord.WrongData : PinRules.Update(wallet.PaymentPin, command.New);
        }

        var status = wallet.RequireActivated();
        status = status.IsSuccess ? PinRules.Check(wallet.HolderPin, command.Old!) : status;
        return !status.IsSuccess ? status : PinRules.SetHolderPin(wallet, command.New);
    }
}
