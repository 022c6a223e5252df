namespace HierCash.Card.Wallet;

/// <summary>READ LOG: one payment that the card remembers. Page: read-log.md.</summary>
internal static class ReadLogInstruction
{
    public static StatusWord Run(WalletApplet wallet, in ReadLogCommand command, ref BerTlvWriter response)
    {
        var status = wallet.RequireEntry(command.Index);
        if (status.IsSuccess)
        {
            wallet.Log[command.Index].Reply.Write(ref response);
        }

        return status;
    }
}
