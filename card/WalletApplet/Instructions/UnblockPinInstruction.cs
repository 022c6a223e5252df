namespace HierCash.Card.Wallet;

/// <summary>RESET RETRY COUNTER. Page: unblock-pin.md.</summary>
internal static class UnblockPinInstruction
{
    public static StatusWord Run(WalletApplet wallet, in UnblockPinCommand command, ref BerTlvWriter response)
    {
        var status = wallet.RequireActivated();
        status = status.IsSuccess ? PinRules.Check(wallet.Puk, command.Puk) : status;
        return !status.IsSuccess ? status : PinRules.SetHolderPin(wallet, command.New);
    }
}
