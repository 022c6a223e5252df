using System.Reflection;
using System.Runtime.InteropServices;

namespace HierCash.Card.Readers.Pcsc;

/// <summary>
/// The C interface of PC/SC: libpcsclite on Linux, winscard on Windows, PCSC.framework on macOS. DWORD, LONG and handles are 64 bits wide
/// in the first and mostly 32 in the others; declared as native integers and set to zero before each call they fit all three, because a
/// narrower value takes the lower half of its register or of its little-endian cell.
/// </summary>
internal static partial class PcscNative
{
    private const string Library = "pcsc";

    static PcscNative() => NativeLibrary.SetDllImportResolver(typeof(PcscNative).Assembly, Resolve);

    /// <summary>True where DWORD has four bytes.</summary>
    public static bool IsNarrow => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() || nint.Size == 4;

    [LibraryImport(Library, EntryPoint = "SCardEstablishContext")]
    public static partial nint EstablishContext(nuint scope, nint reserved1, nint reserved2, ref nint context);

    [LibraryImport(Library, EntryPoint = "SCardReleaseContext")]
    public static partial nint ReleaseContext(nint context);

    [LibraryImport(Library, EntryPoint = "SCardCancel")]
    public static partial nint Cancel(nint context);

    public static nint ListReaders(nint context, byte[]? names, ref nuint length) =>
        OperatingSystem.IsWindows() ? ListReadersA(context, 0, names, ref length) : ListReadersU(context, 0, names, ref length);

    public static nint Connect(nint context, string reader, nuint share, nuint protocols, ref nint card, ref nuint protocol) =>
        OperatingSystem.IsWindows()
            ? ConnectA(context, reader, share, protocols, ref card, ref protocol)
            : ConnectU(context, reader, share, protocols, ref card, ref protocol);

    public static nint GetStatusChange(nint context, nuint milliseconds, Span<byte> states, nuint count) => OperatingSystem.IsWindows()
        ? GetStatusChangeA(context, milliseconds, states, count) : GetStatusChangeU(context, milliseconds, states, count);

    [LibraryImport(Library, EntryPoint = "SCardReconnect")]
    public static partial nint Reconnect(nint card, nuint share, nuint protocols, nuint initialization, ref nuint protocol);

    [LibraryImport(Library, EntryPoint = "SCardDisconnect")]
    public static partial nint Disconnect(nint card, nuint disposition);

    [LibraryImport(Library, EntryPoint = "SCardBeginTransaction")]
    public static partial nint BeginTransaction(nint card);

    /// <summary>SCardStatus, of which only the ATR is wanted.</summary>
    public static nint Status(nint card, Span<byte> atr, ref nuint length)
    {
        nuint name = 0;
        nuint state = 0;
        nuint protocol = 0;
        return OperatingSystem.IsWindows()
            ? StatusA(card, 0, ref name, ref state, ref protocol, atr, ref length)
            : StatusU(card, 0, ref name, ref state, ref protocol, atr, ref length);
    }

    [LibraryImport(Library, EntryPoint = "SCardTransmit")]
    public static partial nint Transmit(
        nint card, ReadOnlySpan<byte> sendPci, ReadOnlySpan<byte> command, nuint length, nint receivePci,
        Span<byte> response, ref nuint received);

    [LibraryImport(Library, EntryPoint = "SCardListReaders")]
    private static partial nint ListReadersU(nint context, nint groups, [In, Out] byte[]? names, ref nuint length);

    [LibraryImport(Library, EntryPoint = "SCardListReadersA")]
    private static partial nint ListReadersA(nint context, nint groups, [In, Out] byte[]? names, ref nuint length);

    [LibraryImport(Library, EntryPoint = "SCardConnect", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ConnectU(nint context, string reader, nuint share, nuint protocols, ref nint card, ref nuint protocol);

    [LibraryImport(Library, EntryPoint = "SCardConnectA", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ConnectA(nint context, string reader, nuint share, nuint protocols, ref nint card, ref nuint protocol);

    [LibraryImport(Library, EntryPoint = "SCardGetStatusChange")]
    private static partial nint GetStatusChangeU(nint context, nuint milliseconds, Span<byte> states, nuint count);

    [LibraryImport(Library, EntryPoint = "SCardGetStatusChangeA")]
    private static partial nint GetStatusChangeA(nint context, nuint milliseconds, Span<byte> states, nuint count);

    [LibraryImport(Library, EntryPoint = "SCardStatus")]
    private static partial nint StatusU(
        nint card, nint name, ref nuint nameLength, ref nuint state, ref nuint protocol, Span<byte> atr, ref nuint atrLength);

    [LibraryImport(Library, EntryPoint = "SCardStatusA")]
    private static partial nint StatusA(
        nint card, nint name, ref nuint nameLength, ref nuint state, ref nuint protocol, Span<byte> atr, ref nuint atrLength);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        string file = OperatingSystem.IsWindows() ? "winscard.dll"
            : OperatingSystem.IsMacOS() ? "/System/Library/Frameworks/PCSC.framework/PCSC" : "libpcsclite.so.1";
        return name == Library ? NativeLibrary.Load(file) : 0;
    }
}
