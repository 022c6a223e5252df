using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Iso7816;

namespace HierCash.Card.Wallet;

using HierCash.Card.Runtime;

/// <summary>GET STATUS, GET COIN, GET BALANCE, READ LOG, ACKNOWLEDGE LOG. Pages of the same names.</summary>
internal static class ReadInstructions
{
    public static StatusWord GetStatus(WalletApplet wallet, in GetStatusCommand command, ref BerTlvWriter response)
    {
        var profile = wallet.CardHolder;
        var more = profile.IsActivated && wallet.HolderPin.IsValidated
            ? new PrivateStatus(
                Digest.Of(profile.RootKeyBytes), profile.User, profile.Bank, profile.Currency, profile.NoPinLimit, profile.NoPinSpent, profile.NoPinCount,
                WalletApplet.SlotCount, WalletApplet.LogSize, NewestEntry(wallet))
            : null;
        new StatusReply(
            profile.State, SelectReply.CurrentVersion, (byte)wallet.PaymentPin.TriesRemaining, (byte)wallet.HolderPin.TriesRemaining,
            (byte)wallet.Puk.TriesRemaining, more)
            .Write(ref response);
        return StatusWord.Success;
    }

    public static StatusWord GetCoin(WalletApplet wallet, in GetCoinCommand command, ref BerTlvWriter response)
    {
        var status = wallet.RequireReader();
        if (!status.IsSuccess)
        {
            return status;
        }

        if (command.Slot >= WalletApplet.SlotCount)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        var slot = wallet.Slot(command.Slot);
        var reply = slot.State switch
        {
            SlotState.Free => new CoinReply(SlotState.Free, null, null, 0, 0),
            SlotState.Pending => new CoinReply(
                SlotState.Pending, new PendingWithdrawal(slot.FaceValue, slot.Currency, slot.EncryptionKey), null, 0, slot.Order),
            _ => new CoinReply(slot.State, null, new CashReply(slot.Coin, slot.Balance), slot.Seq, slot.Order),
        };
        reply.Write(ref response);
        return StatusWord.Success;
    }

    public static StatusWord GetBalance(WalletApplet wallet, in GetBalanceCommand command, ref BerTlvWriter response)
    {
        var status = wallet.RequireReader();
        if (!status.IsSuccess)
        {
            return status;
        }

        var total = Amount.Zero;
        foreach (var slot in wallet.Slots)
        {
            if (slot.State == SlotState.Active)
            {
                total += slot.Balance;
            }
        }

        new BalanceReply(total, wallet.CardHolder.Currency).Write(ref response);
        return StatusWord.Success;
    }

    public static StatusWord ReadLog(WalletApplet wallet, in ReadLogCommand command, ref BerTlvWriter response)
    {
        var status = RequireEntry(wallet, command.Index);
        if (status.IsSuccess)
        {
            Reply(wallet.LogEntry(command.Index)).Write(ref response);
        }

        return status;
    }

    public static StatusWord AcknowledgeLog(WalletApplet wallet, in AcknowledgeLogCommand command, ref BerTlvWriter response)
    {
        var status = RequireEntry(wallet, command.Index);
        if (!status.IsSuccess)
        {
            return status;
        }

        var entry = wallet.LogEntry(command.Index);
        if (entry.State == LogState.Free)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        // Rule R13: only what the wallet has seen as it is now may be forgotten.
        wallet.Meter.Charge(CardOperation.Hash);
        bool read = Reply(entry).Content == command.Content;
        Switches.On("R13 hash", ref read);
        if (!read)
        {
            return WalletStatus.EntryChanged;
        }

        entry.Acknowledge();
        return StatusWord.Success;
    }

    /// <summary>Of what was paid to tills: nobody repeats a CLOSE, whose slot answers with its bytes.</summary>
    private static byte NewestEntry(WalletApplet wallet)
    {
        byte newest = PrivateStatus.NoEntry;
        for (byte i = 0; i < WalletApplet.LogSize; i++)
        {
            if (wallet.LogEntry(i) is { State: not LogState.Free, Seq: not CashPayment.CloseSeq } entry && (newest == PrivateStatus.NoEntry || entry.Order > wallet.LogEntry(newest).Order))
            {
                newest = i;
            }
        }

        return newest;
    }

    private static LogReply Reply(LogSlot entry) => new(entry.State, entry.State == LogState.Free ? null : entry.ToReply());

    private static StatusWord RequireEntry(WalletApplet wallet, byte index)
    {
        var status = wallet.RequireReader();
        return status.IsSuccess && index >= WalletApplet.LogSize ? StatusWord.ReferencedDataNotFound : status;
    }
}
