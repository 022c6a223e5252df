using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;

namespace HierCash.Card.Wallet;

using Runtime;

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

        wallet.Meter.Charge(CardOperation.Hash); // U
        var profile = wallet.Profile;
        var order = SignedMessage.AccountRequest(
            profile.User, profile.Bank, slot.FaceValue, slot.Currency, slot.EncryptionKey, slot.Request, command.Date);
        new SignatureReply(wallet.AccountKey.Sign(order)).Write(ref response);
        return StatusWord.Success;
    }

    /// <summary>AUTHORISE LOST CARD: a frozen card may, its coins come back this way. Page: authorise-lost-card.md.</summary>
    public static StatusWord LostCard(WalletApplet wallet, in AuthoriseLostCardCommand command, ref BerTlvWriter response)
    {
        var reader = wallet.RequireReader();
        if (reader.IsSuccess)
        {
            var message = SignedMessage.LostCard(wallet.Profile.User, wallet.Profile.Bank, command.Date);
            new SignatureReply(wallet.AccountKey.Sign(message)).Write(ref response);
        }

        return reader;
    }
}
