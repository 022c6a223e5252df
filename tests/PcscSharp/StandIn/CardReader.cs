using System.Buffers.Binary;

namespace PCSC;

internal sealed class CardHandle(IntPtr handle, SCardProtocol protocol) : ICardHandle
{
    private bool _disposed;

    public IntPtr Handle { get; private set; } = handle;

    public SCardProtocol Protocol { get; set; } = protocol;

    /// <summary>As the package: throws once it is disposed of, and where there is no connection any more.</summary>
    public void Disconnect(SCardReaderDisposition disconnectExecution)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Handle == 0)
        {
            throw new InvalidOperationException("There is no connection to a card.");
        }

        PcscLite.Code(PcscLite.Disconnect(Handle, (nint)disconnectExecution)).ThrowIfNotSuccess();
        Handle = 0;
        Protocol = SCardProtocol.Unset;
    }

    public void Dispose()
    {
        if (!_disposed && Handle != 0)
        {
            _ = PcscLite.Disconnect(Handle, (nint)SCardReaderDisposition.Leave);
        }

        _disposed = true;
    }
}

internal sealed class CardReader(CardHandle card) : ICardReader
{
    private const int LongestAtr = 33;
    private const int PciSize = 16;

    public ICardHandle CardHandle => card;

    public SCardProtocol Protocol => card.Protocol;

    public ReaderStatus GetStatus()
    {
        var atr = new byte[LongestAtr];
        nint name = 0;
        nint state = 0;
        nint protocol = 0;
        nint length = LongestAtr;
        PcscLite.Code(PcscLite.Status(card.Handle, 0, ref name, ref state, ref protocol, atr, ref length)).ThrowIfNotSuccess();
        return new ReaderStatus(atr[..(int)length]);
    }

    /// <summary>
    /// As the package: to dispose of the result ends the transaction on the handle as it was, and throws where that fails.
    /// </summary>
    public IDisposable Transaction(SCardReaderDisposition disposition)
    {
        PcscLite.Code(PcscLite.BeginTransaction(card.Handle)).ThrowIfNotSuccess();
        return new Ending(card.Handle, disposition);
    }

    public void Reconnect(SCardShareMode mode, SCardProtocol preferredProtocol, SCardReaderDisposition initialExecution)
    {
        nint protocol = 0;
        PcscLite.Code(PcscLite.Reconnect(card.Handle, (nint)mode, (nint)preferredProtocol, (nint)initialExecution, ref protocol))
            .ThrowIfNotSuccess();
        card.Protocol = (SCardProtocol)protocol;
    }

    public int Transmit(byte[] sendBuffer, byte[] receiveBuffer)
    {
        var pci = new byte[PciSize];
        BinaryPrimitives.WriteInt64LittleEndian(pci, (long)card.Protocol);
        BinaryPrimitives.WriteInt64LittleEndian(pci.AsSpan(8), PciSize);
        nint received = receiveBuffer.Length;
        PcscLite.Code(PcscLite.Transmit(card.Handle, pci, sendBuffer, sendBuffer.Length, 0, receiveBuffer, ref received))
            .ThrowIfNotSuccess();
        return (int)received;
    }

    public void Dispose() => card.Dispose();

    private sealed class Ending(IntPtr handle, SCardReaderDisposition disposition) : IDisposable
    {
        private bool _ended;

        public void Dispose()
        {
            if (!_ended)
            {
                _ended = true;
                PcscLite.Code(PcscLite.EndTransaction(handle, (nint)disposition)).ThrowIfNotSuccess();
            }
        }
    }
}
