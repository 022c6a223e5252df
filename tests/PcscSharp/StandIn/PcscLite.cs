using System.Runtime.InteropServices;

namespace PCSC;

/// <summary>libpcsclite, whose numbers have eight bytes: this stands in on Linux only, where the tests run.</summary>
internal static partial class PcscLite
{
    private const string Library = "libpcsclite.so.1";

    public static SCardError Code(nint result) => unchecked((SCardError)(int)result);

    [LibraryImport(Library, EntryPoint = "SCardEstablishContext")]
    public static partial nint EstablishContext(nint scope, nint reserved1, nint reserved2, ref nint context);

    [LibraryImport(Library, EntryPoint = "SCardReleaseContext")]
    public static partial nint ReleaseContext(nint context);

    [LibraryImport(Library, EntryPoint = "SCardCancel")]
    public static partial nint Cancel(nint context);

    [LibraryImport(Library, EntryPoint = "SCardListReaders")]
    public static partial nint ListReaders(nint context, nint groups, [In, Out] byte[]? names, ref nint length);

    [LibraryImport(Library, EntryPoint = "SCardConnect", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Connect(nint context, string reader, nint share, nint protocols, ref nint card, ref nint protocol);

    [LibraryImport(Library, EntryPoint = "SCardReconnect")]
    public static partial nint Reconnect(nint card, nint share, nint protocols, nint initialization, ref nint protocol);

    [LibraryImport(Library, EntryPoint = "SCardDisconnect")]
    public static partial nint Disconnect(nint card, nint disposition);

    [LibraryImport(Library, EntryPoint = "SCardBeginTransaction")]
    public static partial nint BeginTransaction(nint card);

    [LibraryImport(Library, EntryPoint = "SCardEndTransaction")]
    public static partial nint EndTransaction(nint card, nint disposition);

    [LibraryImport(Library, EntryPoint = "SCardStatus")]
    public static partial nint Status(nint card, nint name, ref nint nameLength, ref nint state, ref nint protocol, [In, Out] byte[] atr,
        ref nint atrLength);

    [LibraryImport(Library, EntryPoint = "SCardTransmit")]
    public static partial nint Transmit(
        nint card, byte[] sendPci, byte[] command, nint length, nint receivePci, [In, Out] byte[] response, ref nint received);

    [LibraryImport(Library, EntryPoint = "SCardGetStatusChange")]
    public static partial nint GetStatusChange(nint context, nint milliseconds, [In, Out] byte[] states, nint count);
}
