namespace HierCash.Card.Wallet;

/// <summary>BEGIN ACTIVATION: shows a new PUK for the code of the letter (rule R12). Page: begin-activation.md.</summary>
internal static class BeginActivationInstruction
{
    public static StatusWord Run(WalletApplet wallet, in BeginActivationCommand command, ref BerTlvWriter response)
    {
        wallet.Meter.Charge(CardOperation.Hash);
        if (command.Code.Hash != wallet.CardHolder.Code)
        {
            return WalletStatus.WrongCode;
        }

        var puk = RandomDigits.Make(wallet.Suite.Random, Pin.BlockSize);
        wallet.ShownPuk = puk;
        new PukReply(puk).Write(ref response);
        return StatusWord.Success;
    }
}
