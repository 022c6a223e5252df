namespace HierCash.Simulation;

/// <summary>What a town is made with; everything that could make two runs differ is here.</summary>
public sealed record TownOptions
{
    /// <summary>Folder for the stores, or null to keep them in memory.</summary>
    public string? Directory { get; init; }

    public ICashSuite Suite { get; init; } = new BclSuite();

    public SchemeParameters Terms { get; init; } = new();

    /// <summary>Where the town's time begins.</summary>
    public DateTimeOffset Start { get; init; } = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    public ICrashPoints Crash { get; init; } = NoCrashPoints.Instance;

    /// <summary>What goes wrong on the way from one party (first) to another (second).</summary>
    public Func<string, string, LinkMessage, LinkFault>? Faults { get; init; }

    /// <summary>Most cash that each bank may have outstanding.</summary>
    public Amount Cap { get; init; } = new(100_000_000);
}
