using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace HierCash.Simulation;

/// <summary>One message between two parties.</summary>
public sealed record WireRecord(string From, string To, byte[] Frame);

/// <summary>Everything that the parties of a town said to each other and wrote into their logs.</summary>
public sealed class TownRecords : IWireTap
{
    private readonly ConcurrentQueue<WireRecord> _wire = new();
    private readonly ConcurrentQueue<(string Party, string Line)> _log = new();

    public IEnumerable<WireRecord> Wire => _wire;

    /// <summary>Log lines of a party.</summary>
    public IEnumerable<string> Log(string party) => _log.Where(l => l.Party == party).Select(l => l.Line);

    public void Saw(string from, string to, ReadOnlySpan<byte> frame) => _wire.Enqueue(new WireRecord(from, to, frame.ToArray()));

    public ILogger Logger(string party) => new PartyLogger(party, _log);

    private sealed class PartyLogger(string party, ConcurrentQueue<(string, string)> log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue((party, $"{logLevel}: {formatter(state, exception)} {exception}"));
    }
}
