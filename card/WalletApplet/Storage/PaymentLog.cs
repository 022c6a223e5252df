using System.Collections;

namespace HierCash.Card.Wallet;

/// <summary>The payments that the card remembers.</summary>
internal sealed class PaymentLog(PersistentBytes bytes) : IEnumerable<LogSlot>
{
    /// <summary>Bytes of persistent memory.</summary>
    public const int Size = WalletApplet.LogSize * LogSlot.Size;

    public LogSlot this[byte index] => new(bytes.Slice(index * LogSlot.Size, LogSlot.Size));

    /// <summary>The order of the entry that is written next: newer than all.</summary>
    public uint NextOrder => this.Max(e => e.State == LogState.Free ? 0 : e.Order) + 1;

    /// <summary>
    /// Index of the newest payment to a till, <see cref="PrivateStatus.NoEntry"/> where there is none: nobody repeats a CLOSE, whose slot
    /// answers with its bytes.
    /// </summary>
    public byte Newest
    {
        get
        {
            byte newest = PrivateStatus.NoEntry;
            for (byte i = 0; i < WalletApplet.LogSize; i++)
            {
                if (this[i] is { State: not LogState.Free, Seq: not CashPayment.CloseSeq } entry
                    && (newest == PrivateStatus.NoEntry || entry.Order > this[newest].Order))
                {
                    newest = i;
                }
            }

            return newest;
        }
    }

    /// <summary>A free log entry, or the oldest that the wallet has a copy of.</summary>
    public LogSlot? FindRoom()
    {
        LogSlot? oldest = null;
        foreach (var entry in this)
        {
            if (entry.State == LogState.Free)
            {
                return entry;
            }

            bool copied = entry.IsAcknowledged;
            bool older = oldest is not { } o || entry.Order < o.Order;
            if (copied && older)
            {
                oldest = entry;
            }
        }

        return oldest;
    }

    public IEnumerator<LogSlot> GetEnumerator()
    {
        for (byte i = 0; i < WalletApplet.LogSize; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
