using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals.Consoles;

/// <summary>What a serving process does now and then, until it is told to stop.</summary>
public static partial class ServeLoop
{
    /// <summary>Says so as soon as somebody wants the process to stop: what is under way may still take a moment.</summary>
    /// <param name="cancel">Of the process: nobody takes this back.</param>
    /// <param name="output">Where to; null: standard output.</param>
    public static void SayStopping(CancellationToken cancel, TextWriter? output = null) => cancel.Register(() =>
    {
        try
        {
            (output ?? Console.Out).WriteLine("Stopping.");
        }
        catch (IOException)
        {
            // A full disk, or nobody reads it: it stops all the same.
        }
    });

    /// <summary>Runs the work every so often. A peer that is down is normal and only logged; a store that fails, such as on a full disk, is logged, and tried again (rule R28).</summary>
    public static async Task Every(TimeSpan period, Func<CancellationToken, Task> work, ILogger log, TimeProvider clock, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(period, clock);
        try
        {
            do
            {
                try
                {
                    await work(cancel);
                }
                catch (LinkException e)
                {
                    LogWaiting(log, e.Message);
                }
                catch (Exception e) when (e is InvalidOperationException or DbException or IOException or UnauthorizedAccessException or ArithmeticException or ArgumentException)
                {
                    LogFault(log, e.Message);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    private static partial void LogFault(ILogger log, string reason);
}
