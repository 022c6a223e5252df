namespace HierCash.Issuer;

internal static class InitVerb
{
    public static Verb Make()
    {
        var currency = new Option<string>("--currency")
        {
            Description = "Three letters of ISO 4217.", HelpName = "CODE", DefaultValueFactory = _ => "EUR",
        };
        var excess = WordOption.Of("--excess", "Who bears payments above a coin's face value.", ExcessPolicy.Guarantee);
        var keyed = new Option<bool>("--issuer-keys")
        {
            Description = "Make key pairs for users who ask for them (claim 2). The issuer could then sign as they do.",
        };
        var g = WordOption.Of("--g", "What the issuer signs of N_U: its hash, or itself (claim 7).", GFunction.Sha256);
        var json = new JsonOption<InitJson>(IssuerJson.Default.InitJson);
        return new Verb("init", "Makes a new issuer: the root key and all keys under it.",
            "hiercash-issuer init --dir issuer", "hiercash-issuer init --currency CHF --excess Refuse --dir issuer")
        {
            IssuerSession.Folder, currency, excess, keyed, g, json,
        }.Does(given =>
        {
            string code = given.GetValue(currency)!;
            var known = Currency.TryParse(code) ?? throw new UsageException(
                $"'{code}' is not a currency that this version knows. Give one of {string.Join(", ", Currency.Names)}.");
            using var made = IssuerSession.Create(given, new IssuerSettings(
                known.Name, given.GetValue(excess), given.GetValue(keyed), given.GetValue(g)));
            string fingerprint = made.Party.Scheme.Fingerprint.ToString();
            json.PrintDone(given, new InitJson(fingerprint),
                $"The scheme's fingerprint is {fingerprint}. Publish it where banks, shops and users can compare it.");
        });
    }
}

internal sealed record InitJson(string Fingerprint);
