using System.Runtime.InteropServices;

namespace HierCash.Terminals.Consoles;

/// <summary>Asks a person. Who is told to stop meanwhile stops at once, and takes no further key for an answer.</summary>
internal static class TerminalPrompt
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks at a terminal without showing what is typed. Ctrl-D is no answer.</summary>
    /// <exception cref="OperationCanceledException">Ctrl-C, Ctrl-D or a signal that ends the program.</exception>
    public static string Ask(string question)
    {
        using var stop = new StopSignal();

        // The first look at the keys ends the terminal's echo: who answers as soon as the question is there is not shown either.
        _ = Console.KeyAvailable;
        Console.Error.Write(question);
        var typed = new StringBuilder();
        while (true)
        {
            while (!Console.KeyAvailable)
            {
                if (stop.Token.WaitHandle.WaitOne(Glance))
                {
                    Console.Error.WriteLine();
                    stop.Token.ThrowIfCancellationRequested();
                }
            }

            var key = Console.ReadKey(intercept: true);
            if (key is { Key: ConsoleKey.C or ConsoleKey.D, Modifiers: ConsoleModifiers.Control })
            {
                Console.Error.WriteLine();
                throw new OperationCanceledException();
            }

            if (key.Key == ConsoleKey.Enter)
            {
                Console.Error.WriteLine();
                return typed.ToString();
            }

            if (key.Key == ConsoleKey.Backspace && typed.Length > 0)
            {
                typed.Length--;
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }
    }

    /// <summary>A line of standard input, whatever it is; null at its end.</summary>
    /// <exception cref="OperationCanceledException">Ctrl-C or a signal that ends the program.</exception>
    public static string? ReadLine()
    {
        using var stop = new StopSignal();
        var line = Task.Run(Console.In.ReadLine);
        line.Wait(stop.Token);
        return line.GetAwaiter().GetResult();
    }

    /// <summary>Ctrl-C, and what else tells a program to end, seen while somebody is asked.</summary>
    private sealed class StopSignal : IDisposable
    {
        private readonly CancellationTokenSource _stopped = new();
        private readonly PosixSignalRegistration[] _signals;

        public StopSignal() => _signals = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(
            s => PosixSignalRegistration.Create(s, Stop))];

        public CancellationToken Token => _stopped.Token;

        public void Dispose()
        {
            foreach (var signal in _signals)
            {
                signal.Dispose();
            }

            _stopped.Dispose();
        }

        private void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            _stopped.Cancel();
        }
    }
}
