using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Wallet;

using Runtime;

/// <summary>CONFIRM, VOID and RESTORE: OK, NG (EP 0810563, payment steps 4 and 5), and the issuer's dead statement. Pages: confirm.md, void.md, restore.md.</summary>
internal static class ReceiptInstructions
{
    public static StatusWord Confirm(WalletApplet wallet, in ConfirmCommand command, ref BerTlvWriter response)
    {
        var status = Find(wallet, command.Coin, command.Seq, out var entry, out _);
        if (!status.IsSuccess)
        {
            return status;
        }

        // Of a redemption the mark says that the issuer has answered, and its wallet asks no more: whoever has the card in a reader does not say that.
        bool isRedemption = entry.Till == wallet.RedemptionTill;
        Switches.Off("R11 redemption", ref isRedemption);
        var allowed = isRedemption ? wallet.RequireReader() : status;
        if (allowed.IsSuccess)
        {
            entry.Confirm();
        }

        return allowed;
    }

    /// <summary>Restores x only on the signature of the till that was paid, once (hole 2). seq stays where it is (hole 24).</summary>
    public static StatusWord Void(WalletApplet wallet, in VoidCommand command, ref BerTlvWriter response)
    {
        var status = Find(wallet, command.Coin, command.Seq, out var entry, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        bool signed = PublicKey.TryDecode(command.TillKey) is { } till && OneWay.W(till) == entry.Till
            && wallet.Suite.Verify(till, SignedMessage.Void(entry.Id(slot.Coin), entry.Till), command.SW);
        Switches.On("variant NG", ref signed);
        if (!signed)
        {
            return StatusWord.InvalidSignature;
        }

        bool before = entry.State == LogState.Restored;
        Switches.Off("hole 2 once", ref before);
        if (before)
        {
            return StatusWord.Success;
        }

        var sw = command.SW;
        var tillKey = command.TillKey;
        return Restore(wallet, slot, entry, e => e.KeepVoid(sw, tillKey));
    }

    /// <summary>Restores x on the issuer's dead statement, once (hole 4).</summary>
    public static StatusWord Restore(WalletApplet wallet, in RestoreCommand command, ref BerTlvWriter response)
    {
        var statement = command.Statement;
        var status = Find(wallet, statement.Coin, statement.Seq, out var entry, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        // Only the issuer of the coin can say that it will not settle.
        var coin = slot.Coin;
        var keys = wallet.Keys.All(KeyUsage.IssuerStatement).Where(k => k.Holder == statement.Issuer).ToList();
        if (coin.Terms.Issuer != statement.Issuer || keys.Count == 0)
        {
            return StatusWord.KeyUnknown;
        }

        bool its = entry.Id(coin) == statement.Payment && entry.Paid == statement.Y && keys.Any(k => statement.Verify(wallet.Suite, k.Key));
        Switches.On("hole 4 card", ref its);
        if (!its)
        {
            return StatusWord.InvalidSignature;
        }

        bool before = entry.State == LogState.Restored;
        Switches.Off("hole 4 once", ref before);
        return before ? StatusWord.Success : Restore(wallet, slot, entry, e => e.KeepDeath(statement));
    }

    private static StatusWord Restore(WalletApplet wallet, CoinSlot slot, LogSlot entry, Action<LogSlot> keep)
    {
        var restored = slot.Balance + entry.Paid;
        if (restored > slot.FaceValue)
        {
            // x never exceeds X; a card that gets here has a fault and must not make money of it.
            return StatusWord.InternalError;
        }

        using var transaction = wallet.Begin();
        keep(entry);
        slot.SetBalance(restored);
        transaction.Commit();
        return StatusWord.Success;
    }

    private static StatusWord Find(WalletApplet wallet, CoinId coin, ushort seq, out LogSlot found, out CoinSlot slot)
    {
        found = default;
        slot = default;
        var activated = wallet.RequireActivated();
        if (!activated.IsSuccess)
        {
            return activated;
        }

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

        return StatusWord.NotFound;
    }
}
