namespace HierCash.Shop;

/// <summary>hiercash-shop policy: what this till takes. Kept in its store.</summary>
internal static class PolicyVerb
{
    private const string Accept = "accept";
    private const string Refuse = "refuse";

    public static Verb Make()
    {
        var keyed = new Option<string?>("--issuer-keyed") { Description =
            "Cash whose key the issuer made. It is never guaranteed, and nobody is named if it was overspent.",
            HelpName = "accept|refuse" };
        keyed.AcceptOnlyFromAmong(Accept, Refuse);
        var json = new JsonOption<PolicyJson>(ShopJson.Default.PolicyJson);
        return new Verb("policy", "Shows which cash this till takes, or changes it.",
            "hiercash-shop policy --issuer-keyed refuse --dir cafe") { keyed, TillSession.Directory, json }.Does(given =>
        {
            using var open = TillSession.Open(given, sells: true);
            if (given.GetValue(keyed) is { } choice)
            {
                open.Till.RefusesIssuerKeyed = choice == Refuse;
            }

            string now = open.Till.RefusesIssuerKeyed ? Refuse : Accept;
            json.PrintDone(given, new PolicyJson(now), now == Refuse
                ? "Issuer-keyed cash is refused; the card gets it back at once."
                : "Issuer-keyed cash is accepted, and shown as such before OK.");
        });
    }
}

/// <summary>What <c>policy --json</c> prints.</summary>
/// <param name="IssuerKeyed">accept or refuse.</param>
internal sealed record PolicyJson(string IssuerKeyed);
