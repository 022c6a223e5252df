namespace HierCash.Simulation;

/// <summary>One command and its response.</summary>
public sealed record ApduRecord(byte[] Command, byte[] Response);

/// <summary>Remembers every APDU that passes. Only for emulated cards with test PINs: a VERIFY is remembered too.</summary>
public sealed class TracingChannel(ICardChannel inner) : ICardChannel
{
    private readonly List<ApduRecord> _apdus = [];

    /// <summary>Time spent waiting for the card.</summary>
    public TimeSpan Elapsed { get; private set; }

    public IReadOnlyList<ApduRecord> Apdus => _apdus;

    public int Bytes => _apdus.Sum(a => a.Command.Length + a.Response.Length);

    public ReadOnlyMemory<byte> Atr => inner.Atr;

    public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
    {
        long started = Stopwatch.GetTimestamp();
        int length = inner.Transmit(command, response);
        Elapsed += Stopwatch.GetElapsedTime(started);
        _apdus.Add(new ApduRecord(command.ToArray(), response[..length].ToArray()));
        return length;
    }

    public void Reset() => inner.Reset();

    /// <summary>The inner channel belongs to whoever made it.</summary>
    public void Dispose()
    {
    }
}
