namespace HierCash.Card.Wallet;

/// <summary>ACKNOWLEDGE LOG: the wallet has a copy, and the entry may be forgotten (rule R13). Page: acknowledge-log.md.</summary>
internal static class AcknowledgeLogInstruction
{
    public static StatusWord Run(WalletApplet wallet, in AcknowledgeLogCommand command, ref BerTlvWriter response)
    {
        var status = wallet.RequireEntry(command.Index);
        if (!status.IsSuccess)
        {
            return status;
        }

        var entry = wallet.Log[command.Index];
        if (entry.State == LogState.Free)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        // Rule R13: only what the wallet has seen as it is now may be forgotten.
        wallet.Meter.Charge(CardOperation.Hash);
        if (entry.Reply.Content != command.Content)
        {
            return WalletStatus.EntryChanged;
        }

        entry.Acknowledge();
        return StatusWord.Success;
    }
}
