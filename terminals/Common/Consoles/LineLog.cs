using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals.Consoles;

/// <summary>Structured logs, one JSON object a line, on stderr. What is logged is chosen at each place; nothing secret is.</summary>
public sealed class LineLog(TextWriter output, TimeProvider clock) : ILoggerFactory
{
    private readonly Lock _gate = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Logs go to one place.");

    public void Dispose()
    {
    }

    private void Write(string category, LogLevel level, string message, Exception? exception)
    {
        string line = JsonSerializer.Serialize(new
        {
            Time = clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            Level = level.ToString(),
            From = category,
            Message = message,
            Error = exception?.ToString(),
        });
        lock (_gate)
        {
            output.WriteLine(line);
        }
    }

    private sealed class Logger(LineLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        // The framework's own news is of no use to an operator; its faults are. That it did not start comes back to who starts it, and is said once, in a sentence.
        public bool IsEnabled(LogLevel logLevel) => !category.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal)
            && logLevel >= (category.StartsWith("Microsoft", StringComparison.Ordinal) ? LogLevel.Error : LogLevel.Information);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Write(category, logLevel, formatter(state, exception), exception);
            }
        }
    }
}
