using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Wallet;

using HierCash.Card.Runtime;

/// <summary>CONFIRM, VOID, RESTORE and SHOW PAYMENT: OK, NG (EP 0810563, payment steps 4 and 5), and the issuer's dead statement. Pages of the same names.</summary>
internal static class ReceiptInstructions
{
    public static StatusWord Confirm(WalletApplet wallet, in ConfirmCommand command, ref BerTlvWriter response)
    {
        var status = FindInLog(wallet, command.Coin, command.Seq, out var entry, out _);
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

    /// <summary>SHOW PAYMENT: a kept payment that the log has forgotten, for the VOID or RESTORE that follows (rule R24). Page: show-payment.md.</summary>
    public static StatusWord Show(WalletApplet wallet, in ShowPaymentCommand command, ref BerTlvWriter response)
    {
        wallet.Shown = null;
        var status = FindCoin(wallet, command.Coin, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        if (FindInLog(wallet, command.Coin, command.Seq, out _, out _).IsSuccess)
        {
            return StatusWord.Success;
        }

        bool inRing = slot.IsInRing(command.Seq);
        Switches.On("R24 window", ref inRing);
        if (!inRing)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        wallet.Meter.Charge(CardOperation.Hash);
        var shown = new SignedPayment(command.Seq, command.Balance, command.Time, command.Till, command.Paid, command.SU);
        bool its = command.Paid <= command.Balance && wallet.Suite.Verify(wallet.Key(slot).PublicKey, shown.Message(slot.Coin), command.SU);
        Switches.On("R24 signed", ref its);
        if (!its)
        {
            return WalletStatus.InvalidSignature;
        }

        wallet.Shown = (slot.Index, shown);
        return StatusWord.Success;
    }

    /// <summary>Restores x only on the signature of the till that was paid, once (hole 2). seq stays where it is (hole 24).</summary>
    public static StatusWord Void(WalletApplet wallet, in VoidCommand command, ref BerTlvWriter response)
    {
        var status = FindSigned(wallet, command.Coin, command.Seq, out var payment, out var log, out var slot);
        if (!status.IsSuccess)
        {
            return status;
        }

        bool signed = PublicKey.TryDecode(command.TillKey) is { } till && Derivations.W(till) == payment.Till
            && wallet.Suite.Verify(till, SignedMessage.Void(payment.Id(slot.Coin), payment.Till), command.SW);
        Switches.On("variant NG", ref signed);
        if (!signed)
        {
            return WalletStatus.InvalidSignature;
        }

        bool before = IsTakenBack(slot, payment, log);
        Switches.Off("hole 2 once", ref before);
        if (before)
        {
            return StatusWord.Success;
        }

        var sw = command.SW;
        var tillKey = command.TillKey;
        return Restore(wallet, slot, payment, log, e => e.KeepVoid(sw, tillKey));
    }

    /// <summary>Restores x on the issuer's dead statement, once (hole 4).</summary>
    public static StatusWord Restore(WalletApplet wallet, in RestoreCommand command, ref BerTlvWriter response)
    {
        var statement = command.Statement;
        var status = FindSigned(wallet, statement.Coin, statement.Seq, out var payment, out var log, out var slot);
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

        bool its = payment.Id(coin) == statement.Payment && payment.Paid == statement.Y && keys.Any(k => statement.Verify(wallet.Suite, k.Key));
        Switches.On("hole 4 card", ref its);
        if (!its)
        {
            return WalletStatus.InvalidSignature;
        }

        bool before = IsTakenBack(slot, payment, log);
        Switches.Off("hole 4 once", ref before);
        return before ? StatusWord.Success : Restore(wallet, slot, payment, log, e => e.KeepDeath(statement));
    }

    /// <summary>By the log, or by the coin's ring where the log has forgotten it (rule R24).</summary>
    private static bool IsTakenBack(CoinSlot slot, in SignedPayment payment, LogSlot? log)
    {
        bool ring = slot.IsTakenBack(payment.Seq);
        Switches.Off("R24 ring", ref ring);
        return log is { } entry ? entry.State == LogState.Restored : ring;
    }

    private static StatusWord Restore(WalletApplet wallet, CoinSlot slot, in SignedPayment payment, LogSlot? log, Action<LogSlot> keep)
    {
        // Of a coin that is closed nothing comes back here: the holder's account gets it. What speaks for the holder is kept.
        bool isEnded = slot.State == SlotState.Ended;
        Switches.Off("R24 ended", ref isEnded);
        var restored = isEnded ? Amount.Zero : slot.Balance + payment.Paid;
        if (restored > slot.FaceValue)
        {
            // x never exceeds X; a card that gets here has a fault and must not make money of it.
            return StatusWord.InternalError;
        }

        if ((log ?? PayInstruction.FindLogRoom(wallet)) is not { } entry)
        {
            return WalletStatus.LogFull;
        }

        using var transaction = wallet.Begin();
        if (log is null)
        {
            // Rule R24: the proof that it was taken back stays until the wallet has a copy. It is no newest payment: order 0 is older than all.
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

    /// <summary>A payment that this card signed: of the log, else the one that was shown.</summary>
    private static StatusWord FindSigned(WalletApplet wallet, CoinId coin, ushort seq, out SignedPayment payment, out LogSlot? log, out CoinSlot slot)
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

    private static StatusWord FindInLog(WalletApplet wallet, CoinId coin, ushort seq, out LogSlot found, out CoinSlot slot)
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

        return StatusWord.ReferencedDataNotFound;
    }

    private static StatusWord FindCoin(WalletApplet wallet, CoinId coin, out CoinSlot found)
    {
        found = default;
        var activated = wallet.RequireActivated();
        if (!activated.IsSuccess)
        {
            return activated;
        }

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
