namespace HierCash.Issuer;

internal static class ParkedVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<ParkedListJson>(IssuerJson.Default.ParkedListJson);
        return new Verb("parked", "Lists what banks could not book, or have not fetched for a whole dispute term: why, since when, "
            + "what ends it, and whom it stops.", "hiercash-issuer parked --dir issuer") { IssuerSession.Folder, json }.Does(given =>
        {
            using var open = IssuerSession.Open(given);
            var parked = open.Party.Parked;
            json.Print(given, new ParkedListJson(ParkedJson.Of(parked, open.Currency)), ParkedView.Say(parked, open.Currency));
        });
    }
}
