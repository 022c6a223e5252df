namespace HierCash.Card.Wallet;

/// <summary>GET CASH: shows the coin that would pay (EP 0810563, payment step 1). Page: get-cash.md.</summary>
internal static class GetCashInstruction
{
    public static StatusWord Run(WalletApplet wallet, in GetCashCommand command, ref BerTlvWriter response)
    {
        // Also where this one is refused.
        wallet.Offered = null;
        var status = CoinSelection.Choose(wallet, command.Amount, command.Currency, command.Time, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        wallet.Offered = slot.Index;
        new CashReply(slot.Coin, slot.Balance).Write(ref response);
        return StatusWord.Success;
    }
}
