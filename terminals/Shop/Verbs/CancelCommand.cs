using System.CommandLine;
using HierCash.Card.Readers;
using HierCash.Iso7816;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop cancel: ends a payment that was never accepted, and whose money a card is short of.</summary>
internal static class CancelCommand
{
    public static Command Make(Option<string> folder, Option<bool> json, ICashSuite suite, Func<string, TillSession> open)
    {
        var time = new Argument<string>("RECEIPT") { Description = "The moment of the payment, as 'status' and 'journal' show it." };
        var later = new Option<bool>("--without-card") { Description =
            "Do not wait for the card: it gets its money when it comes to this till again." };
        var command = new Command(
            "cancel",
            "Gives up a payment that was cut short or waits for the issuer, and gives the card its money back. What the issuer may have, "
                + "it has to answer for first.")
        {
            time, CardOptions.Reader, CardOptions.Wait, later, CommonOptions.DespiteClock, folder, json,
        };
        command.SetAction(async (result, cancel) =>
        {
            using var opened = open(result.GetValue(folder)!);
            opened.Till.IsDespiteClock = result.GetValue(CommonOptions.DespiteClock);
            var sale = JournalCommands.Find(opened.Till, result.GetValue(time)!);
            bool before = opened.Till.IsGivenBack(sale.Time);
            ICardChannel? card = result.GetValue(later) ? null : await CardOptions.Open(result, suite, cancel);
            using (card)
            {
                TillResult ended;
                try
                {
                    ended = await opened.Till.Cancel(sale, card, opened.Issuer, cancel);
                }
                catch (LinkException e)
                {
                    throw new LinkException(
                        $"{e.Message} The payment is given up, and the issuer may have it: the card gets its money back after its answer. "
                            + $"'hiercash-shop settle' asks for that, then run this again with the card.", e);
                }

                Older.PrintDone(result.GetValue(json),
                    new { Cancelled = before ? 0 : sale.Amount.Minor, Time = sale.Time.ToString() }, ended.Message);
            }
        });
        return command;
    }
}
