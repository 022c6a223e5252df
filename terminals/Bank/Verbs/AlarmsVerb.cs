namespace HierCash.Bank;

internal static class AlarmsVerb
{
    public static Verb Make() => BankSession.Looks(
        "alarms", "Lists what somebody should look at, the newest first.", BankJson.Default.AlarmsJson, open => (
            new AlarmsJson([.. open.Party.Alarms.Select(a => new AlarmJson(
                a.Date, JsonWord.OfWords(a.Kind), a.Kind, a.Number, a.Holder, a.Advice))]),
            string.Join(Environment.NewLine, open.Party.Alarms.Select(a => $"{a.Date}  {a.Kind}{a.Subject}. {a.Advice}".TrimEnd())
                .DefaultIfEmpty("No alarms."))));
}

internal sealed record AlarmsJson(IReadOnlyList<AlarmJson> Alarms);

/// <param name="Code">The kind as one word, for programs.</param>
/// <param name="Kind">For people.</param>
/// <param name="Number">Of the instruction or statement that it is about; 0 where it is about none.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record AlarmJson(JsonTime Date, string Code, string Kind, ulong Number, string? Holder, string Advice);
