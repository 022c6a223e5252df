namespace HierCash.Card.Wallet;

/// <summary>CONFIRM: the till's OK (EP 0810563, payment step 4). Page: confirm.md.</summary>
internal static class ConfirmInstruction
{
    public static StatusWord Run(WalletApplet wallet, in ConfirmCommand command, ref BerTlvWriter response)
    {
        var status = SignedPayments.FindInLog(wallet, command.Coin, command.Seq, out var entry, out _);
        if (!status.IsSuccess)
        {
            return status;
        }

        // Of a redemption the mark says that the issuer has answered, and its wallet asks no more: whoever has the card in a reader does
        // not say that.
        var allowed = entry.Till == wallet.RedemptionTill ? wallet.RequireReader() : status;
        if (allowed.IsSuccess)
        {
            entry.Confirm();
        }

        return allowed;
    }
}
