namespace HierCash.Terminals;

/// <summary>Something that waits, in JSON; see <see cref="Waiting"/>.</summary>
/// <param name="Kind">A <see cref="WaitingKind"/>: docs/waiting.md has a row for each.</param>
/// <param name="Since">Null where nobody noted it.</param>
public sealed record WaitingJson(string Kind, string What, JsonTime? Since, string Reason, string Ends)
{
    public static IReadOnlyList<WaitingJson> Of(IReadOnlyList<Waiting> waits) =>
        [.. waits.Select(w => new WaitingJson(JsonWord.Of(w.Kind), w.What, w.Since, w.Reason, w.Ends))];
}

/// <summary>An instruction that its bank has not booked, in JSON; see <see cref="ParkedInstruction"/>.</summary>
public sealed record ParkedJson(
    uint Bank, ulong Number, string Kind, string Whose, Money Amount, string Reason, JsonTime Since, bool TermOver, bool InSuspense,
    bool StopsIssuing, string EndsWhen)
{
    public static IReadOnlyList<ParkedJson> Of(IReadOnlyList<ParkedInstruction> parked, Currency currency) =>
        [.. parked.Select(p => new ParkedJson(p.Bank.Value, p.Number, JsonWord.Of(p.Kind), p.Whose, Money.Of(p.Amount, currency),
            JsonWord.Of(p.Reason), p.Since, p.TermOver, p.InSuspense, p.StopsIssuing, p.EndsWhen))];
}

/// <summary>All parked instructions of a party, in JSON.</summary>
public sealed record ParkedListJson(IReadOnlyList<ParkedJson> Parked);

/// <summary>The process that serves, in JSON; see <see cref="Health"/>.</summary>
public sealed record ServingJson(int Process, JsonTime Since, IReadOnlyList<ServingJson.Fault> Faults)
{
    /// <returns>Null where nothing serves.</returns>
    public static ServingJson? Of(Health? health) => health is null ? null
        : new(health.Process, health.Since, [.. health.Faults.Select(f => new Fault(f.What, f.Reason, f.Since, f.Times, f.EndsWhen))]);

    /// <summary>What the process cannot do at present.</summary>
    public sealed record Fault(string What, string Reason, JsonTime Since, long Times, string EndsWhen);
}
