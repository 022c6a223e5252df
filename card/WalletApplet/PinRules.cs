namespace HierCash.Card.Wallet;

/// <summary>How the wallet's PINs are compared and set (rule R11). Page: pin.md.</summary>
internal static class PinRules
{
    /// <summary>Compares, and says what came of it.</summary>
    public static StatusWord Check(OwnerPin pin, byte[] block)
    {
        if (pin.TriesRemaining == 0)
        {
            return StatusWord.AuthenticationMethodBlocked;
        }

        // The last wrong one is answered with no tries left, and only the next with "blocked".
        return pin.Check(block) ? StatusWord.Success : StatusWord.WrongPin(pin.TriesRemaining);
    }

    /// <summary>What a PIN says that was not given.</summary>
    public static StatusWord Refused(OwnerPin pin) =>
        pin.TriesRemaining == 0 ? StatusWord.AuthenticationMethodBlocked : StatusWord.WrongPin(pin.TriesRemaining);

    /// <summary>Sets a PIN anew, with all its tries.</summary>
    public static StatusWord Update(OwnerPin pin, byte[] next)
    {
        pin.Update(next);
        return StatusWord.Success;
    }

    /// <summary>Sets the holder PIN, which must not be the payment PIN's digits (rule R11).</summary>
    public static StatusWord SetHolderPin(WalletApplet wallet, byte[] next) =>
        wallet.PaymentPin.Is(next) ? StatusWord.WrongData : Update(wallet.HolderPin, next);
}
