using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace HierCash.Tests.Faults;

/// <summary>
/// What a line of the table found: rounds, cents lost or doubled, how long it took until service went on by itself, and what does not hold
/// yet.
/// </summary>
internal sealed partial class Finding
{
    private readonly Lock _gate = new();
    private readonly List<string> _notYet = [];

    public int Rounds { get; set; }

    public long Lost { get; private set; }

    public long Doubled { get; private set; }

    /// <summary>The longest of all rounds.</summary>
    public TimeSpan? WentOn { get; private set; }

    public IReadOnlyList<string> NotYet => _notYet;

    public bool IsMended => _notYet.Count == 0;

    /// <summary>Notes what does not hold.</summary>
    public bool Must(bool holds, string otherwise)
    {
        if (!holds)
        {
            lock (_gate)
            {
                _notYet.Add(otherwise.ReplaceLineEndings(" ").Trim());
            }
        }

        return holds;
    }

    /// <summary>Takes the books at the end: nothing lost, nothing doubled, no promise broken.</summary>
    public void Close(Books books)
    {
        Lost += books.Lost;
        Doubled += books.Doubled;
        Must(books.Agree, $"the books: {books}");
    }

    /// <summary>Tries until it holds, and takes the time.</summary>
    /// <param name="patience">Longer is too long.</param>
    public bool Await(Func<bool> holds, TimeSpan patience, string otherwise)
    {
        long since = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(since) > patience)
            {
                return Must(false, $"{otherwise}, after {patience.TotalSeconds:0} s");
            }

            Task.Delay(Glance).Wait();
        }

        Took(Stopwatch.GetElapsedTime(since));
        return true;
    }

    /// <summary>It went on by itself after so long.</summary>
    public void Took(TimeSpan time) => WentOn = WentOn is { } before && before > time ? before : time;

    /// <summary>Done, or refused with what ends it: a date, or a command.</summary>
    /// <param name="mayBeAway">The other side may not be reached while the fault lasts: then it is said that one asks later.</param>
    public bool MustBeDoneOrExplained(Said said, string what, bool mayBeAway = false) => Must(
        said.IsDone || (said.Code is 1 or 3 && EndsIt().IsMatch(said.Error))
            || (mayBeAway && said.Code == 3 && said.Error.Contains("later", StringComparison.Ordinal)),
        $"{what} ended with {said.Code} and says neither a date nor a command that ends it: {said.Error}{said.Output}");

    /// <summary>A command may refuse; it may not crash.</summary>
    public bool MustNotCrash(Said said, string what) => Must(said.Code is 0 or 1 or 3, $"{what} ended with {said.Code}: {said.Error}");

    /// <summary>The row of the table.</summary>
    public string Row(FaultLine line)
    {
        string now = IsMended ? "mended" : "not yet: " + string.Join("; ", _notYet.Distinct().Take(MostSaid));
        string wentOn = WentOn is { } time ? time.TotalSeconds.ToString("0.0' s'", CultureInfo.InvariantCulture) : "-";
        return string.Create(CultureInfo.InvariantCulture,
            $"| {line.Name} | {line.Found} | {Rounds} | {Lost / 100m:0.00} | {Doubled / 100m:0.00} | {wentOn} | {now} |");
    }

    private const int MostSaid = 12;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    [GeneratedRegex(@"\d{4}-\d\d-\d\d|'?hiercash-\w+ \w+|[Ss]et (the|its|this|your) (wrong )?clock")]
    private static partial Regex EndsIt();
}

/// <summary>A line of the table: a fault that did harm once, and what is played to see that it does none any more.</summary>
/// <param name="Name">How it is called on the command line.</param>
/// <param name="Found">What was seen.</param>
internal sealed record FaultLine(string Name, string Found, Action<Finding> Play)
{
    /// <summary>Belongs to every run.</summary>
    public bool IsShort { get; init; }
}
