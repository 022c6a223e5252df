namespace HierCash.Card.Wallet;

/// <summary>Finds what this card signed, for the commands that name a coin and a seq.</summary>
internal static class SignedPayments
{
    /// <summary>A payment that this card signed: of the log, else the one that was shown.</summary>
    public static StatusWord Find(
        WalletApplet wallet, CoinId coin, ushort seq, out SignedPayment payment, out LogSlot? log, out CoinSlot slot)
    {
        var status = FindInLog(wallet, coin, seq, out var entry, out slot);
        if (status.IsSuccess)
        {
            (payment, log) = (entry.Payment, entry);
            return status;
        }

        (payment, log) = (default, null);
        if (status == StatusWord.ReferencedDataNotFound && wallet.Shown is { } shown && shown.Payment.Seq == seq
            && FindCoin(wallet, coin, out slot).IsSuccess && slot.Index == shown.Slot && slot.IsInRing(seq))
        {
            payment = shown.Payment;
            return StatusWord.Success;
        }

        return status;
    }

    /// <summary>A payment of the log, and the slot of its coin.</summary>
    public static StatusWord FindInLog(WalletApplet wallet, CoinId coin, ushort seq, out LogSlot found, out CoinSlot slot)
    {
        found = default;
        slot = default;
        // A coin id, with n, and of what is found the payment id with e.
        wallet.Meter.Charge(CardOperation.Hash, 4);
        foreach (var entry in wallet.Log)
        {
            if (entry.State != LogState.Free && entry.Seq == seq && wallet.Slot(entry.Coin).Coin.Id == coin)
            {
                found = entry;
                slot = wallet.Slot(entry.Coin);
                return StatusWord.Success;
            }
        }

        return StatusWord.ReferencedDataNotFound;
    }

    /// <summary>A coin that pays or has paid, by its id.</summary>
    public static StatusWord FindCoin(WalletApplet wallet, CoinId coin, out CoinSlot found)
    {
        found = default;
        wallet.Meter.Charge(CardOperation.Hash, 2); // a coin id, with n
        foreach (var slot in wallet.Slots)
        {
            if (slot.State is SlotState.Active or SlotState.Closed && slot.Coin.Id == coin)
            {
                found = slot;
                return StatusWord.Success;
            }
        }

        return StatusWord.ReferencedDataNotFound;
    }
}
