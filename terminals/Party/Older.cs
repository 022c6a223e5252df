namespace HierCash.Terminals;

/// <summary>TO BE DELETED with the last verb or room that uses it.</summary>
public static class OlderViews
{
    public static TReply Require<TReply>(this LinkAnswer<TReply> answer, string otherwise)
        where TReply : class => answer.Reply ?? throw new InvalidOperationException($"{otherwise} {answer.Refusal?.Text}".TrimEnd());

    public static object ToJson(this Waiting w) =>
        new { Kind = w.Kind.ToString(), w.What, Since = w.Since?.ToString(), w.Reason, w.Ends };

    public static object ToJson(this ParkedInstruction p) => new
    {
        Bank = p.Bank.Value, p.Number, Kind = p.Kind.ToString(), p.Whose, Amount = p.Amount.Minor, Reason = p.Reason.ToString(),
        Since = p.Since.ToString(), p.TermOver, p.InSuspense, p.StopsIssuing, p.EndsWhen,
    };

    public static object? ToJson(Health? health) => health is null ? null : new
    {
        health.Process, Since = health.Since.ToString(),
        Faults = health.Faults.Select(f => new { f.What, f.Reason, Since = f.Since.ToString(), f.Times, f.EndsWhen }),
    };

    public static void Print(bool json, IReadOnlyList<ParkedInstruction> parked, Currency currency) =>
        Older.Print(json, parked.Select(p => p.ToJson()), ParkedView.Say(parked, currency));
}
