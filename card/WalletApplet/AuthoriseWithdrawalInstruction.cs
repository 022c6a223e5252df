using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;

namespace HierCash.Card.Wallet;

using Runtime;

/// <summary>AUTHORISE WITHDRAWAL: the order that lets the bank debit the account, signed by the account key; RENOUNCE ORDER. Pages: authorise-withdrawal.md, renounce-order.md.</summary>
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

        // A coin that is there was ordered; what was ordered can be shown again as long as its slot is not used anew.
        if (slot.State != SlotState.Pending && slot.Order == 0)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        if (slot.Order == 0 && wallet.Profile.Orders == uint.MaxValue)
        {
            return StatusWord.CounterExhausted;
        }

        Number(wallet, slot);
        wallet.Meter.Charge(CardOperation.Hash); // U
        var profile = wallet.Profile;
        var order = SignedMessage.AccountRequest(
            profile.User, profile.Bank, slot.FaceValue, slot.Currency, slot.EncryptionKey, slot.Request, slot.Order, command.Date);
        new OrderReply(slot.EncryptionKey, slot.Request, slot.Order, wallet.AccountKey.Sign(order)).Write(ref response);
        return StatusWord.Success;
    }

    /// <summary>The next number for what has none, before anything is signed: no number is given twice, and none is left out (rule R27).</summary>
    private static void Number(WalletApplet wallet, CoinSlot slot)
    {
        if (slot.Order != 0)
        {
            return;
        }

        uint number = wallet.Profile.Orders + 1;
        using var transaction = wallet.Begin();
        wallet.Profile.Orders = number;
        slot.Order = number;
        transaction.Commit();
    }

    /// <summary>RENOUNCE ORDER: only what the card cannot show any more.</summary>
    public static StatusWord Renounce(WalletApplet wallet, in RenounceOrderCommand command, ref BerTlvWriter response)
    {
        var holder = wallet.RequireHolder();
        if (!holder.IsSuccess)
        {
            return holder;
        }

        uint number = command.Number;
        if (number == 0 || number > wallet.Profile.Orders)
        {
            return StatusWord.NotFound;
        }

        bool carried = wallet.Slots.Any(s => s.Order == number);
        Switches.Off("R27 card shows", ref carried);
        if (carried)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        wallet.Meter.Charge(CardOperation.Hash); // U
        var message = SignedMessage.Renunciation(wallet.Profile.User, wallet.Profile.Bank, number, command.Date);
        new SignatureReply(wallet.AccountKey.Sign(message)).Write(ref response);
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
