namespace HierCash.Shop;

internal static class ExplainVerb
{
    public static Verb Make()
    {
        var receipt = new Argument<string>("RECEIPT") { Description = "The moment on the receipt, as 'journal' shows it." };
        var json = new JsonOption<ExplainJson>(ShopJson.Default.ExplainJson);
        return new Verb("explain", "Explains a payment: its state, who signed what, and what happens next.",
            "hiercash-shop explain 2026-11-23T10:15:00.000000Z --dir cafe") { receipt, TillSession.Directory, json }.Does(given =>
        {
            using var open = TillSession.Open(given);
            var sale = open.Find(given.GetValue(receipt)!);
            var sentences = open.Till.Explain(sale).ToList();
            json.Print(given, new ExplainJson(sale.Time, JsonWord.Of(sale.State), sentences), string.Join(Environment.NewLine, sentences));
        });
    }
}

internal sealed record ExplainJson(JsonTime Time, string State, IReadOnlyList<string> Sentences);
