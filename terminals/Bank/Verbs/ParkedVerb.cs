using HierCash.Terminals;
using HierCash.Terminals.Consoles;

namespace HierCash.Bank;

/// <summary>hiercash-bank parked.</summary>
internal static class ParkedVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<ParkedListJson>(BankJson.Default.ParkedListJson);
        var verb = new Verb("parked", "Lists instructions that cannot be booked: why, since when, and what ends it. All else goes on.",
            "hiercash-bank parked --dir north")
        {
            BankSession.Folder, json,
        };
        verb.SetAction(given =>
        {
            using var open = BankSession.Open(given);
            var parked = open.Party.Parked;
            json.Print(given, new ParkedListJson(ParkedJson.Of(parked, open.Currency)), ParkedView.Say(parked, open.Currency));
        });
        return verb;
    }
}
