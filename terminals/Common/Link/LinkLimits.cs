namespace HierCash.Terminals.Link;

/// <summary>What a party puts up with on the network (link.md).</summary>
public sealed record LinkLimits
{
    public int MaxConnections { get; init; } = 4096;

    /// <summary>Requests of one connection that are worked on at once.</summary>
    public int MaxPending { get; init; } = 64;

    /// <summary>For a TLS handshake.</summary>
    public TimeSpan HandshakeTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Without any request.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>From a frame's length to its last byte.</summary>
    public TimeSpan FrameTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a caller waits for a connection, and for an answer.</summary>
    public TimeSpan CallTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After a failed connection no other is tried for this long, doubled each time up to <see cref="MaxBackOff"/>.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromSeconds(10);
}
