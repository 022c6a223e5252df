namespace HierCash.Tests;

/// <summary>
/// A party's clock beside the town's: wrong by as much as somebody set it, while the time that nobody sets goes on as everywhere (rule
/// R26).
/// </summary>
public sealed class OffsetClock(TimeProvider town) : TimeProvider
{
    /// <summary>How far it is ahead.</summary>
    public TimeSpan Off { get; set; }

    public override long TimestampFrequency => town.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => town.GetUtcNow() + Off;

    public override long GetTimestamp() => town.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        town.CreateTimer(callback, state, dueTime, period);
}
