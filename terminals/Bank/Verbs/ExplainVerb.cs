namespace HierCash.Bank;

internal static class ExplainVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<ExplanationJson>(BankJson.Default.ExplanationJson);
        var name = new Argument<string>("NAME") { Description = "The holder's name." };
        return new Verb("explain",
            "Explains each withdrawal, each case and each set-back of a holder: its state, who signed what, and what happens next.",
            "hiercash-bank explain Alice --dir north") { name, BankSession.Folder, json }.Does(given =>
        {
            using var open = BankSession.Open(given);
            var sentences = open.Party.Explain(open.Account(given.GetValue(name)!).User).ToList();
            json.Print(given, new ExplanationJson(sentences), sentences.Count == 0
                ? "There was no withdrawal, and no set-back of the card." : string.Join(Environment.NewLine, sentences));
        });
    }
}
