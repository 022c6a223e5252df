using System.CommandLine;
using HierCash.Card.Readers;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop tickets: payments whose card went before its answer came (rule R31).</summary>
internal static class SalesCommand
{
    public static Command Make(Option<string> folder, Option<bool> json, ICashSuite suite, Func<string, TillUse, TillSession> open)
    {
        var command = new Command("tickets",
            "Lists payments whose card went before its answer came. Nobody knows whether it had signed.") { folder, json };
        command.SetAction(result =>
        {
            using var opened = open(result.GetValue(folder)!, TillUse.Looks);
            var currency = opened.Grant.Scheme.Terms.Currency;
            var term = opened.Grant.Scheme.Terms.SettlePeriod;
            var sales = opened.Till.UnseenSales;
            Older.Print(
                result.GetValue(json),
                sales.Select(t => new { Time = t.Time.ToString(), Amount = t.Amount.Minor, Until = t.Time.Plus(term).ToString() }),
                sales.Count == 0
                    ? "No card went before its answer came."
                    : string.Join(Environment.NewLine, sales.Select(
                        t => $"{t.Time}  {t.Amount.Show(currency),14}  until {t.Time.Plus(term)}")
                        .Append("'hiercash-shop tickets ask' with the card in the reader gives back what it signed.")));
        });
        command.Subcommands.Add(Ask(folder, json, suite, open));
        return command;
    }

    private static Command Ask(Option<string> folder, Option<bool> json, ICashSuite suite, Func<string, TillUse, TillSession> open)
    {
        var command = new Command("ask", "Asks the card in the reader which of these payments it had signed, and gives it their money "
            + "back. It signs nothing.") { CardOptions.Reader, CardOptions.Wait, folder, json };
        command.SetAction(async (result, cancel) =>
        {
            using var opened = open(result.GetValue(folder)!, TillUse.Sells);
            using var card = await CardOptions.Open(result, suite, cancel);
            var ended = opened.Till.AskUnseenSales(card);
            var sum = ended.Aggregate(Amount.Zero, (all, e) => all + e.Sale.Amount);
            Older.PrintDone(
                result.GetValue(json),
                new { Ended = ended.Select(e => e.Sale.Time.ToString()), GivenBack = sum.Minor },
                ended.Count == 0
                    ? "This card signed none of them."
                    : string.Join(Environment.NewLine, ended.Select(
                        e => $"{e.Sale.Time}  {e.Sale.Amount.Show(opened.Grant.Scheme.Terms.Currency)}: {e.Message}")));
        });
        return command;
    }
}
