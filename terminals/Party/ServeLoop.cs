using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals;

/// <summary>What a serving process does now and then, until it is told to stop.</summary>
public static partial class ServeLoop
{
    /// <summary>What <see cref="Faults"/> call what is done now and then.</summary>
    public const string Work = "background work";

    /// <summary>Says so as soon as somebody wants the process to stop: what is under way may still take a moment.</summary>
    /// <param name="cancel">Of the process: nobody takes this back.</param>
    /// <param name="output">Where to; null: standard output.</param>
    public static void SayStopping(CancellationToken cancel, TextWriter? output = null) => cancel.Register(() =>
    {
        ServiceNotice.Send("STOPPING=1");
        try
        {
            (output ?? Console.Out).WriteLine("Stopping.");
        }
        catch (IOException)
        {
            // A full disk, or nobody reads it: it stops all the same.
        }
    });

    /// <summary>Says where it listens, to whoever waits for that: one line on standard output, and the manager of services.</summary>
    public static void SayReady(string address)
    {
        try
        {
            Console.Out.WriteLine($"Listening on {address}.");
        }
        catch (IOException)
        {
            // Nobody reads it; it serves all the same.
        }

        ServiceNotice.Send($"READY=1\nSTATUS=Listening on {address}.");
    }

    /// <summary>
    /// Runs the work every so often. A peer that is down is normal and only logged; what else fails, such as a store on a full disk, or
    /// what nobody foresaw, is logged and tried again: a server that ends for that serves nobody (rule R28).
    /// </summary>
    /// <param name="store">While it has a fault it is tried each time, whether anybody asks or not; null: there is none.</param>
    /// <param name="faults">Told what fails of the work.</param>
    public static async Task Every(
        TimeSpan period, Func<CancellationToken, Task> work, ILogger log, TimeProvider clock, CancellationToken cancel,
        Database? store = null, Faults? faults = null)
    {
        using var timer = new PeriodicTimer(period, clock);
        try
        {
            do
            {
                try
                {
                    if (faults?.All.Any(f => f.What == Database.FaultName) == true)
                    {
                        store?.Probe();
                    }

                    await work(cancel);
                    faults?.Clear(Work);
                }
                catch (LinkException e)
                {
                    LogWaiting(log, e.Message);
                    faults?.Note(Work, e.Message.TrimEnd('.'), e.IsOutOfDate
                        ? "the clock that is wrong is right, or the certificate is renewed; the peer is asked time and again"
                        : "the peer answers again; it is asked time and again");
                }
                catch (Exception e) when (StoreFault.Of(e) is { } fault)
                {
                    // The store itself has told it, but for a row that is damaged: no commit ends that.
                    LogFault(log, e.Message);
                    if (e is DatabaseException)
                    {
                        faults?.Note(Work, e.Message.TrimEnd('.'), fault.EndsWhen);
                    }
                }
                catch (Exception e) when (e is RefusedException or UnusableFileException or DbException)
                {
                    LogFault(log, e.Message);
                    // A sentence that names a command says by that what ends it.
                    faults?.Note(Work, e.Message.TrimEnd('.'), e.Message.Contains("'hiercash-", StringComparison.Ordinal) ? ""
                        : "it is tried again and succeeds");
                }
                catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
                {
                    // What such a fault says may hold anything, and goes no further than the log.
                    LogUnknown(log, e);
                    faults?.Note(Work, $"the program has a fault that it does not know ({e.GetType().Name}); the log has more",
                        "it is tried again and succeeds, or this version is replaced");
                }
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private static partial void LogWaiting(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault that this program does not know; it goes on")]
    private static partial void LogUnknown(ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    internal static partial void LogFault(ILogger log, string reason);
}
