using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using PCSC.Exceptions;

namespace PCSC;

internal sealed class SCardContext : ISCardContext
{
    private const int StateSize = 80;
    private const int CurrentAt = 16;
    private const int EventAt = 24;
    private IntPtr _context;

    public SCardContext(SCardScope scope) => PcscLite.Code(PcscLite.EstablishContext((nint)scope, 0, 0, ref _context)).ThrowIfNotSuccess();

    ~SCardContext() => Release();

    public string[] GetReaders()
    {
        nint length = 0;
        var error = PcscLite.Code(PcscLite.ListReaders(Valid(), 0, null, ref length));
        var names = new byte[error == SCardError.Success ? (int)length : 0];
        error = error == SCardError.Success ? PcscLite.Code(PcscLite.ListReaders(_context, 0, names, ref length)) : error;
        if (error == SCardError.NoReadersAvailable)
        {
            return [];
        }

        error.ThrowIfNotSuccess();
        return Encoding.UTF8.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>As the package: the code is a result here, no exception.</summary>
    public SCardError GetStatusChange(IntPtr timeout, SCardReaderState[] readerStates)
    {
        var cells = new byte[StateSize * readerStates.Length];
        var names = readerStates.Select(s => Marshal.StringToCoTaskMemUTF8(s.ReaderName)).ToArray();
        try
        {
            for (int i = 0; i < names.Length; i++)
            {
                var cell = cells.AsSpan(StateSize * i);
                BinaryPrimitives.WriteInt64LittleEndian(cell, names[i]);
                BinaryPrimitives.WriteInt64LittleEndian(cell[CurrentAt..], readerStates[i].CurrentStateValue);
            }

            var error = PcscLite.Code(PcscLite.GetStatusChange(Valid(), timeout, cells, names.Length));
            for (int i = 0; i < names.Length && error == SCardError.Success; i++)
            {
                readerStates[i].EventStateValue = (nint)BinaryPrimitives.ReadInt64LittleEndian(cells.AsSpan((StateSize * i) + EventAt));
            }

            return error;
        }
        finally
        {
            Array.ForEach(names, Marshal.FreeCoTaskMem);
        }
    }

    public SCardError Cancel() => PcscLite.Code(PcscLite.Cancel(Valid()));

    public ICardReader ConnectReader(string readerName, SCardShareMode mode, SCardProtocol preferredProtocol)
    {
        nint card = 0;
        nint protocol = 0;
        PcscLite.Code(PcscLite.Connect(Valid(), readerName, (nint)mode, (nint)preferredProtocol, ref card, ref protocol))
            .ThrowIfNotSuccess();
        return new CardReader(new CardHandle(card, (SCardProtocol)protocol));
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// As the package: only a context that is none is passed over in silence; a service that is gone throws, from Dispose and from the
    /// finaliser.
    /// </summary>
    private void Release()
    {
        if (_context == 0)
        {
            return;
        }

        try
        {
            PcscLite.Code(PcscLite.ReleaseContext(_context)).ThrowIfNotSuccess();
            _context = 0;
        }
        catch (InvalidContextException)
        {
            // As the package.
        }
    }

    /// <summary>As the package: what is done with a context after its end throws.</summary>
    private IntPtr Valid() => _context != 0 ? _context : throw new InvalidContextException(SCardError.InvalidHandle);
}
