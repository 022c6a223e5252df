namespace HierCash.Card.Wallet;

/// <summary>RESTORE: restores x on the issuer's dead statement, once (hole 4). Page: restore.md.</summary>
internal static class RestoreInstruction
{
    public static StatusWord Run(WalletApplet wallet, in RestoreCommand command, ref BerTlvWriter response)
    {
        var statement = command.Statement;
        var status = SignedPayments.Find(wallet, statement.Coin, statement.Seq, out var payment, out var log, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        // Only the issuer of the coin can say that it will not settle.
        var coin = slot.Coin;
        var keys = wallet.Keys.All(KeyUsage.IssuerStatement).Where(k => k.Holder == statement.Issuer).ToList();
        if (coin.Terms.Issuer != statement.Issuer || keys.Count == 0)
        {
            return WalletStatus.KeyUnknown;
        }

        bool its = payment.Id(coin) == statement.Payment && payment.Paid == statement.Y
            && keys.Any(k => statement.Verify(wallet.Suite, k.Key));
        if (!its)
        {
            return WalletStatus.InvalidSignature;
        }

        bool before = TakingBack.IsDone(slot, payment, log);
        return before ? StatusWord.Success : TakingBack.Restore(wallet, slot, payment, log, e => e.KeepDeath(statement));
    }
}
