namespace HierCash.Shop;

internal static class JournalVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<JournalJson>(ShopJson.Default.JournalJson);
        return new Verb("journal", "Lists all payments of this till, oldest first.", "hiercash-shop journal --dir cafe")
        {
            TillSession.Directory, json,
        }.Does(given =>
        {
            using var open = TillSession.Open(given);
            var sales = open.Till.Journal.Select(s => (Sale: s, Payments: open.Till.CoinPayments(s.Time))).ToList();
            json.Print(
                given,
                new JournalJson([.. sales.Select(s => new JournalJson.SaleJson(
                    s.Sale.Time, open.Money(s.Sale.Amount), JsonWord.Of(s.Sale.State), [.. s.Payments.Select(p => JsonWord.Of(p.State))],
                    IsKeyed(s.Payments)))]),
                sales.Count == 0 ? "Nothing was paid here yet." : string.Join(Environment.NewLine, sales.Select(s =>
                    $"{s.Sale.Time}  {open.Show(s.Sale.Amount),14}  {s.Sale.State}"
                        + $"{string.Concat(s.Payments.Select(p => $", {p.State}"))}{(IsKeyed(s.Payments) ? ", issuer-keyed" : "")}")));
        });
    }

    private static bool IsKeyed(List<CoinPayment> payments) => payments.Exists(p => IssuerKeyed.IsSaidOf(p.H.Coin));
}

internal sealed record JournalJson(IReadOnlyList<JournalJson.SaleJson> Sales)
{
    /// <param name="CoinPayments">What became of each coin's part.</param>
    public sealed record SaleJson(JsonTime Time, Money Amount, string State, IReadOnlyList<string> CoinPayments, bool IssuerKeyed);
}
