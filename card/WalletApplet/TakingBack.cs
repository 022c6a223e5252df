namespace HierCash.Card.Wallet;

/// <summary>Gives x back what a payment took, once (claim 8, holes 2 and 4). Who may ask for it, the instructions say.</summary>
internal static class TakingBack
{
    /// <summary>By the log, or by the coin's ring where the log has forgotten it (rule R24).</summary>
    public static bool IsDone(CoinSlot slot, in SignedPayment payment, LogSlot? log)
    {
        bool ring = slot.IsTakenBack(payment.Seq);
        return log is { } entry ? entry.State == LogState.Restored : ring;
    }

    /// <summary>Restores x and keeps the proof, in one transaction.</summary>
    /// <param name="keep">Writes the proof into the log entry.</param>
    public static StatusWord Restore(WalletApplet wallet, CoinSlot slot, in SignedPayment payment, LogSlot? log, Action<LogSlot> keep)
    {
        // Of a coin that is closed nothing comes back here: the holder's account gets it. What speaks for the holder is kept.
        bool isEnded = slot.State == SlotState.Ended;
        var restored = isEnded ? Amount.Zero : slot.Balance + payment.Paid;
        if (restored > slot.FaceValue)
        {
            // x never exceeds X; a card that gets here has a fault and must not make money of it.
            return StatusWord.InternalError;
        }

        if ((log ?? wallet.Log.FindRoom()) is not { } entry)
        {
            return WalletStatus.LogFull;
        }

        using var transaction = wallet.Begin();
        if (log is null)
        {
            // Rule R24: the proof that it was taken back stays until the wallet has a copy. It is no newest payment: order 0 is older than
            // all.
            entry.Write(slot.Index, payment, payment.Paid, order: 0);
        }

        keep(entry);
        slot.SetTakenBack(payment.Seq);
        if (!isEnded)
        {
            slot.SetBalance(restored);
        }

        transaction.Commit();
        return StatusWord.Success;
    }
}
