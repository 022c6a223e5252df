namespace HierCash.Card.Wallet;

/// <summary>
/// VOID: restores x only on the signature of the till that was paid, once (hole 2; EP 0810563, payment step 5). seq stays where it is (hole
/// 24). Page: void.md.
/// </summary>
internal static class VoidInstruction
{
    public static StatusWord Run(WalletApplet wallet, in VoidCommand command, ref BerTlvWriter response)
    {
        var status = SignedPayments.Find(wallet, command.Coin, command.Seq, out var payment, out var log, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        bool signed = PublicKey.TryDecode(command.TillKey) is { } till && Derivations.W(till) == payment.Till
            && wallet.Suite.Verify(till, SignedMessage.Void(payment.Id(slot.Coin), payment.Till), command.SW);
        if (!signed)
        {
            return WalletStatus.InvalidSignature;
        }

        if (TakingBack.IsDone(slot, payment, log))
        {
            return StatusWord.Success;
        }

        var sw = command.SW;
        var tillKey = command.TillKey;
        return TakingBack.Restore(wallet, slot, payment, log, e => e.KeepVoid(sw, tillKey));
    }
}
