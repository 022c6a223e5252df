namespace HierCash.Issuer;

internal static class ExplainVerb
{
    public static Verb Make()
    {
        var subject = new Argument<string>("ID") { Description = "A coin id or a payment id, or the beginning of one." };
        var json = new JsonOption<ExplanationJson>(ConsoleJson.Default.ExplanationJson);
        var verb = new Verb("explain", "Explains a coin or a payment: its state, who signed what, and what happens next. The issuer does "
            + "not know whose it is.", "hiercash-issuer explain 5f3c09aa --dir issuer") { subject, IssuerSession.Folder, json };
        verb.SetAction(given =>
        {
            using var open = IssuerSession.Open(given);
            string id = TypedHex.Digits(given.GetValue(subject)!, 4)
                ?? throw new UsageException("Give at least 4 hexadecimal digits of the coin's or the payment's id.");
            var sentences = new Explanations(open.Store, open.Currency, open.Party.Scheme.Terms, TimeProvider.System).Of(id).ToList();
            json.Print(given, new ExplanationJson(sentences), sentences.Count > 0 ? string.Join(Environment.NewLine, sentences)
                : throw new RefusedException(Outcome.NotFound, $"No coin and no payment begins with '{id}'. Those whose terms are over are "
                    + $"forgotten."));
        });
        return verb;
    }
}
