namespace HierCash.Shop;

/// <summary>hiercash-shop tickets: payments whose card went before its answer came (rule R31).</summary>
internal static class TicketsVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<TicketsJson>(ShopJson.Default.TicketsJson);
        return new Verb("tickets", "Lists payments whose card went before its answer came. Nobody knows whether it had signed.",
            "hiercash-shop tickets --dir cafe") { TillSession.Directory, Ask(), json }.Does(given =>
        {
            using var open = TillSession.Open(given);
            var sales = open.Till.UnseenSales.Select(s => (s.Time, s.Amount, Until: s.Time.Plus(open.Grant.Scheme.Terms.SettlePeriod)))
                .ToList();
            json.Print(
                given,
                new TicketsJson([.. sales.Select(s => new TicketsJson.TicketJson(s.Time, open.Money(s.Amount), s.Until))]),
                sales.Count == 0
                    ? "No card went before its answer came."
                    : string.Join(Environment.NewLine, sales.Select(s => $"{s.Time}  {open.Show(s.Amount),14}  until {s.Until}")
                        .Append("'hiercash-shop tickets ask' with the card in the reader gives back what it signed.")));
        });
    }

    private static Verb Ask()
    {
        var json = new JsonOption<TicketsAskJson>(ShopJson.Default.TicketsAskJson);
        return new Verb("ask", "Asks the card which of these payments it had signed, and gives it their money back. It signs nothing.",
            "hiercash-shop tickets ask --reader emulator:alice.card --dir cafe")
        {
            CardOptions.Reader, CardOptions.Wait, TillSession.Directory, json,
        }.Does(async (given, cancel) =>
        {
            using var open = TillSession.Open(given, sells: true);
            using var card = await CardOptions.Open(given, TillSession.Suite, cancel);
            var ended = open.Till.AskUnseenSales(card);
            json.PrintDone(
                given,
                new TicketsAskJson([.. ended.Select(e => (JsonTime)e.Sale.Time)],
                    open.Money(ended.Aggregate(Amount.Zero, (all, e) => all + e.Sale.Amount))),
                ended.Count == 0
                    ? "This card signed none of them."
                    : string.Join(Environment.NewLine, ended.Select(e => $"{e.Sale.Time}  {open.Show(e.Sale.Amount)}: {e.Message}")));
        });
    }
}

internal sealed record TicketsJson(IReadOnlyList<TicketsJson.TicketJson> Sales)
{
    /// <param name="Until">A card may be asked until then.</param>
    public sealed record TicketJson(JsonTime Time, Money Amount, JsonTime Until);
}

/// <summary>What <c>tickets ask --json</c> prints.</summary>
/// <param name="Sales">Those that the card had signed.</param>
internal sealed record TicketsAskJson(IReadOnlyList<JsonTime> Sales, Money GivenBack);
