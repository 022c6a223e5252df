using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop enrol-till.</summary>
internal static class EnrolTillVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description =
            "The request of the further till ('hiercash-shop init'); - reads standard input." };
        var verb = new Verb("enrol-till", "Signs the request of a further till of this shop, and prints it for the issuer.",
            "hiercash-shop enrol-till second.request --dir cafe > second.vouched") { file, TillSession.Directory };
        verb.SetAction(given =>
        {
            using var open = TillSession.Open(given, sells: true);
            if (open.Till.Revoked is { } revoked)
            {
                throw new RefusedException(Outcome.RuleBroken,
                    $"This till's key was revoked on {revoked}, so the issuer takes no till for which it signs. Have another till of the "
                        + $"shop sign, or its bank: 'hiercash-bank enrol-shop FILE'.");
            }

            string named = given.GetValue(file)!;
            var request = EnrolmentRequest.Decode(Armor.Read(Armor.Request, named))
                ?? throw new RefusedException(Outcome.Damaged,
                    $"The request in '{named}' is damaged, or asks under a name that cannot be shown. Copy it again, whole; or have it "
                        + "made again.");
            ConsoleEntry.PrintToCarry(
                Armor.Write(Armor.Request, open.Till.Vouch(request, open.Grant.Holder).OrRefuse().Encode()), "The signed request",
                "The same call");
        });
        return verb;
    }
}
