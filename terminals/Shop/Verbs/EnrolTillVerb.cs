namespace HierCash.Shop;

internal static class EnrolTillVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description =
            "The request of the further till ('hiercash-shop init'); - reads standard input." };
        return new Verb("enrol-till", "Signs the request of a further till of this shop, and prints it for the issuer.",
            "hiercash-shop enrol-till second.request --dir cafe > second.vouched") { file, TillSession.Directory }.Does(given =>
        {
            using var open = TillSession.Open(given, sells: true);
            if (open.Till.Revoked is { } revoked)
            {
                throw new RefusedException(Outcome.RuleBroken,
                    $"This till's key was revoked on {revoked}, so the issuer takes no till for which it signs. Have another till of the "
                        + $"shop sign, or its bank: 'hiercash-bank enrol-shop FILE'.");
            }

            var vouched = open.Till.Vouch(CarriedFile.Request(given.GetValue(file)!), open.Grant.Holder).OrRefuse();
            ConsoleEntry.PrintToCarry(Armor.Write(Armor.Request, vouched.Encode()), "The signed request", "The same call");
        });
    }
}
