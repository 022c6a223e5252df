using HierCash.Card.Runtime;
using HierCash.Iso7816;
using HierCash.Protocol.Commands;

namespace HierCash.Card.Wallet;


/// <summary>VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER. Pages: pin.md, change-pin.md, unblock-pin.md.</summary>
internal static class PinInstructions
{
    public static StatusWord Verify(WalletApplet wallet, in VerifyCommand command)
    {
        var activated = wallet.RequireActivated();
        if (!activated.IsSuccess)
        {
            return activated;
        }

        var pin = command.Role == PinRole.Holder ? wallet.HolderPin : wallet.PaymentPin;
        if (command.Block.Length == 0)
        {
            return pin.IsValidated ? StatusWord.Success : Refused(pin);
        }

        var status = Check(pin, command.Block);
        if (command.Role == PinRole.Holder)
        {
            if (status.IsSuccess)
            {
                // Rule R11: a till that let somebody guess blocks the payment PIN only until its holder is at home.
                wallet.PaymentPin.Unblock();
            }

            return status;
        }

        bool correct = status.IsSuccess;
        Switches.On("hole 12 reset", ref correct);
        if (correct)
        {
            // Hole 12: only a correct payment PIN resets what was paid without one.
            wallet.CardHolder.ForgetNoPin();
        }

        return status;
    }

    public static StatusWord Change(WalletApplet wallet, in ChangePinCommand command)
    {
        if (command.Role == PinRole.Payment)
        {
            var holder = wallet.RequireReader();
            if (!holder.IsSuccess)
            {
                return holder;
            }

            return wallet.HolderPin.Is(command.New) ? StatusWord.WrongData : Update(wallet.PaymentPin, command.New);
        }

        var status = wallet.RequireActivated();
        status = status.IsSuccess ? Check(wallet.HolderPin, command.Old!) : status;
        return !status.IsSuccess ? status : SetHolderPin(wallet, command.New);
    }

    public static StatusWord Unblock(WalletApplet wallet, in UnblockPinCommand command)
    {
        var status = wallet.RequireActivated();
        status = status.IsSuccess ? Check(wallet.Puk, command.Puk) : status;
        return !status.IsSuccess ? status : SetHolderPin(wallet, command.New);
    }

    private static StatusWord SetHolderPin(WalletApplet wallet, byte[] next) =>
        wallet.PaymentPin.Is(next) ? StatusWord.WrongData : Update(wallet.HolderPin, next);

    private static StatusWord Update(OwnerPin pin, byte[] next)
    {
        pin.Update(next);
        return StatusWord.Success;
    }

    private static StatusWord Check(OwnerPin pin, byte[] block)
    {
        if (pin.TriesRemaining == 0)
        {
            return StatusWord.AuthenticationMethodBlocked;
        }

        // The last wrong one is answered with no tries left, and only the next with "blocked".
        return pin.Check(block) ? StatusWord.Success : StatusWord.WrongPin(pin.TriesRemaining);
    }

    private static StatusWord Refused(OwnerPin pin) =>
        pin.TriesRemaining == 0 ? StatusWord.AuthenticationMethodBlocked : StatusWord.WrongPin(pin.TriesRemaining);
}
