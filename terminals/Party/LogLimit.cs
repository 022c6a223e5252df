namespace HierCash.Terminals;

/// <summary>
/// How much of a log may be written (rule R30): of each kind of line and peer so many a minute, and of all together so many bytes. What is
/// left out is counted, and the count is written when the minute is over. Strangers are one peer: what they bring about takes nobody else's
/// lines.
/// </summary>
internal sealed class LogLimit(TimeProvider clock)
{
    /// <summary>Lines of one kind and peer in a minute.</summary>
    public const int MostLines = 240;

    /// <summary>Bytes of all lines in a minute. Of that a quarter is kept for errors.</summary>
    public const int MostBytes = 768 * 1024;

    private const int MostKinds = 10_000;

    /// <summary>Kinds whose number is said, and characters of a line that stands for them.</summary>
    private const int MostSaid = 50;
    private const int MostShown = 300;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly Dictionary<(string, string, string), Kind> _kinds = [];
    private long _began;
    private long _bytes;

    /// <summary>Whether the line is written, and what is to be said before it of those that were not.</summary>
    /// <param name="size">Of the whole line, in bytes or nearly so.</param>
    /// <param name="isError">It may use what is kept for errors.</param>
    public (bool IsWritten, IReadOnlyList<(string From, string Text)> Before) Take(
        string from, string kind, string peer, string message, int size, bool isError)
    {
        var before = Turn();
        var key = (from, kind, peer);
        if (!_kinds.TryGetValue(key, out var its))
        {
            // So many kinds there are not, unless somebody invents them: they share one.
            key = _kinds.Count < MostKinds ? key : (from, "", "");
            if (!_kinds.TryGetValue(key, out its))
            {
                _kinds.Add(key, its = new Kind());
            }
        }

        its.Lines++;
        bool isWritten = its.Lines <= MostLines && _bytes + size <= (isError ? MostBytes : MostBytes / 4 * 3);
        if (isWritten)
        {
            _bytes += size;
        }
        else
        {
            its.Left++;
            its.Last = message.Length > MostShown ? message[..MostShown] : message;
        }

        return (isWritten, before);
    }

    /// <summary>What was left out in the minute that is over; nothing while it is not.</summary>
    public IReadOnlyList<(string From, string Text)> Turn()
    {
        if (_began != 0 && clock.GetElapsedTime(_began) < Minute)
        {
            return [];
        }

        var left = _kinds.Where(k => k.Value.Left > 0).OrderByDescending(k => k.Value.Left).ToList();
        var said = left.Take(MostSaid).Select(k => (k.Key.Item1, $"{k.Value.Left} more of these within a minute until "
            + $"{Timestamp.Now(clock)}, the last: {k.Value.Last}")).ToList();
        if (left.Count > MostSaid)
        {
            said.Add(("log", $"{left.Skip(MostSaid).Sum(k => k.Value.Left)} more of {left.Count - MostSaid} other kinds"));
        }

        _kinds.Clear();
        _bytes = 0;
        _began = clock.GetTimestamp();
        return said;
    }

    private sealed class Kind
    {
        public long Lines { get; set; }

        public long Left { get; set; }

        public string Last { get; set; } = "";
    }
}
