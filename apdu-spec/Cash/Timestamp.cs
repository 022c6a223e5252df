using System.Globalization;

namespace HierCash.Protocol.Cash;

/// <summary>TIME and all dates: microseconds since 1970-01-01T00:00Z, 64 bits (hole 8).</summary>
public readonly record struct Timestamp(ulong Microseconds) : IComparable<Timestamp>
{
    public static Timestamp Now(TimeProvider clock) => From(clock.GetUtcNow());

    public static Timestamp From(DateTimeOffset moment) =>
        new(checked((ulong)((moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond)));

    /// <summary>Later by a span that is not negative; at most 2^64 - 1. Anybody may send a date: none of them ever throws.</summary>
    public Timestamp Plus(TimeSpan span)
    {
        ulong more = checked((ulong)(span.Ticks / TimeSpan.TicksPerMicrosecond));
        return new(Microseconds > ulong.MaxValue - more ? ulong.MaxValue : Microseconds + more);
    }

    /// <summary>Earlier by a span that is not negative; at least 0.</summary>
    public Timestamp Minus(TimeSpan span) =>
        new(Microseconds - Math.Min(Microseconds, checked((ulong)(span.Ticks / TimeSpan.TicksPerMicrosecond))));

    public static bool operator <(Timestamp a, Timestamp b) => a.Microseconds < b.Microseconds;

    public static bool operator >(Timestamp a, Timestamp b) => a.Microseconds > b.Microseconds;

    public static bool operator <=(Timestamp a, Timestamp b) => a.Microseconds <= b.Microseconds;

    public static bool operator >=(Timestamp a, Timestamp b) => a.Microseconds >= b.Microseconds;

    public static Timestamp Min(Timestamp a, Timestamp b) => a < b ? a : b;

    public int CompareTo(Timestamp other) => Microseconds.CompareTo(other.Microseconds);

    /// <summary>As a database holds it: signed 64 bits, of which 2^63 - 1 stands for all that is later.</summary>
    public long ToLedger() => (long)Math.Min(Microseconds, long.MaxValue);

    public static Timestamp FromLedger(long microseconds) => new(checked((ulong)microseconds));

    /// <summary>Null beyond the year 9999.</summary>
    public DateTimeOffset? ToDate() => Microseconds <= 253402300799999999
        ? DateTimeOffset.UnixEpoch.AddTicks((long)Microseconds * TimeSpan.TicksPerMicrosecond) : null;

    public override string ToString() =>
        ToDate()?.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture) ?? "after the year 9999";
}

/// <summary>
/// A coin's expiry: the end of a quarter of a year, counted from the first of 1970 (0). The wire cannot say anything finer,
/// because finer dates would match coins to withdrawals (hole 15).
/// </summary>
public readonly record struct Quarter(ushort Index)
{
    public static Quarter Of(Timestamp moment)
    {
        var date = moment.ToDate() ?? throw new ArgumentOutOfRangeException(nameof(moment), "A quarter lies before the year 10000.");
        return new Quarter(checked((ushort)(((date.Year - 1970) * 4) + ((date.Month - 1) / 3))));
    }

    public Quarter Plus(int quarters) => new(checked((ushort)(Index + quarters)));

    /// <summary>
    /// The first moment after the quarter; after the year 9999 the last moment that there is: anybody may name any quarter.
    /// </summary>
    public Timestamp End => Index / 4 < 9999 - 1970
        ? Timestamp.From(new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMonths((Index + 1) * 3)) : new Timestamp(ulong.MaxValue);

    public override string ToString() => $"{1970 + (Index / 4)}-Q{(Index % 4) + 1}";
}
