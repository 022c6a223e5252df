using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Wallet;

/// <summary>CONFIRM and VOID: the shop's OK and NG (EP 0810563, payment steps 4 and 5). Pages: confirm.md, void.md.</summary>
internal static class ReceiptInstructions
{
    public static StatusWord Confirm(WalletApplet wallet, in ConfirmCommand command, ref BerTlvWriter response)
    {
        var status = Find(wallet, command.Coin, command.Seq, out var entry, out _);
        if (status.IsSuccess)
        {
            entry.Confirm();
        }

        return status;
    }

    /// <summary>Restores x only on the signature of the till that was paid, once (hole 2). seq stays where it is (hole 24).</summary>
    public static StatusWord Void(WalletApplet wallet, in VoidCommand command, ref BerTlvWriter response)
    {
        var status = Find(wallet, command.Coin, command.Seq, out var entry, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        if (PublicKey.TryDecode(command.TillKey) is not { } till || OneWay.W(till) != entry.Till
            || !wallet.Suite.Verify(till, SignedMessage.Void(entry.Id(slot.Coin), entry.Till), command.SW))
        {
            return StatusWord.InvalidSignature;
        }

        if (entry.State == LogState.Restored)
        {
            return StatusWord.Success;
        }

        var restored = slot.Balance + entry.Paid;
        if (restored > slot.FaceValue)
        {
            // x never exceeds X; a card that gets here has a fault and must not make money of it.
            return StatusWord.InternalError;
        }

        using var transaction = wallet.Begin();
        entry.Restore(command.SW, command.TillKey);
        slot.SetBalance(restored);
        transaction.Commit();
        return StatusWord.Success;
    }

    private static StatusWord Find(WalletApplet wallet, CoinId coin, ushort seq, out LogSlot found, out CoinSlot slot)
    {
        found = default;
        slot = default;
        if (!wallet.Profile.IsPersonalised)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        foreach (var entry in wallet.Log)
        {
            if (entry.State != LogState.Free && entry.Seq == seq && wallet.Slot(entry.Coin).Coin.Id == coin)
            {
                found = entry;
                slot = wallet.Slot(entry.Coin);
                return StatusWord.Success;
            }
        }

        return StatusWord.NotFound;
    }
}
