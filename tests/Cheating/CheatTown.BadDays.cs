using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;

namespace HierCash.Tests.Cheating;

/// <summary>
/// Bad days while somebody cheats: an honest party's clock is wrong for a while (rule R26), or its database is put back to an older copy
/// (rule R27).
/// </summary>
internal sealed partial class CheatTown
{
    private readonly Dictionary<string, OffsetClock> _clocks = [];
    private Timestamp _wrongSince;
    private readonly Dictionary<string, (byte[] Bytes, Timestamp Date, int Enrolled)> _copies = [];

    /// <summary>Names of what befell somebody, for the count.</summary>
    public List<string> BadDays { get; } = [];

    public void SetClock(string party, TimeSpan off)
    {
        if (!_clocks.TryGetValue(party, out var clock))
        {
            clock = _clocks[party] = new OffsetClock(World.Clock);
            Try(() => World.GiveClock(party, clock));
        }

        clock.Off = off;
        Tell(off == TimeSpan.Zero ? $"The clock of {party} is right again."
            : $"The clock of {party} is wrong by {off.TotalHours:0} hours.");
        if (off != TimeSpan.Zero)
        {
            BadDays.Add($"clock of {party}");
            _wrongSince = Now;
            return;
        }

        World.Clock.Advance(TimeSpan.FromMinutes(2));
        if (World.Issuer.Clock.IsBehind)
        {
            // It had signed in the days that are still to come: a person says that its clock is right now.
            World.Issuer.AcceptClock();
        }
    }

    /// <summary>
    /// Somebody looks after a few days: a party that signs nothing for months is in arrears, whatever the reason (rule R8).
    /// </summary>
    private void RightClocks()
    {
        foreach (string party in _clocks.Where(c => c.Value.Off != TimeSpan.Zero && Now > _wrongSince.Plus(TimeSpan.FromDays(9)))
            .Select(c => c.Key))
        {
            SetClock(party, TimeSpan.Zero);
        }
    }

    public void KeepCopy(string party)
    {
        _copies[party] = (World.StoreBytes(party), Now, Shops.Count + People.Count);
        Tell($"Somebody copies the database of {party}.");
    }

    /// <summary>Everybody has visited before, as servers do every few seconds: what was never sent nobody can give back.</summary>
    public void PutBack(string party)
    {
        // To a bank that is lied to, the town has another program; copies are no older than what anybody still has to be told again; and
        // who was enrolled since has to be enrolled anew.
        if (!_copies.Remove(party, out var copy) || Deceived.ContainsKey(party) || Now > copy.Date.Plus(World.Options.Terms.BackupMaxAge)
            || copy.Enrolled != Shops.Count + People.Count)
        {
            return;
        }

        VisitAll();
        World.Replace(party, copy.Bytes);
        BadDays.Add($"restored {party}");
        Tell($"{party} is put back to the older copy.");
    }

    /// <summary>Whoever noticed that it was restored recovers.</summary>
    public void RecoverParties()
    {
        VisitAll();
        if (World.Issuer.Behind is not null)
        {
            Try(() => World.Issuer.Recover().OrRefuse());
            Tell("The issuer recovers.");
        }

        foreach (var bank in World.Banks.Where(b => b.Behind is not null))
        {
            Try(() => bank.Recover(default).AsTask().GetAwaiter().GetResult().OrRefuse());
            Tell($"{bank.Name} recovers.");
        }

        VisitAll();
    }

    private void EndBadDays()
    {
        foreach (string party in _clocks.Keys)
        {
            SetClock(party, TimeSpan.Zero);
        }

        RecoverParties();
    }

    private void VisitAll()
    {
        foreach (var shop in Shops.Where(s => !s.Cheats))
        {
            Online(shop);
            Settle(shop, tell: false);
        }

        Cycle(tell: false);
        foreach (var bank in World.Banks)
        {
            Try(() => bank.Run(default).AsTask().GetAwaiter().GetResult().ThrowIfAny());
        }
    }
}

/// <summary>Which bad day a history has, by dice of its own: its plays stay what they are.</summary>
internal static class BadDays
{
    private const ulong Salt = 0x6a09e667f3bcc908;
    private static readonly int[] Hours = [-8 * 24, -24, 25, 40 * 24];

    /// <summary>True if somebody of this history is put back to a copy: then its parties have files.</summary>
    public static bool HasCopy(ulong seed) => Dice(seed).Next(12) == 0;

    /// <summary>True if anything of the kind befalls somebody.</summary>
    public static bool HasAny(ulong seed) => HasCopy(seed) || HasClock(seed);

    private static bool HasClock(ulong seed) => Dice(seed).Next(12) == 1;

    private static SeededRandom Dice(ulong seed) => new(seed ^ Salt);

    /// <summary>The honest parties that it may befall.</summary>
    private static string[] Honest(IReadOnlyCollection<CheatKind> kinds) =>
    [
        .. kinds.Contains(CheatKind.Issuer) || kinds.Contains(CheatKind.Clerk) ? Array.Empty<string>() : [SimulatedTown.IssuerName],
        .. kinds.Contains(CheatKind.Bank) || kinds.Contains(CheatKind.Clerk) ? Array.Empty<string>() : ["bank-1"],
        "bank-2",
    ];

    public static void Befall(List<Step> steps, ulong seed, IReadOnlyCollection<CheatKind> kinds)
    {
        if (!HasAny(seed))
        {
            return;
        }

        var random = Dice(seed ^ ~Salt);
        var honest = Honest(kinds);
        string party = honest[random.Next(honest.Length)];
        int first = random.Next(steps.Count);
        int last = first + 1 + random.Next(steps.Count - first);
        if (HasClock(seed))
        {
            var off = TimeSpan.FromHours(Hours[random.Next(Hours.Length)]);
            steps.Insert(last, new Step(null, "right clock", t => t.SetClock(party, TimeSpan.Zero)));
            steps.Insert(first, new Step(null, "wrong clock", t => t.SetClock(party, off)));
            return;
        }

        steps.Insert(Math.Min(steps.Count, last + random.Next(4)), new Step(null, "recover parties", t => t.RecoverParties()));
        steps.Insert(last, new Step(null, "put back", t => t.PutBack(party)));
        steps.Insert(first, new Step(null, "keep a copy", t => t.KeepCopy(party)));
    }
}
