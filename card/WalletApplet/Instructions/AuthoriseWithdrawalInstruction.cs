using HierCash.Card.Runtime;
using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;

namespace HierCash.Card.Wallet;

/// <summary>
/// AUTHORISE WITHDRAWAL: the order that lets the bank debit the account, signed by the account key. Page: authorise-withdrawal.md.
/// </summary>
internal static class AuthoriseWithdrawalInstruction
{
    public static StatusWord Run(WalletApplet wallet, in AuthoriseWithdrawalCommand command, ref BerTlvWriter response)
    {
        if (wallet.FindSlot(command.Slot) is not { } slot)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        // What was ordered can be shown again as long as its slot is not used anew. What was never ordered, and is no longer pending, gets
        // no number.
        if (slot.State != SlotState.Pending && slot.Order == 0)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        if (slot.Order == 0 && wallet.CardHolder.Orders == uint.MaxValue)
        {
            return WalletStatus.CounterExhausted;
        }

        Number(wallet, slot);
        wallet.Meter.Charge(CardOperation.Hash); // U
        var holder = wallet.CardHolder;
        var order = SignedMessage.WithdrawalOrder(
            holder.User, holder.Bank, slot.FaceValue, slot.Currency, slot.EncryptionKey, slot.Request, slot.Order, command.Date);
        new OrderReply(slot.EncryptionKey, slot.Request, slot.Order, wallet.AccountKey.Sign(order)).Write(ref response);
        return StatusWord.Success;
    }

    /// <summary>
    /// The next number for what has none, before anything is signed: no number is given twice, and none is left out (rule R27).
    /// </summary>
    private static void Number(WalletApplet wallet, CoinSlot slot)
    {
        if (slot.Order != 0)
        {
            return;
        }

        uint number = wallet.CardHolder.Orders + 1;
        using var transaction = wallet.Begin();
        wallet.CardHolder.Orders = number;
        slot.Order = number;
        transaction.Commit();
    }
}
