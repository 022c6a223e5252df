using HierCash.Terminals.Consoles;

namespace HierCash.Bank;

/// <summary>hiercash-bank alarms.</summary>
internal static class AlarmsVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<AlarmsJson>(BankJson.Default.AlarmsJson);
        var verb = new Verb("alarms", "Lists what somebody should look at, the newest first.", "hiercash-bank alarms --dir north")
        {
            BankSession.Folder, json,
        };
        verb.SetAction(given =>
        {
            using var open = BankSession.Open(given);
            var alarms = open.Party.Alarms;
            json.Print(
                given,
                new AlarmsJson([.. alarms.Select(a => new AlarmJson(a.Date, a.Kind, a.Number, a.Holder, a.Advice))]),
                string.Join(Environment.NewLine,
                    alarms.Select(a => $"{a.Date}  {a.Kind}{a.Subject}. {a.Advice}".TrimEnd()).DefaultIfEmpty("No alarms.")));
        });
        return verb;
    }
}

/// <summary>What <c>alarms --json</c> prints.</summary>
internal sealed record AlarmsJson(IReadOnlyList<AlarmJson> Alarms);

/// <param name="Number">Of the instruction or statement that it is about; 0 where it is about none.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record AlarmJson(JsonTime Date, string Kind, ulong Number, string? Holder, string Advice);
