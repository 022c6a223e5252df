namespace HierCash.Card.Wallet;

/// <summary>GET STATUS: the state of the card, and to its holder more. Page: get-status.md.</summary>
internal static class GetStatusInstruction
{
    public static StatusWord Run(WalletApplet wallet, in GetStatusCommand command, ref BerTlvWriter response)
    {
        var holder = wallet.CardHolder;
        var more = holder.IsActivated && wallet.HolderPin.IsValidated
            ? new PrivateStatus(
                Digest.Of(holder.RootKeyBytes), holder.User, holder.Bank, holder.Currency, holder.NoPinLimit, holder.NoPinSpent,
                holder.NoPinCount, WalletApplet.SlotCount, WalletApplet.LogSize, wallet.Log.Newest) : null;
        new StatusReply(
            holder.State, SelectReply.CurrentVersion, (byte)wallet.PaymentPin.TriesRemaining, (byte)wallet.HolderPin.TriesRemaining,
            (byte)wallet.Puk.TriesRemaining, more).Write(ref response);
        return StatusWord.Success;
    }
}
