using System.CommandLine;
using HierCash.Terminals.Consoles;

namespace HierCash.Shop;

/// <summary>hiercash-shop recover.</summary>
internal static class RecoverCommand
{
    public static Command Make(Option<string> folder, Option<bool> json, Func<string, TillSession> open)
    {
        var command = new Command("recover",
            "After a restore from an older copy: gets back from the issuer what this till had submitted, and goes on.") { folder, json };
        command.SetAction(async (result, cancel) =>
        {
            using var till = open(result.GetValue(folder)!);
            var done = await till.Till.Recover(till.Issuer, cancel);
            var currency = till.Grant.Scheme.Terms.Currency;
            Older.PrintDone(
                result.GetValue(json),
                new { done.Payments, Total = done.Total.Minor, done.TakenBack, Currency = currency.Name },
                $"This till knows again {Counted.Say(done.Payments, "payment")} of {done.Total.Show(currency)} in all that it had "
                    + $"submitted. What it took since the copy and had not sent, and what it gave back "
                    + "offline, only the customers' cards know: whoever shows such a payment in a wallet gets it settled or back.");
        });
        return command;
    }
}
