namespace HierCash.Card.Readers.Pcsc;

/// <summary>Return codes of PC/SC (PC/SC Workgroup, part 5; the same numbers in pcsclite.h and winscard.h).</summary>
internal enum SCardError : uint
{
    Success = 0,
    Cancelled = 0x80100002,
    InvalidHandle = 0x80100003,
    InsufficientBuffer = 0x80100008,
    UnknownReader = 0x80100009,
    Timeout = 0x8010000A,
    SharingViolation = 0x8010000B,
    NoSmartcard = 0x8010000C,
    ProtocolMismatch = 0x8010000F,
    NotReady = 0x80100010,
    CommunicationError = 0x80100013,
    NotTransacted = 0x80100016,
    ReaderUnavailable = 0x80100017,
    NoService = 0x8010001D,
    ServiceStopped = 0x8010001E,
    NoReadersAvailable = 0x8010002E,
    UnsupportedCard = 0x80100065,
    UnresponsiveCard = 0x80100066,
    UnpoweredCard = 0x80100067,
    ResetCard = 0x80100068,
    RemovedCard = 0x80100069,
}

/// <summary>A PC/SC call failed. The message is for people: what happened and what to do.</summary>
internal sealed class SCardException : Exception
{
    public SCardException(SCardError error, Exception? inner = null)
        : base(Explain(error), inner) => Error = error;

    /// <summary>No card or no reader where one is wanted.</summary>
    public SCardException(string message)
        : base(message) => Error = SCardError.NoSmartcard;

    public SCardError Error { get; }

    /// <summary>
    /// What a code means in the answer to a call that goes to the service and to no card. A pcscd that dies while it is asked leaves an end
    /// of the connection, which libpcsclite calls SCARD_F_COMM_ERROR.
    /// </summary>
    internal static SCardError OfService(SCardError error) => error == SCardError.CommunicationError ? SCardError.ServiceStopped : error;

    internal static string Explain(SCardError error) => error switch
    {
        SCardError.NoService or SCardError.ServiceStopped or SCardError.InvalidHandle =>
            "The PC/SC service does not run. Start pcscd (on Windows the service 'Smart Card'), or use --reader emulator:FILE.",
        SCardError.NoReadersAvailable => "There is no card reader. Plug one in, or use --reader emulator:FILE.",
        SCardError.UnknownReader or SCardError.ReaderUnavailable =>
            "The card reader was unplugged. Plug it in again, put the card in, and repeat.",
        SCardError.NoSmartcard => "There is no card in the reader. Put it in and repeat.",
        SCardError.RemovedCard => "The card was taken out. Put it in again and repeat.",
        SCardError.UnpoweredCard => "The reader cut the card's power. Take the card out, put it in again and repeat.",
        SCardError.UnresponsiveCard => "The card does not answer. Is it the right way round? Put it in again and repeat.",
        SCardError.UnsupportedCard or SCardError.ProtocolMismatch =>
            "The reader and the card have no protocol in common. Is it a HierCash card? Try another reader.",
        SCardError.SharingViolation => "Another program has the card to itself. Close it, or wait until it is done, and repeat.",
        SCardError.ResetCard => "Another program reset the card. Repeat.",
        SCardError.CommunicationError or SCardError.NotTransacted or SCardError.NotReady =>
            "The reader could not talk to the card. Put the card in again and repeat.",
        SCardError.InsufficientBuffer => "The card sent more than was asked for. Is it a HierCash card?",
        SCardError.Cancelled => "Stopped.",
        SCardError.Timeout => "The card reader did not answer in time. Repeat.",
        _ => $"The card reader failed (PC/SC error {(uint)error:X8}). Put the card in again, or try another reader.",
    };
}

/// <summary>State of a reader, SCARD_STATE_* of PC/SC; the upper 16 bits count insertions and removals.</summary>
[Flags]
internal enum SCRState : uint
{
    Unaware = 0,
    Changed = 0x2,
    Unknown = 0x4,
    Unavailable = 0x8,
    Empty = 0x10,
    Present = 0x20,
    Exclusive = 0x80,
    InUse = 0x100,
    Mute = 0x200,
}

/// <summary>What SCardGetStatusChange waits for and tells: one reader.</summary>
internal sealed class SCardReaderState(string readerName)
{
    /// <summary>A name that stands for readers that come and go.</summary>
    public const string PlugAndPlay = @"\\?PnP?\Notification";

    public string ReaderName { get; } = readerName;

    /// <summary>What the program knows; what it does not know yet is <see cref="SCRState.Unaware"/>.</summary>
    public SCRState CurrentState { get; set; }

    /// <summary>What is.</summary>
    public SCRState EventState { get; set; }

    public bool HasCard => (EventState & SCRState.Present) != 0;

    /// <summary>Insertions and removals since the reader came, modulo 65,536; 0 where the system does not count.</summary>
    public int EventCount => (int)((uint)EventState >> 16);
}

/// <summary>What happens to the card when a program lets go of it.</summary>
internal enum SCardReaderDisposition { Leave = 0, Reset = 1 }

internal enum SCardProtocol { T0 = 1, T1 = 2 }
