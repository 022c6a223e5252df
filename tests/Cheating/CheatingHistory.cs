using HierCash.Oracle;

namespace HierCash.Tests.Cheating;

/// <summary>
/// One history: its steps follow from a seed and from who cheats, so that it can be replayed whole or without some of them.
/// </summary>
internal sealed class CheatingHistory
{
    private readonly ulong _seed;
    private bool _hasBadDay;

    private CheatingHistory(ulong seed, IReadOnlyCollection<CheatKind> kinds, SeededRandom random, IReadOnlyList<Play> plays)
    {
        _seed = seed;
        Kinds = kinds;
        Names = [.. plays.Select(p => p.Name)];
        Steps = Weave(random, plays);
    }

    /// <summary>The plays.</summary>
    public IReadOnlyList<string> Names { get; }

    public IReadOnlyCollection<CheatKind> Kinds { get; }

    public List<Step> Steps { get; }

    /// <summary>A history in which these kinds cheat, each in plays that it chooses by dice.</summary>
    public static CheatingHistory Of(ulong seed, IReadOnlyCollection<CheatKind> kinds)
    {
        var random = new SeededRandom(seed);
        var chosen = new List<Play>();
        var together = Plays.Of(kinds).Where(p => p.Partner is not null).ToList();
        if (together.Count > 0 && random.Next(2) == 0)
        {
            chosen.Add(together[random.Next(together.Count)]);
        }

        foreach (var kind in kinds)
        {
            var own = Plays.Of(kinds).Where(p => p.Kind == kind).ToList();
            chosen.Add(own[random.Next(own.Count)]);
        }

        if (random.Next(2) == 0)
        {
            var any = Plays.Of(kinds);
            chosen.Add(any[random.Next(any.Count)]);
        }

        var history = new CheatingHistory(seed, kinds, random, chosen) { _hasBadDay = true };
        BadDays.Befall(history.Steps, seed, kinds);
        return history;
    }

    /// <summary>A history of given plays, one after the other, with the town's life between their steps.</summary>
    public static CheatingHistory Of(ulong seed, params IReadOnlyList<Play> plays)
    {
        var random = new SeededRandom(seed);
        var kinds = plays.SelectMany(p => p.Partner is { } partner ? [p.Kind, partner] : new[] { p.Kind }).Distinct().ToList();
        return new CheatingHistory(seed, kinds, random, plays);
    }

    /// <summary>The steps of the plays, each play's in their order, mixed, with honest steps between.</summary>
    private static List<Step> Weave(SeededRandom random, IReadOnlyList<Play> plays)
    {
        var queues = plays.Select(p => new Queue<Step>(p.Steps(random).Select(s => s with { Play = p.Name }))).ToList();
        var steps = new List<Step>();
        for (int i = 0; i < 4 + random.Next(6); i++)
        {
            steps.Add(HonestMoves.Any(random));
        }

        bool mixed = random.Next(3) == 0;
        while (queues.Exists(q => q.Count > 0))
        {
            var open = queues.Where(q => q.Count > 0).ToList();
            steps.Add(open[mixed ? random.Next(open.Count) : 0].Dequeue());
            if (random.Next(4) == 3)
            {
                steps.Add(HonestMoves.Any(random));
            }
        }

        for (int i = 0; i < 2 + random.Next(4); i++)
        {
            steps.Add(HonestMoves.Any(random));
        }

        return steps;
    }

    /// <summary>Plays it.</summary>
    /// <param name="kept">The steps to play; null: all.</param>
    public Outcome Run(IReadOnlySet<int>? kept = null)
    {
        string? folder = _hasBadDay && BadDays.HasCopy(_seed) ? Directory.CreateTempSubdirectory("hiercash-cheats-").FullName : null;
        try
        {
            return Run(folder, kept);
        }
        finally
        {
            if (folder is not null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private Outcome Run(string? folder, IReadOnlySet<int>? kept)
    {
        using var town = new CheatTown(_seed, Kinds, folder);
        for (int i = 0; i < Steps.Count; i++)
        {
            if (kept is null || kept.Contains(i))
            {
                town.Actor = Steps[i] is { Kind: { } kind, Play: { } play } ? new Move(kind, play) : null;
                Run(Steps[i], town);
            }
        }

        town.Actor = null;
        return new Outcome(town.End(), town.Story) { Done = town.Done, BadDays = town.BadDays };
    }

    /// <summary>
    /// While a party stands still, or its clock is wrong, a cheater's message gets no answer: then that was the whole step.
    /// </summary>
    private void Run(Step step, CheatTown town)
    {
        if (_hasBadDay && BadDays.HasAny(_seed))
        {
            town.Try(() => step.Run(town));
            return;
        }

        step.Run(town);
    }

    /// <summary>Leaves out steps for as long as the oracle still finds the same of the same party.</summary>
    public (Outcome Outcome, IReadOnlyList<int> Kept) Shrink(Outcome failed)
    {
        var first = failed.Findings[0];
        string party = first.Sentence.Split(' ')[0];
        return Shrink(failed, f => f.Question == first.Question && f.Sentence.StartsWith(party, StringComparison.Ordinal));
    }

    /// <summary>Leaves out steps for as long as the oracle still finds such a thing.</summary>
    public (Outcome Outcome, IReadOnlyList<int> Kept) Shrink(Outcome failed, Func<Finding, bool> same)
    {
        var kept = Enumerable.Range(0, Steps.Count).ToList();
        var smallest = failed;
        for (int size = Math.Max(1, kept.Count / 2); size > 0; size /= 2)
        {
            for (int at = 0; at + size <= kept.Count;)
            {
                var fewer = kept.Where((_, i) => i < at || i >= at + size).ToList();
                var outcome = Run(fewer.ToHashSet());
                if (outcome.Findings.Any(same))
                {
                    (kept, smallest) = (fewer, outcome);
                }
                else
                {
                    at += size;
                }
            }
        }

        return (smallest, kept);
    }
}

/// <summary>What the oracle says of a history, and what happened in it.</summary>
internal sealed record Outcome(IReadOnlyList<Finding> Findings, IReadOnlyList<string> Story)
{
    /// <summary>Who cheated in which play, and not only tried to.</summary>
    public IReadOnlySet<Move> Done { get; init; } = new HashSet<Move>();

    /// <summary>What befell an honest party meanwhile.</summary>
    public IReadOnlyList<string> BadDays { get; init; } = [];

    public string Tell(ulong seed, IReadOnlyList<int> kept) =>
        $"seed {seed}, steps {string.Join(' ', kept)}\n{string.Join('\n', Story)}\n{string.Join('\n', Findings)}";
}
