namespace HierCash.Shop;

internal static class StatusVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<StatusJson>(ShopJson.Default.StatusJson);
        return new Verb("status", "Shows what was taken, what is queued, what was refused, and what waits.",
            "hiercash-shop status --dir cafe") { TillSession.Directory, json }.Does(given =>
        {
            using var open = TillSession.Open(given);
            var till = open.Till;
            var (credited, guaranteed, waiting) = till.Shares;
            var held = till.HeldPayments;
            var waits = till.Waits;
            var kept = till.KeptPayments;
            int cut = till.OpenSales.Count;
            var queued = till.Sum(CoinPaymentState.Queued);
            var refused = till.Sum(CoinPaymentState.Refused);
            var sum = held.Aggregate(Amount.Zero, (all, h) => all + h.Held);
            var owed = held.Aggregate(Amount.Zero, (all, h) => all + h.Owed);
            string cancels = cut > 0
                ? ": 'hiercash-shop cancel RECEIPT' with the same card gives back what it signed ('journal' names them)." : ".";
            string brings = queued.IsZero ? "." : till.Revoked is not null ? ": another till of the shop brings it." : till.Behind is null
                ? ": run 'hiercash-shop settle'." : ".";
            json.Print(
                given,
                new StatusJson(
                    till.W.ToString(), open.Money(till.Accepted), open.Money(queued), open.Money(credited), open.Money(guaranteed),
                    open.Money(waiting), open.Money(refused), cut, open.Money(sum), open.Money(owed),
                    [.. held.Select(h => new StatusJson.HeldJson(h.Sale.Time, open.Money(h.Held), open.Money(h.Owed), open.Money(h.Said),
                        h.WasSent))],
                    [.. kept.Select(k => new StatusJson.CashJson(k.Sale.Time, open.Money(k.Cash)))],
                    till.WhyNoPayment, till.Revoked, WaitingJson.Of(waits)),
                $"""
                Till {till.W} of {open.Grant.Name}
                Taken {open.Show(till.Accepted)}: settled {open.Show(credited)}, guaranteed for later {open.Show(guaranteed)}, waiting {open.Show(waiting)}, refused {open.Show(refused)}.
                Queued {open.Show(queued)}{brings}
                {Counted.Say(cut, "payment was", "payments were")} cut short{cancels}
                {HeldView.Say(held, sum, owed, open.Currency, till.Revoked is not null)}{HeldView.SayKept(kept, open.Currency)}{(till.WhyNoPayment is { } why ? Environment.NewLine + why : "")}
                {Waiting.Say(waits)}
                """);
        });
    }
}

/// <summary>What <c>status --json</c> prints.</summary>
/// <param name="Till">W, the number of this till.</param>
/// <param name="Open">How many payments were cut short.</param>
/// <param name="HeldPayments">Payments whose money is neither the shop's nor on the card again.</param>
/// <param name="PayBackInCash">What the issuer has paid of payments that were never accepted.</param>
/// <param name="TakesNone">Why this till takes no payment; null where it takes them.</param>
/// <param name="Revoked">Since when this till's key is revoked; null if it is not.</param>
internal sealed record StatusJson(
    string Till, Money Accepted, Money Queued, Money Settled, Money Guaranteed, Money Waiting, Money Refused, int Open, Money Held,
    Money Owed, IReadOnlyList<StatusJson.HeldJson> HeldPayments, IReadOnlyList<StatusJson.CashJson> PayBackInCash, string? TakesNone,
    JsonTime? Revoked, IReadOnlyList<WaitingJson> Waits)
{
    /// <param name="Said">What a card said that it has back, and showed no signature for.</param>
    /// <param name="Sent">The issuer may have it.</param>
    public sealed record HeldJson(JsonTime Time, Money Held, Money Owed, Money Said, bool Sent);

    public sealed record CashJson(JsonTime Time, Money Amount);
}
