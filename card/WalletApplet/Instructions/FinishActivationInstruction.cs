using System.Security.Cryptography;

namespace HierCash.Card.Wallet;

/// <summary>FINISH ACTIVATION: takes the PUK that was shown, and the PINs (rule R12). Page: finish-activation.md.</summary>
internal static class FinishActivationInstruction
{
    public static StatusWord Run(WalletApplet wallet, in FinishActivationCommand command, ref BerTlvWriter response)
    {
        if (wallet.ShownPuk is not { } shown)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        // One chance: who has not written it down begins anew, with another PUK.
        wallet.ShownPuk = null;
        if (!CryptographicOperations.FixedTimeEquals(shown, command.Puk))
        {
            return WalletStatus.WrongPuk;
        }

        // Tries are no part of a transaction; they open nothing as long as the card is not activated.
        foreach (var pin in new[] { wallet.PaymentPin, wallet.HolderPin, wallet.Puk })
        {
            pin.ResetAndUnblock();
        }

        using var transaction = wallet.Begin();
        wallet.Puk.Set(command.Puk);
        wallet.PaymentPin.Set(command.PaymentPin);
        wallet.HolderPin.Set(command.HolderPin);
        wallet.CardHolder.ForgetNoPin();
        wallet.CardHolder.Activate();
        transaction.Commit();
        return StatusWord.Success;
    }
}
