using Sharp = PCSC;

namespace HierCash.Card.Readers.Pcsc;

/// <summary>
/// A connection to the PC/SC service, over PCSC-sharp (package PCSC), built with -p:UsePcscSharp=true. The twin of Native/SCardContext.cs.
/// </summary>
internal sealed class SCardContext : IDisposable
{
    internal const Sharp.SCardProtocol AnyProtocol = Sharp.SCardProtocol.T0 | Sharp.SCardProtocol.T1;
    private readonly Sharp.ISCardContext _context;

    /// <exception cref="SCardException">There is no PC/SC on this machine, or it does not run.</exception>
    public SCardContext() => _context = CallService(() => Sharp.ContextFactory.Instance.Establish(Sharp.SCardScope.System));

    /// <summary>Names of all readers; empty if there are none.</summary>
    public IReadOnlyList<string> GetReaders()
    {
        try
        {
            return CallService(() => _context.GetReaders()) ?? [];
        }
        catch (SCardException e) when (e.Error == SCardError.NoReadersAvailable)
        {
            return [];
        }
    }

    /// <summary>Waits until a reader is no longer in its <see cref="SCardReaderState.CurrentState"/>.</summary>
    /// <returns>False if nothing changed in time.</returns>
    /// <exception cref="SCardException">Cancelled, or the service is gone.</exception>
    public bool GetStatusChange(TimeSpan timeout, IReadOnlyList<SCardReaderState> states)
    {
        var theirs = states
            .Select(s => new Sharp.SCardReaderState { ReaderName = s.ReaderName, CurrentStateValue = (nint)(uint)s.CurrentState })
            .ToArray();
        try
        {
            nint wait = (nint)timeout.TotalMilliseconds;
            var result = SCardException.OfService(Code(CallService(() => _context.GetStatusChange(wait, theirs))));
            for (int i = 0; i < theirs.Length; i++)
            {
                states[i].EventState = unchecked((SCRState)(uint)theirs[i].EventStateValue);
            }

            return result != SCardError.Timeout && (result == SCardError.Success ? true : throw new SCardException(result));
        }
        finally
        {
            Array.ForEach(theirs, s => s.Dispose());
        }
    }

    /// <summary>Ends a <see cref="GetStatusChange"/> on another thread.</summary>
    public void Cancel()
    {
        try
        {
            _ = _context.Cancel();
        }
        catch (Sharp.Exceptions.PCSCException)
        {
            // The context is gone, and what it waited for.
        }
    }

    /// <summary>Connects to the card, shared with other programs, by T=0 or T=1.</summary>
    /// <exception cref="SCardException">No card, no such reader, or another program has it to itself.</exception>
    public SCardReader Connect(string reader) => new(Call(() => _context.ConnectReader(reader, Sharp.SCardShareMode.Shared, AnyProtocol)));

    public void Dispose()
    {
        try
        {
            _context.Dispose();
        }
        catch (Sharp.Exceptions.PCSCException)
        {
            // The service is gone, and the context with it. The package's finaliser would throw the same again where nobody can catch it.
#pragma warning disable CA1816 // Another object's finaliser is meant.
            GC.SuppressFinalize(_context);
#pragma warning restore CA1816
        }
    }

    private static SCardError Code(Sharp.SCardError error) => unchecked((SCardError)(uint)(int)error);

    /// <summary>A call that only the service answers: where the way to it breaks, the service is gone.</summary>
    private static T CallService<T>(Func<T> call)
    {
        try
        {
            return Call(call);
        }
        catch (SCardException e) when (SCardException.OfService(e.Error) != e.Error)
        {
            throw new SCardException(SCardException.OfService(e.Error), e);
        }
    }

    /// <summary>Their exceptions carry the code of PC/SC; the sentences are ours, the same over both bindings.</summary>
    internal static T Call<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Sharp.Exceptions.PCSCException e)
        {
            throw new SCardException(Code(e.SCardError), e);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new SCardException(SCardError.NoService, e);
        }
    }
}
