namespace HierCash.Card.Wallet;

/// <summary>SET BACK: the bank's word that a card whose PUK is blocked goes back to a new code (rule R12). Page: set-back.md.</summary>
internal static class SetBackInstruction
{
    public static StatusWord Run(WalletApplet wallet, in SetBackCommand command, ref BerTlvWriter response)
    {
        var holder = wallet.CardHolder;
        if (!holder.IsPersonalised)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        if (holder.IsSetBack && holder.Code == command.Code)
        {
            // Its 9000 was lost.
            return StatusWord.Success;
        }

        if (holder.Code == command.Code)
        {
            // Somebody has read that letter. Of those before it the card knows nothing: the bank gives no code twice.
            return WalletStatus.AlreadyDone;
        }

        // Only what nobody can open any more, its holder included.
        bool blocked = holder.IsSetBack || (holder.IsActivated && wallet.Puk.TriesRemaining == 0);
        if (!blocked || wallet.Nonce is not { } nonce)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        wallet.Nonce = null;
        // Of banks PUT CERTIFICATE takes none but the card's own.
        var keys = wallet.Keys.All(KeyUsage.Bank).ToList();
        if (keys.Count == 0)
        {
            return WalletStatus.KeyUnknown;
        }

        wallet.Meter.Charge(CardOperation.Hash); // U
        var message = SignedMessage.SetBack(holder.Bank, nonce, holder.User, command.Code);
        var signature = command.Signature;
        if (!keys.Any(k => wallet.Suite.Verify(k.Key, message, signature)))
        {
            return WalletStatus.InvalidSignature;
        }

        using var transaction = wallet.Begin();
        holder.SetBack(command.Code);
        transaction.Commit();
        return StatusWord.Success;
    }
}
