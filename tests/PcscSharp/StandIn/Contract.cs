using PCSC.Exceptions;

namespace PCSC;

// The names and shapes are those of the package PCSC 7, as far as card/Readers/Pcsc/PcscSharp calls them; what stands behind them was
// written here. It behaves as the package was seen to behave, above all where that hurts: each such place says so.

public enum SCardScope { User = 0, Terminal = 1, System = 2 }

public enum SCardShareMode { Exclusive = 1, Shared = 2, Direct = 3 }

public enum SCardReaderDisposition { Leave = 0, Reset = 1, Unpower = 2, Eject = 3 }

[Flags]
public enum SCardProtocol { Unset = 0, T0 = 1, T1 = 2 }

/// <summary>Codes of PC/SC; the others are numbers without a name here.</summary>
public enum SCardError
{
    Success = 0,
    InvalidHandle = unchecked((int)0x80100003),
    NoService = unchecked((int)0x8010001D),
    NoReadersAvailable = unchecked((int)0x8010002E),
}

public interface ISCardContext : IDisposable
{
    string[] GetReaders();

    SCardError GetStatusChange(IntPtr timeout, SCardReaderState[] readerStates);

    SCardError Cancel();

    ICardReader ConnectReader(string readerName, SCardShareMode mode, SCardProtocol preferredProtocol);
}

public interface ICardHandle : IDisposable
{
    void Disconnect(SCardReaderDisposition disconnectExecution);
}

public interface ICardReader : IDisposable
{
    ICardHandle CardHandle { get; }

    SCardProtocol Protocol { get; }

    ReaderStatus GetStatus();

    IDisposable Transaction(SCardReaderDisposition disposition);

    void Reconnect(SCardShareMode mode, SCardProtocol preferredProtocol, SCardReaderDisposition initialExecution);

    int Transmit(byte[] sendBuffer, byte[] receiveBuffer);
}

public interface IContextFactory
{
    ISCardContext Establish(SCardScope scope);
}

public sealed class ContextFactory : IContextFactory
{
    public static IContextFactory Instance { get; } = new ContextFactory();

    public ISCardContext Establish(SCardScope scope) => new SCardContext(scope);
}

public sealed class ReaderStatus(byte[] atr)
{
    public byte[] GetAtr() => [.. atr];
}

/// <summary>What is asked and told of one reader.</summary>
public sealed class SCardReaderState : IDisposable
{
    public string ReaderName { get; set; } = "";

    public IntPtr CurrentStateValue { get; set; }

    public IntPtr EventStateValue { get; set; }

    public void Dispose()
    {
    }
}

internal static class SCardErrors
{
    /// <summary>
    /// As the package: an exception of its own for a context that is none and for a service that is gone, which is no kind of the former.
    /// </summary>
    public static void ThrowIfNotSuccess(this SCardError error)
    {
        if (error != SCardError.Success)
        {
            throw error switch
            {
                SCardError.InvalidHandle => new InvalidContextException(error),
                SCardError.NoService => new NoServiceException(error),
                _ => new PCSCException(error),
            };
        }
    }
}
