using HierCash.Terminals.Consoles;

namespace HierCash.Bank;

/// <summary>hiercash-bank circulation.</summary>
internal static class CirculationVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<CirculationJson>(BankJson.Default.CirculationJson);
        var verb = new Verb("circulation",
            "Lists the issuer's signed statements of this bank's cash, each of which continues the one before.",
            "hiercash-bank circulation --dir north")
        {
            BankSession.Folder, json,
        };
        verb.SetAction(given =>
        {
            using var open = BankSession.Open(given);
            var statements = open.Party.CirculationStatements;
            json.Print(
                given,
                new CirculationJson(
                [
                    .. statements.Select(s => new CirculationStatementJson(
                        s.Number, s.Date, Money.Of(s.Totals.Issued, s.Currency), Money.Of(s.Totals.Settled, s.Currency),
                        Money.Of(s.Totals.Redeemed, s.Currency), Money.Of(s.Totals.Returned, s.Currency),
                        Money.Of(s.Totals.Outstanding, s.Currency))),
                ]),
                statements.Count == 0 ? "The issuer has not said anything yet." : string.Join(Environment.NewLine, statements.Select(s =>
                    $"{s.Number,4}  {s.Date}  issued {s.Totals.Issued.Show(s.Currency)}, settled {s.Totals.Settled.Show(s.Currency)}, "
                        + $"redeemed {s.Totals.Redeemed.Show(s.Currency)}, returned {s.Totals.Returned.Show(s.Currency)}, outstanding "
                        + $"{s.Totals.Outstanding.Show(s.Currency)}")));
        });
        return verb;
    }
}

/// <summary>What <c>circulation --json</c> prints.</summary>
internal sealed record CirculationJson(IReadOnlyList<CirculationStatementJson> Statements);

internal sealed record CirculationStatementJson(
    ulong Number, JsonTime Date, Money Issued, Money Settled, Money Redeemed, Money Returned, Money Outstanding);
