using System.CommandLine;
using HierCash.Card.Readers;
using HierCash.Iso7816;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop journal, explain and refund.</summary>
internal static class JournalCommands
{
    public static Command Journal(Option<string> folder, Option<bool> json, Func<string, TillSession> open)
    {
        var command = new Command("journal", "Lists all payments of this till, oldest first.") { folder, json };
        command.SetAction(result =>
        {
            using var opened = open(result.GetValue(folder)!);
            var currency = opened.Grant.Scheme.Terms.Currency;
            var sales = opened.Till.Journal;
            Older.Print(
                result.GetValue(json),
                sales.Select(t => new
                {
                    Time = t.Time.ToString(), Amount = t.Amount.Minor, State = t.State.ToString(),
                        Parts = opened.Till.CoinPayments(t.Time).Select(p => p.State.ToString()), IssuerKeyed = IsKeyed(opened.Till, t),
                }),
                sales.Count == 0 ? "Nothing was paid here yet." : string.Join(Environment.NewLine, sales.Select(t =>
                    $"{t.Time}  {t.Amount.Show(currency),14}  "
                        + $"{t.State}{string.Concat(opened.Till.CoinPayments(t.Time).Select(p => $", {p.State}"))}{(IsKeyed(opened.Till, t) ? ", issuer-keyed" : "")}")));
        });
        return command;
    }

    public static Command Explain(Option<string> folder, Option<bool> json, Func<string, TillSession> open)
    {
        var time = new Argument<string>("RECEIPT") { Description = "The moment on the receipt, as 'journal' shows it." };
        var command = new Command("explain", "Says of a payment: its state, who signed what, and what happens next.") { time, folder,
            json };
        command.SetAction(result =>
        {
            using var opened = open(result.GetValue(folder)!);
            var sale = Find(opened.Till, result.GetValue(time)!);
            var sentences = opened.Till.Explain(sale).ToList();
            Older.Print(result.GetValue(json),
                new { Time = sale.Time.ToString(), State = sale.State.ToString(), Sentences = sentences },
                string.Join(Environment.NewLine, sentences));
        });
        return command;
    }

    public static Command Refund(Option<string> folder, Option<bool> json, ICashSuite suite, Func<string, TillSession> open)
    {
        var time = new Argument<string>("RECEIPT") { Description = "The moment on the receipt, as 'journal' shows it." };
        var later = new Option<bool>("--without-card") { Description =
            "Do not wait for the card: it gets its money when it comes to this till again." };
        var command = new Command("refund",
            "Takes an accepted payment back: first at the issuer, if it may have been sent, then on the card.")
        {
            time, CardOptions.Reader, CardOptions.Wait, later, CommonOptions.DespiteClock, folder, json,
        };
        command.SetAction(async (result, cancel) =>
        {
            using var opened = open(result.GetValue(folder)!);
            opened.Till.IsDespiteClock = result.GetValue(CommonOptions.DespiteClock);
            var sale = Find(opened.Till, result.GetValue(time)!);
            bool before = opened.Till.IsGivenBack(sale.Time);
            ICardChannel? card = result.GetValue(later) ? null : await CardOptions.Open(result, suite, cancel);
            using (card)
            {
                TillResult refunded;
                try
                {
                    refunded = await opened.Till.Refund(sale.Time, card, opened.Issuer, cancel);
                }
                catch (LinkException e)
                {
                    throw new LinkException(
                        $"{e.Message} The refund is begun all the same, and 'hiercash-shop settle' ends it: give no cash for it.", e);
                }

                Older.PrintDone(result.GetValue(json),
                    new { Refunded = before ? 0 : sale.Amount.Minor, Time = sale.Time.ToString() }, refunded.Message);
            }
        });
        return command;
    }

    private static bool IsKeyed(ShopTill till, Sale sale) => till.CoinPayments(sale.Time).Any(p => IssuerKeyed.IsSaidOf(p.H.Coin));

    internal static Sale Find(ShopTill till, string time) => till.Journal.FirstOrDefault(t => t.Time.ToString() == time)
        ?? throw new RefusedException(Outcome.NotFound, $"There is no payment '{time}' at this till. 'hiercash-shop journal' lists them.");
}
