namespace HierCash.Bank;

internal static class ParkedVerb
{
    public static Verb Make() => BankSession.Looks(
        "parked", "Lists instructions that cannot be booked: why, since when, and what ends it. All else goes on.",
        BankJson.Default.ParkedListJson, open => (
            new ParkedListJson(ParkedJson.Of(open.Party.Parked, open.Currency)), ParkedView.Say(open.Party.Parked, open.Currency)));
}
