namespace HierCash.Card.Wallet;

/// <summary>
/// RENOUNCE ORDER: the account key signs that an order cannot be shown any more; only where the card cannot (rule R27). Page:
/// renounce-order.md.
/// </summary>
internal static class RenounceOrderInstruction
{
    public static StatusWord Run(WalletApplet wallet, in RenounceOrderCommand command, ref BerTlvWriter response)
    {
        uint number = command.Number;
        if (number == 0 || number > wallet.CardHolder.Orders)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        if (wallet.Slots.Any(s => s.Order == number))
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        wallet.Meter.Charge(CardOperation.Hash); // U
        var message = SignedMessage.Renunciation(wallet.CardHolder.User, wallet.CardHolder.Bank, number, command.Date);
        new SignatureReply(wallet.AccountKey.Sign(message)).Write(ref response);
        return StatusWord.Success;
    }
}
