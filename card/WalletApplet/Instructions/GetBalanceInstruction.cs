namespace HierCash.Card.Wallet;

/// <summary>GET BALANCE: x of all coins together. Page: get-balance.md.</summary>
internal static class GetBalanceInstruction
{
    public static StatusWord Run(WalletApplet wallet, in GetBalanceCommand command, ref BerTlvWriter response)
    {
        var total = Amount.Zero;
        foreach (var slot in wallet.Slots)
        {
            if (slot.State == SlotState.Active)
            {
                total += slot.Balance;
            }
        }

        new BalanceReply(total, wallet.CardHolder.Currency).Write(ref response);
        return StatusWord.Success;
    }
}
