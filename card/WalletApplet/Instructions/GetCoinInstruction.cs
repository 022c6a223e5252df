namespace HierCash.Card.Wallet;

/// <summary>GET COIN: what is in a slot. Page: get-coin.md.</summary>
internal static class GetCoinInstruction
{
    public static StatusWord Run(WalletApplet wallet, in GetCoinCommand command, ref BerTlvWriter response)
    {
        if (wallet.FindSlot(command.Slot) is not { } slot)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        var reply = slot.State switch
        {
            SlotState.Free => new CoinReply(SlotState.Free, null, null, 0, 0),
            SlotState.Pending => new CoinReply(
                SlotState.Pending, new PendingWithdrawal(slot.FaceValue, slot.Currency, slot.EncryptionKey), null, 0, slot.Order),
            _ => new CoinReply(slot.State, null, new CashReply(slot.Coin, slot.Balance), slot.Seq, slot.Order),
        };
        reply.Write(ref response);
        return StatusWord.Success;
    }
}
