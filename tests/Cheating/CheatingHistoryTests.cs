using System.Collections.Concurrent;
using System.Globalization;

namespace HierCash.Tests.Cheating;

/// <summary>
/// Random histories in which somebody cheats on purpose, alone and in pairs, and an oracle that knows who did. Ten thousand of them:
/// HIERCASH_CHEATS=10000 dotnet test tests -c Release --filter FullyQualifiedName~CheatingHistoryTests
/// </summary>
[Parallelizable]
public sealed class CheatingHistoryTests
{
    private const int InEveryRun = 144;
    private const int BigOne = 150;

    /// <summary>Only the one in six in which a party is put back to a copy, or has a wrong clock.</summary>
    private static readonly bool IsOfBadDays = Environment.GetEnvironmentVariable("HIERCASH_CHEAT_BAD_DAYS") is not null;

    private static readonly CheatKind[] Kinds = Enum.GetValues<CheatKind>();

    /// <summary>Each kind alone, then each pair.</summary>
    private static readonly CheatKind[][] Casts =
    [
        .. Kinds.Select(k => new[] { k }),
        .. Kinds.SelectMany((a, i) => Kinds.Skip(i + 1).Select(b => new[] { a, b })),
    ];

    [Test]
    public void NobodyHonestLoses()
    {
        int histories = int.TryParse(Environment.GetEnvironmentVariable("HIERCASH_CHEATS"), CultureInfo.InvariantCulture, out int asked)
            ? asked : InEveryRun;
        ulong first = ulong.TryParse(Environment.GetEnvironmentVariable("HIERCASH_CHEAT_SEED"), CultureInfo.InvariantCulture,
            out ulong seed) ? seed : 1;
        var counts = new ConcurrentDictionary<(CheatKind, CheatKind), int>();
        var plays = new ConcurrentDictionary<string, int>();
        var badDays = new ConcurrentDictionary<string, int>();
        var failures = new ConcurrentQueue<string>();
        int done = 0;
        Parallel.For(0, histories, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            if (IsOfBadDays && !BadDays.HasAny(first + (ulong)i))
            {
                return;
            }

            var cast = Casts[i % Casts.Length];
            var history = histories > InEveryRun ? Make(first + (ulong)i, i, cast) : CheatingHistory.Of(first + (ulong)i, cast);
            var outcome = history.Run();
            if (cast.All(k => outcome.Done.Any(d => d.Kind == k)))
            {
                counts.AddOrUpdate((cast[0], cast[^1]), 1, (_, n) => n + 1);
            }

            foreach (string play in outcome.Done.Where(d => Plays.Named(d.Play).Kind == d.Kind).Select(d => d.Play).Distinct())
            {
                plays.AddOrUpdate(play, 1, (_, n) => n + 1);
            }

            foreach (string day in outcome.BadDays.Distinct())
            {
                badDays.AddOrUpdate(day, 1, (_, n) => n + 1);
            }

            if (outcome.Findings.Count > 0)
            {
                TestContext.Progress.WriteLine($"[{string.Join(" and ", cast)}] seed {first + (ulong)i}, "
                    + $"{string.Join(", ", history.Names)}: {string.Join(' ', outcome.Findings)}");
                if (failures.Count < 5)
                {
                    var (smallest, kept) = history.Shrink(outcome);
                    failures.Enqueue(
                        $"[{string.Join(" and ", cast)}] {string.Join(", ", history.Names)}: {smallest.Tell(first + (ulong)i, kept)}");
                }
                else
                {
                    failures.Enqueue($"[{string.Join(" and ", cast)}] seed {first + (ulong)i}, {string.Join(", ", history.Names)}: "
                        + $"{string.Join(' ', outcome.Findings)}");
                }
            }

            if (Interlocked.Increment(ref done) % 500 == 0)
            {
                TestContext.Progress.WriteLine($"{done} of {histories} histories, {failures.Count} finds");
            }
        });
        TestContext.Out.WriteLine(
            $"{Table(counts)}\n{string.Join("\n", plays.Concat(badDays).OrderBy(p => p.Value).Select(p => $"{p.Value,6} {p.Key}"))}");
        Assert.That(failures, Is.Empty, string.Join("\n\n", failures));
        Assert.That(
            Casts.Where(c => !counts.ContainsKey((c[0], c[^1]))).Select(c => string.Join(" and ", c)), Is.Empty,
            "each kind, and each pair of kinds, cheated in one history at least");
        Assert.That(
            new[] { "restored ", "clock of " }.SelectMany(b => new[] { "issuer", "bank-1", "bank-2" }.Select(p => b + p))
                .Except(badDays.Keys), Is.Empty, "each party was put back, and had a wrong clock");
        Assert.That(
            Plays.All.Where(p => (!p.IsBig || histories > InEveryRun) && !plays.ContainsKey(p.Name)).Select(p => p.Name), Is.Empty,
            "no play is missing");
    }

    /// <summary>One in a thousand is a big one: thousands of payments cost seconds.</summary>
    private static CheatingHistory Make(ulong seed, int i, CheatKind[] cast) =>
        i % 1000 == BigOne && Plays.All.FirstOrDefault(p => p.IsBig) is { } big
        ? CheatingHistory.Of(seed, [big])
        : CheatingHistory.Of(seed, cast);

    /// <summary>Not of the big plays, which the long runs have; what their size did is held by DossierTests in every run.</summary>
    private static IEnumerable<object> Closed => KnownFinds.All.Where(k => !Plays.Named(k.Play).IsBig);

    /// <summary>The holes of the first version are closed: the plays that fell through them find nothing of that kind any more.</summary>
    [TestCaseSource(nameof(Closed))]
    public void WhatWasFoundIsClosed(object known)
    {
        const ulong Tries = 3;
        var find = (KnownFind)known;
        for (ulong seed = 1; seed <= Tries; seed++)
        {
            var outcome = CheatingHistory.Of(seed, [Plays.Named(find.Play)]).Run();
            Assert.That(outcome.Findings.Where(find.IsIn), Is.Empty, $"seed {seed}\n{string.Join('\n', outcome.Story)}");
        }
    }

#if HIERCASH_SWITCHES
    /// <summary>The same plays with the rule that closes the hole taken out: the oracle finds it, as it did in the first version.</summary>
    [TestCaseSource(typeof(KnownFinds), nameof(KnownFinds.All))]
    public void TheOracleFindsWhatItMust(object known)
    {
        var find = (KnownFind)known;
        HierCash.Switches.Throw(find.Switch);
        Find($"Finding {find.Finding}, {find.Switch} off", find.Play, find.IsIn);
    }

    /// <summary>
    /// Rules taken out and thefts planted, one at a time: random histories alone find each, and it is said after how many.
    /// </summary>
    [TestCaseSource(typeof(PlantedThefts), nameof(PlantedThefts.All))]
    public void TheHistoriesAloneFind(string off, string what) => FindAlone(off, what, _ => true);

    /// <summary>The same of what is told to whom it does not concern: it is question 5 that finds it.</summary>
    [TestCaseSource(typeof(PlantedThefts), nameof(PlantedThefts.Leaks))]
    public void TheHistoriesAloneFindTheLeak(string off, string what) => FindAlone(off, what, f => f.Question == 5);

    private static void FindAlone(string off, string what, Func<Oracle.Finding, bool> isIt)
    {
        const int Enough = 1000;
        HierCash.Switches.Throw(off);
        for (int i = 0; i < Enough; i++)
        {
            var cast = Casts[i % Casts.Length];
            if (Make((ulong)i + 1, i, cast).Run().Findings.FirstOrDefault(isIt) is { } found)
            {
                TestContext.Out.WriteLine($"{off} off ({what}): found after {i + 1} histories, by {string.Join(" and ", cast)}: {found}");
                return;
            }
        }

        Assert.Fail($"{Enough} histories with {off} off ({what}), and the oracle finds nothing.");
    }

    /// <summary>A story is read by people; without them it need not be short.</summary>
    private static bool IsShrinking => Environment.GetEnvironmentVariable("HIERCASH_CHEAT_SHRINK") is not null;

    private static void Find(string title, string play, Func<Oracle.Finding, bool> isIt)
    {
        int tries = Plays.Named(play).IsBig ? 1 : 60;
        for (ulong seed = 1; seed <= (ulong)tries; seed++)
        {
            var history = CheatingHistory.Of(seed, [Plays.Named(play)]);
            var outcome = history.Run();
            if (outcome.Findings.Any(isIt))
            {
                bool whole = Plays.Named(play).IsBig || !IsShrinking;
                var (smallest, kept) = whole ? (outcome, [.. Enumerable.Range(0, history.Steps.Count)]) : history.Shrink(outcome, isIt);
                TestContext.Out.WriteLine($"{title}, {play}, after {seed} histories: {smallest.Tell(seed, kept)}");
                return;
            }
        }

        Assert.Fail($"{tries} histories of \"{play}\", and the oracle finds nothing.");
    }
#endif

    /// <summary>Tells one history, the first, or another: HIERCASH_CHEAT_PLAY names its play, HIERCASH_CHEAT_SEED its seed.</summary>
    [Test]
    public void AStory()
    {
        ulong seed = ulong.Parse(Environment.GetEnvironmentVariable("HIERCASH_CHEAT_SEED") ?? "1", CultureInfo.InvariantCulture);
        string? play = Environment.GetEnvironmentVariable("HIERCASH_CHEAT_PLAY");
        var history = play is null ? CheatingHistory.Of(seed, Casts[(int)((seed - 1) % (ulong)Casts.Length)])
            : CheatingHistory.Of(seed, [Plays.Named(play)]);
        var outcome = history.Run();
        TestContext.Out.WriteLine(
            $"{string.Join(", ", history.Names)}: {outcome.Tell(seed, [.. Enumerable.Range(0, history.Steps.Count)])}");
        Assert.That(outcome.Findings, Is.Empty);
    }

    private static string Table(ConcurrentDictionary<(CheatKind A, CheatKind B), int> counts)
    {
        var lines = new List<string> { $"{"",-10}{string.Concat(Kinds.Select(k => $"{k,10}"))}" };
        lines.AddRange(Kinds.Select(a =>
            $"{a,-10}{string.Concat(Kinds.Select(b => $"{(counts.TryGetValue((a, b), out int n) ? n.ToString(CultureInfo.InvariantCulture) : ""),10}"))}"));
        return string.Join('\n', lines);
    }
}
