using System.Security.Cryptography;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Iso7816;

namespace HierCash.Card.Wallet;

using HierCash.Card.Runtime;

/// <summary>BEGIN ACTIVATION, FINISH ACTIVATION, GET NONCE, SET BACK (rule R12). Pages of the same names.</summary>
internal static class ActivationInstructions
{
    public static StatusWord Begin(WalletApplet wallet, in BeginActivationCommand command, ref BerTlvWriter response)
    {
        var status = RequireNotActivated(wallet);
        if (!status.IsSuccess)
        {
            return status;
        }

        wallet.Meter.Charge(CardOperation.Hash);
        bool right = command.Code.Hash == wallet.CardHolder.Code;
        Switches.On("R12 code", ref right);
        if (!right)
        {
            return WalletStatus.WrongCode;
        }

        var puk = RandomDigits.Make(wallet.Suite.Random, Pin.BlockSize);
        Switches.Replace("R12 puk", ref puk, "00000000"u8.ToArray());
        wallet.ShownPuk = puk;
        new PukReply(puk).Write(ref response);
        return StatusWord.Success;
    }

    public static StatusWord Finish(WalletApplet wallet, in FinishActivationCommand command, ref BerTlvWriter response)
    {
        var status = RequireNotActivated(wallet);
        if (!status.IsSuccess)
        {
            return status;
        }

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

    public static StatusWord GetNonce(WalletApplet wallet, in GetNonceCommand command, ref BerTlvWriter response)
    {
        if (!wallet.CardHolder.IsPersonalised)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        var nonce = new byte[Id16.Size];
        wallet.Suite.Random.Fill(nonce);
        wallet.Nonce = nonce;
        new NonceReply(nonce).Write(ref response);
        return StatusWord.Success;
    }

    public static StatusWord SetBack(WalletApplet wallet, in SetBackCommand command, ref BerTlvWriter response)
    {
        var profile = wallet.CardHolder;
        if (!profile.IsPersonalised)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        if (profile.IsSetBack && profile.Code == command.Code)
        {
            // Its 9000 was lost.
            return StatusWord.Success;
        }

        if (profile.Code == command.Code)
        {
            // Somebody has read that letter. Of those before it the card knows nothing: the bank gives no code twice.
            return WalletStatus.AlreadyDone;
        }

        // Only what nobody can open any more, its holder included.
        bool again = profile.IsSetBack;
        Switches.Off("R12 again", ref again);
        bool blocked = again || (profile.IsActivated && wallet.Puk.TriesRemaining == 0);
        Switches.On("R12 blocked", ref blocked);
        if (!blocked || wallet.Nonce is not { } nonce)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        wallet.Nonce = null;
        // Of banks PUT CERTIFICATE takes none but the card's own.
        var keys = wallet.Keys.All(KeyUsage.Bank).ToList();
        if (keys.Count == 0)
        {
            return WalletStatus.KeyUnknown;
        }

        wallet.Meter.Charge(CardOperation.Hash); // U
        var message = SignedMessage.SetBack(profile.Bank, nonce, profile.User, command.Code);
        var signature = command.Signature;
        bool signed = keys.Any(k => wallet.Suite.Verify(k.Key, message, signature));
        Switches.On("R12 signed", ref signed);
        if (!signed)
        {
            return WalletStatus.InvalidSignature;
        }

        using var transaction = wallet.Begin();
        profile.SetBack(command.Code);
        transaction.Commit();
        return StatusWord.Success;
    }

    private static StatusWord RequireNotActivated(WalletApplet wallet) => !wallet.CardHolder.IsPersonalised ? StatusWord.ConditionsNotSatisfied
        : wallet.CardHolder.IsActivated ? WalletStatus.AlreadyDone
        : StatusWord.Success;
}
