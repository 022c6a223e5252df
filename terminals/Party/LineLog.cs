using System.Globalization;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals;

/// <summary>
/// Structured logs, one JSON object a line, on stderr or in a file. What is logged is chosen at each place; nothing secret is. How much is
/// limited (rule R30), and whoever logs never waits for the output nor hears that it fails (rule R28): a thread of its own writes, and what
/// that cannot write is counted.
/// </summary>
public sealed class LineLog : ILoggerFactory
{
    /// <summary>What <see cref="Faults"/> call this log.</summary>
    public const string FaultName = "log";

    /// <summary>Lines that wait for an output that hangs.</summary>
    private const int MostWaiting = 2000;
    private const int LongestLine = 8192;

    /// <summary>For what waits when the program ends.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly TextWriter _output;
    private readonly TimeProvider _clock;
    private readonly Faults? _faults;
    private readonly Lock _gate = new();
    private readonly LogLimit _limit;
    private readonly Queue<string> _waiting = [];
    private readonly SemaphoreSlim _there = new(0);
    private readonly Thread _writer;
    private readonly ITimer _turn;
    private long _lost;
    private bool _isEnding;

    /// <param name="faults">Told when the output fails, and when it takes lines again.</param>
    public LineLog(TextWriter output, TimeProvider clock, Faults? faults = null)
    {
        (_output, _clock, _faults) = (output, clock, faults);
        _limit = new LogLimit(clock);
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "log" };
        _writer.Start();
        _turn = clock.CreateTimer(_ => Turn(), null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Logs go to one place.");

    public void Dispose()
    {
        _turn.Dispose();
        lock (_gate)
        {
            if (_isEnding)
            {
                return;
            }

            _isEnding = true;
        }

        _there.Release();
        _writer.Join(Grace);
    }

    private void Write(string category, LogLevel level, string kind, string peer, string message, Exception? exception)
    {
        string line = Line(category, level, message, exception?.ToString());
        lock (_gate)
        {
            var (isWritten, before) = _limit.Take(category, kind, peer, message, line.Length, level >= LogLevel.Error);
            Summarise(before);
            if (isWritten)
            {
                Enqueue(line);
            }
        }
    }

    private void Turn()
    {
        lock (_gate)
        {
            Summarise(_limit.Turn());
        }
    }

    private void Summarise(IReadOnlyList<(string From, string Text)> left)
    {
        foreach (var (from, text) in left)
        {
            Enqueue(Line(from, LogLevel.Warning, text, null));
        }
    }

    private string Line(string category, LogLevel level, string message, string? error) => JsonSerializer.Serialize(new
    {
        Time = _clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        Level = level.ToString(),
        From = category,
        Message = message,
        Error = error is { Length: > LongestLine } ? error[..LongestLine] : error,
    });

    private void Enqueue(string line)
    {
        if (_isEnding)
        {
            return;
        }

        if (_waiting.Count >= MostWaiting)
        {
            _lost++;
            return;
        }

        _waiting.Enqueue(line);
        _there.Release();
    }

    private void WriteAll()
    {
        while (true)
        {
            _there.Wait();
            string? line;
            long lost;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out line))
                {
                    if (_isEnding)
                    {
                        return;
                    }

                    continue;
                }

                (lost, _lost) = (_lost, 0);
            }

            Out(line, lost);
        }
    }

    private void Out(string line, long lost)
    {
        try
        {
            if (lost > 0)
            {
                _output.WriteLine(Line("log", LogLevel.Warning, $"{lost} lines before this one could not be written", null));
            }

            _output.WriteLine(line);
            _faults?.Clear(FaultName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // A full disk, or nobody reads it: the line is lost, and nothing else.
            lock (_gate)
            {
                _lost += lost + 1;
            }

            _faults?.Note(FaultName, FileFault.Say(e).TrimEnd('.'),
                "the log can be written again; until then its lines are counted and lost");
        }
    }

    private sealed class Logger(LineLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        // The framework's own news is of no use to an operator; its faults are. That it did not start comes back to who starts it, and is
        // said once, in a sentence.
        public bool IsEnabled(LogLevel logLevel) => !category.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal)
            && logLevel >= (category.StartsWith("Microsoft", StringComparison.Ordinal) ? LogLevel.Error : LogLevel.Information);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Write(category, logLevel, eventId.Name ?? "", PeerOf(state), formatter(state, exception), exception);
            }
        }

        private static string PeerOf<TState>(TState state) => state is IReadOnlyList<KeyValuePair<string, object?>> values
            ? values.FirstOrDefault(v => v.Key == "Peer").Value?.ToString() ?? ""
            : "";
    }
}
