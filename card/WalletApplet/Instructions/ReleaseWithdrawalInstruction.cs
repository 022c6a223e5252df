namespace HierCash.Card.Wallet;

/// <summary>RELEASE WITHDRAWAL: frees a slot on the issuer's word that it will never issue (hole 7). Page: release-withdrawal.md.</summary>
internal static class ReleaseWithdrawalInstruction
{
    public static StatusWord Run(WalletApplet wallet, in ReleaseWithdrawalCommand command, ref BerTlvWriter response)
    {
        if (wallet.FindSlot(command.Slot) is not { } slot)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        var statement = command.Statement;
        if (slot.State == SlotState.Free && slot.Request == statement.Request)
        {
            return StatusWord.Success;
        }

        if (slot.State != SlotState.Pending || slot.Request != statement.Request || statement.Bank != wallet.CardHolder.Bank)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        // Only the issuer whom E_I was made for can say that it will never issue.
        var asked = wallet.Keys.Find(KeyUsage.IssuerEncryption, slot.EncryptionKey);
        var keys = wallet.Keys.All(KeyUsage.IssuerStatement).Where(k => k.Holder == statement.Issuer).ToList();
        if (asked?.Holder != statement.Issuer || keys.Count == 0)
        {
            return WalletStatus.KeyUnknown;
        }

        if (!keys.Any(k => statement.Verify(wallet.Suite, k.Key)))
        {
            return WalletStatus.InvalidSignature;
        }

        slot.Free();
        slot.WipeLeftovers();
        wallet.ForgetKey(slot.Index);
        return StatusWord.Success;
    }
}
