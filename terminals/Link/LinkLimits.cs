namespace HierCash.Terminals.Link;

/// <summary>What a party puts up with on the network (link.md).</summary>
public sealed record LinkLimits
{
    /// <summary>Connections that are neither a party's nor an account's, handshakes included.</summary>
    public int MaxStrangers { get; init; } = 1024;

    /// <summary>Of those from one address; an IPv6 address is its /64.</summary>
    public int MaxPerAddress { get; init; } = 256;

    /// <summary>Connections with a certificate of the scheme.</summary>
    public int MaxParties { get; init; } = 2048;

    /// <summary>Of those of one party: role, number and key.</summary>
    public int MaxPerParty { get; init; } = 16;

    /// <summary>Connections on which a request with a known account's signature came.</summary>
    public int MaxAccounts { get; init; } = 1024;

    /// <summary>Of those of one account.</summary>
    public int MaxPerAccount { get; init; } = 4;

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

    /// <summary>A line over which nothing comes through for so long is gone (rule R29).</summary>
    public TimeSpan DeadTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For an answer that somebody is slow to take.</summary>
    public TimeSpan WriteTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of a frame of a stranger: what a wallet asks before it is known is shorter (rule R30).</summary>
    public int MaxStrangerFrame { get; init; } = 16 * 1024;

    /// <summary>Bytes of a stranger's long frame: the longest that a wallet sends, a rebuttal, and the frame around it.</summary>
    public int MaxLongFrame { get; init; } = LinkMessages.MostAtBank + 1024;

    /// <summary>Long frames of strangers at a time.</summary>
    public int MaxLong { get; init; } = 16;

    /// <summary>Of those from one address.</summary>
    public int MaxLongPerAddress { get; init; } = 4;

    /// <summary>Requests of a stranger's connection that are worked on at once.</summary>
    public int MaxPendingOfStranger { get; init; } = 4;

    /// <summary>Unknown requests of strangers of one address in a minute: each further one ends its connection (rule R30).</summary>
    public int MaxUnknown { get; init; } = 60;

    /// <summary>After a failed connection no other is tried for this long, doubled each time up to <see cref="MaxBackOff"/>.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromSeconds(10);
}
