using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HierCash.Terminals.Consoles;

/// <summary>
/// What tells a program to end: Ctrl-C (SIGINT), SIGTERM, and a terminal that is closed (SIGHUP). The first one cancels. One that comes
/// right after it is the same wish: 'timeout' signals a process and then its group, and keys bounce. Who asks again later does not want to
/// wait, and the program ends at once, with an exit code of ours: the system's own end would be 130, 143 or 129.
/// </summary>
internal static class StopSignals
{
    /// <summary>Signals within so long of the first one are the same wish.</summary>
    private static readonly TimeSpan Same = TimeSpan.FromMilliseconds(500);

    private static readonly CancellationTokenSource Told = new();
    private static readonly List<PosixSignalRegistration> Signals = [];
    private static long _first;

    public static CancellationToken Token => Told.Token;

    /// <summary>To the end of the process: a signal that comes while the last sentence is printed changes no exit code.</summary>
    public static void Watch()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            // Under nohup a closed terminal ends nothing, and a job in a script's background hears no Ctrl-C.
            if (!IsIgnored(signal))
            {
                Signals.Add(PosixSignalRegistration.Create(signal, Stop));
            }
        }
    }

    private static void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        long now = Stopwatch.GetTimestamp();
        long first = Interlocked.CompareExchange(ref _first, now, 0);
        if (first == 0)
        {
            // Elsewhere: what is told says so on an output that may be full or gone, and no signal waits or fails for that.
            _ = Told.CancelAsync();
        }
        else if (Stopwatch.GetElapsedTime(first, now) > Same)
        {
            Console.Error.WriteLine("Stopped.");
            Environment.Exit(ExitCode.Refused);
        }
    }

    /// <summary>True if whoever started the program had it ignore the signal; where that cannot be seen, false.</summary>
    private static bool IsIgnored(PosixSignal signal)
    {
        const string Ignored = "SigIgn:";
        int number = signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGINT => 2, _ => 15 };
        try
        {
            return File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(Ignored, StringComparison.Ordinal)) is { } line
                && ulong.TryParse(line.AsSpan(Ignored.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong set)
                && (set >> (number - 1) & 1) == 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
