using System.Buffers.Binary;

namespace HierCash.Card.Readers.Pcsc;

/// <summary>A connection to a card.</summary>
internal sealed class SCardReader
{
    private const int LongestAtr = 36;
    private readonly byte[] _pci = new byte[PcscNative.IsNarrow ? 8 : 16];
    private nint _card;
    private nuint _protocol;

    internal SCardReader(nint card, nuint protocol)
    {
        _card = card;
        SetProtocol(protocol);
    }

    public SCardProtocol Protocol => (SCardProtocol)_protocol;

    /// <summary>Answer to reset.</summary>
    public byte[] GetAtr()
    {
        Span<byte> atr = stackalloc byte[LongestAtr];
        nuint length = LongestAtr;
        SCardContext.Check(PcscNative.Status(_card, atr, ref length));
        return atr[..(int)length].ToArray();
    }

    /// <summary>Keeps other programs from the card; waits while one of them does.</summary>
    public void BeginTransaction() => SCardContext.Check(PcscNative.BeginTransaction(_card));

    public void Reconnect(SCardReaderDisposition initialization)
    {
        nuint protocol = 0;
        SCardContext.Check(
            PcscNative.Reconnect(_card, SCardContext.ShareShared, SCardContext.AnyProtocol, (nuint)initialization, ref protocol));
        SetProtocol(protocol);
    }

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
    {
        nuint received = (nuint)response.Length;
        SCardContext.Check(PcscNative.Transmit(_card, _pci, command, (nuint)command.Length, 0, response, ref received));
        return (int)received;
    }

    /// <summary>Lets go of the card, and of the transaction with it.</summary>
    public void Disconnect(SCardReaderDisposition disposition)
    {
        if (_card != 0)
        {
            _ = PcscNative.Disconnect(_card, (nuint)disposition);
            _card = 0;
        }
    }

    /// <summary>SCARD_IO_REQUEST: the protocol, and its own size.</summary>
    private void SetProtocol(nuint protocol)
    {
        _protocol = protocol;
        if (PcscNative.IsNarrow)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_pci, (uint)protocol);
            BinaryPrimitives.WriteUInt32LittleEndian(_pci.AsSpan(4), (uint)_pci.Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_pci, protocol);
            BinaryPrimitives.WriteUInt64LittleEndian(_pci.AsSpan(8), (ulong)_pci.Length);
        }
    }
}
