using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;

namespace HierCash.Card.Wallet;

/// <summary>AUTHORISE WITHDRAWAL: the order that lets the bank debit the account, signed by the account key. Page: authorise-withdrawal.md.</summary>
internal static class AuthoriseWithdrawalInstruction
{
    public static StatusWord Run(WalletApplet wallet, in AuthoriseWithdrawalCommand command, ref BerTlvWriter response)
    {
        var holder = wallet.RequireHolder();
        if (!holder.IsSuccess)
        {
            return holder;
        }

        if (command.Slot >= WalletApplet.SlotCount)
        {
            return StatusWord.NotFound;
        }

        var slot = wallet.Slot(command.Slot);
        if (slot.State != SlotState.Pending)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        var profile = wallet.Profile;
        var order = SignedMessage.AccountRequest(
            profile.User, profile.Bank, slot.FaceValue, slot.Currency, slot.EncryptionKey, slot.Request, command.Date);
        new SignatureReply(wallet.AccountKey.Sign(order)).Write(ref response);
        return StatusWord.Success;
    }
}
