namespace HierCash.Bank;

internal static class CirculationVerb
{
    public static Verb Make() => BankSession.Looks(
        "circulation", "Lists the issuer's signed statements of this bank's cash, each of which continues the one before.",
        BankJson.Default.CirculationJson, open => (
            new CirculationJson([.. open.Party.CirculationStatements.Select(s => new CirculationStatementJson(
                s.Number, s.Date, Money.Of(s.Totals.Issued, s.Currency), Money.Of(s.Totals.Settled, s.Currency),
                Money.Of(s.Totals.Redeemed, s.Currency), Money.Of(s.Totals.Returned, s.Currency),
                Money.Of(s.Totals.Outstanding, s.Currency)))]),
            string.Join(Environment.NewLine, open.Party.CirculationStatements.Select(s =>
                $"{s.Number,4}  {s.Date}  issued {s.Totals.Issued.Show(s.Currency)}, settled {s.Totals.Settled.Show(s.Currency)}, "
                    + $"redeemed {s.Totals.Redeemed.Show(s.Currency)}, returned {s.Totals.Returned.Show(s.Currency)}, outstanding "
                    + $"{s.Totals.Outstanding.Show(s.Currency)}").DefaultIfEmpty("The issuer has not said anything yet."))));
}

internal sealed record CirculationJson(IReadOnlyList<CirculationStatementJson> Statements);

internal sealed record CirculationStatementJson(
    ulong Number, JsonTime Date, Money Issued, Money Settled, Money Redeemed, Money Returned, Money Outstanding);
