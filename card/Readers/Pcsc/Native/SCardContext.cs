using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace HierCash.Card.Readers.Pcsc;

/// <summary>
/// A connection to the PC/SC service, over our own binding. Its twin in PcscSharp does the same over the package PCSC; a build has one of
/// them. Names and shapes are those of PCSC-sharp's ISCardContext and ICardReader.
/// </summary>
internal sealed class SCardContext : IDisposable
{
    private const int ScopeSystem = 2;
    internal const nuint ShareShared = 2;
    internal const nuint AnyProtocol = (nuint)(SCardProtocol.T0 | SCardProtocol.T1);
    private nint _context;

    /// <exception cref="SCardException">There is no PC/SC on this machine, or it does not run.</exception>
    public SCardContext()
    {
        try
        {
            Check(OfService(PcscNative.EstablishContext(ScopeSystem, 0, 0, ref _context)), true);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new SCardException(SCardError.NoService, e);
        }
    }

    /// <summary>Names of all readers; empty if there are none.</summary>
    public IReadOnlyList<string> GetReaders()
    {
        nuint length = 0;
        var result = OfService(PcscNative.ListReaders(_context, null, ref length));
        if (result == SCardError.NoReadersAvailable || (result == SCardError.Success && length <= 1))
        {
            return [];
        }

        Check(result, true);
        var names = new byte[(int)length];
        result = OfService(PcscNative.ListReaders(_context, names, ref length));

        // One came or went between the two calls: the caller looks again later anyway.
        return result is SCardError.NoReadersAvailable or SCardError.InsufficientBuffer
            ? []
            : Check(result, Encoding.UTF8.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Waits until a reader is no longer in its <see cref="SCardReaderState.CurrentState"/>.</summary>
    /// <returns>False if nothing changed in time.</returns>
    /// <exception cref="SCardException">Cancelled, or the service is gone.</exception>
    public bool GetStatusChange(TimeSpan timeout, IReadOnlyList<SCardReaderState> states)
    {
        var layout = Layout.Here;
        var buffer = new byte[layout.Size * states.Count];
        var names = new nint[states.Count];
        try
        {
            for (int i = 0; i < states.Count; i++)
            {
                var cell = buffer.AsSpan(layout.Size * i);
                names[i] = Marshal.StringToCoTaskMemUTF8(states[i].ReaderName);
                MemoryMarshal.Write(cell, names[i]);
                BinaryPrimitives.WriteUInt32LittleEndian(cell[layout.Current..], (uint)states[i].CurrentState);
            }

            var result = OfService(PcscNative.GetStatusChange(_context, (nuint)timeout.TotalMilliseconds, buffer, (nuint)states.Count));
            for (int i = 0; i < states.Count; i++)
            {
                states[i].EventState = (SCRState)BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan((layout.Size * i) + layout.Event));
            }

            return result != SCardError.Timeout && Check(result, true);
        }
        finally
        {
            Array.ForEach(names, Marshal.FreeCoTaskMem);
        }
    }

    /// <summary>Ends a <see cref="GetStatusChange"/> on another thread.</summary>
    public void Cancel() => _ = PcscNative.Cancel(_context);

    /// <summary>Connects to the card, shared with other programs, by T=0 or T=1.</summary>
    /// <exception cref="SCardException">No card, no such reader, or another program has it to itself.</exception>
    public SCardReader Connect(string reader)
    {
        nint card = 0;
        nuint protocol = 0;
        Check(PcscNative.Connect(_context, reader, ShareShared, AnyProtocol, ref card, ref protocol));
        return new SCardReader(card, protocol);
    }

    public void Dispose()
    {
        if (_context != 0)
        {
            _ = PcscNative.ReleaseContext(_context);
            _context = 0;
        }
    }

    internal static void Check(nint result) => Check(Code(result), true);

    /// <summary>The lower half is the code; what a narrower LONG leaves in the upper one means nothing.</summary>
    private static SCardError Code(nint result) => unchecked((SCardError)(uint)result);

    private static SCardError OfService(nint result) => SCardException.OfService(Code(result));

    private static T Check<T>(SCardError error, T value) => error == SCardError.Success ? value : throw new SCardException(error);

    /// <summary>SCARD_READERSTATE: name, user data, current state, event state, ATR length, ATR. macOS packs it.</summary>
    private readonly record struct Layout(int Size, int Current, int Event)
    {
        private const int TwoPointers = 16;

        public static Layout Here => OperatingSystem.IsMacOS() ? new Layout(TwoPointers + 12 + 33, TwoPointers, TwoPointers + 4)
            : OperatingSystem.IsWindows() ? new Layout((2 * nint.Size) + 12 + 36, 2 * nint.Size, (2 * nint.Size) + 4)
            : new Layout((5 * nint.Size) + (33 + nint.Size - 1) / nint.Size * nint.Size, 2 * nint.Size, 3 * nint.Size);
    }
}
