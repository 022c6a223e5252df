namespace HierCash.Simulation;

/// <summary>
/// A town's time: stands still until it is moved. Timers fire while it moves, each at its time, by the thread that moves it.
/// </summary>
public sealed class VirtualClock(DateTimeOffset start) : TimeProvider
{
    private readonly List<VirtualTimer> _timers = [];
    private readonly Lock _turn = new();
    private DateTimeOffset _now = start;
    private long _ran;

    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>The time that nobody sets: it goes on with the clock, and stands where the clock is set back.</summary>
    public override long GetTimestamp() => _ran;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan span)
    {
        var end = _now + span;
        while (Next(end) is { } next)
        {
            Set(next.Due);
            next.Fire();
        }

        Set(end);
    }

    private void Set(DateTimeOffset now)
    {
        _ran += Math.Max(0, (now - _now).Ticks);
        _now = now;
    }

    private VirtualTimer? Next(DateTimeOffset end)
    {
        lock (_turn)
        {
            return _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
        }
    }

    /// <summary>The machine stands still so long, and its timers with it: time is later, and nobody was told.</summary>
    public void Jump(TimeSpan span)
    {
        Set(_now + span);
        lock (_turn)
        {
            _timers.ForEach(t => t.Shift(span));
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_turn)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    private sealed class VirtualTimer(VirtualClock clock, Action fire) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public void Fire()
        {
            Due = _period > TimeSpan.Zero ? Due + _period : DateTimeOffset.MaxValue;
            fire();
        }

        public void Shift(TimeSpan span) => Due = Due == DateTimeOffset.MaxValue ? Due : Due + span;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : clock._now + dueTime;
            _period = period;
            return true;
        }

        public void Dispose()
        {
            lock (clock._turn)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
