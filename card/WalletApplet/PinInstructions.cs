using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;

namespace HierCash.Card.Wallet;

using Runtime;

/// <summary>VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER. Page: pin.md.</summary>
internal static class PinInstructions
{
    public static StatusWord Verify(WalletApplet wallet, in VerifyCommand command)
    {
        if (command.Block.Length == 0)
        {
            return wallet.Pin.IsValidated ? StatusWord.Success : Refused(wallet.Pin);
        }

        var status = Check(wallet.Pin, command.Block);
        bool correct = status.IsSuccess;
        Switches.On("hole 12 reset", ref correct);
        if (correct && !wallet.Profile.NoPinSpent.IsZero)
        {
            // Hole 12: only a correct PIN resets what was paid without one.
            wallet.Profile.NoPinSpent = Amount.Zero;
        }

        return status;
    }

    public static StatusWord Change(WalletApplet wallet, in ChangePinCommand command)
    {
        var status = Check(wallet.Pin, command.Old);
        if (status.IsSuccess)
        {
            wallet.Pin.Update(command.New);
        }

        return status;
    }

    public static StatusWord Unblock(WalletApplet wallet, in UnblockPinCommand command)
    {
        var status = Check(wallet.Puk, command.Puk);
        if (status.IsSuccess)
        {
            wallet.Pin.Update(command.New);
        }

        return status;
    }

    private static StatusWord Check(OwnerPin pin, byte[] block)
    {
        if (pin.TriesRemaining == 0)
        {
            return StatusWord.PinBlocked;
        }

        return pin.Check(block) ? StatusWord.Success : StatusWord.WrongPin(pin.TriesRemaining);
    }

    private static StatusWord Refused(OwnerPin pin) =>
        pin.TriesRemaining == 0 ? StatusWord.PinBlocked : StatusWord.WrongPin(pin.TriesRemaining);
}
