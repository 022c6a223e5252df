using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Consoles;

namespace HierCash.Bank;

/// <summary>hiercash-bank recover.</summary>
internal static class RecoverCommand
{
    public static Command Make(string role, Option<string> folder, Option<bool> json, Func<string, OpenedBank> open)
    {
        var command = new Command("recover", "After a restore from an older copy: asks the issuer for what this bank did since, and goes on. Stop 'serve' first.") { folder, json };
        command.SetAction(async (result, cancel) =>
        {
            using var held = PartyFolder<EnrolledSettings>.Open(result.GetValue(folder)!, role).Lock();
            using var bank = open(result.GetValue(folder)!);
            var done = await bank.Party.Recover(cancel);
            var currency = bank.Scheme.Terms.Currency;
            var unordered = bank.Party.Audit.Unordered;
            ConsoleEntry.PrintDone(
                result.GetValue(json),
                new { done.Withdrawals, Total = done.Total.Minor, done.Shops, Unordered = unordered.Sum, Currency = currency.Name },
                $"This bank knows again {Counted.Say(done.Withdrawals, "withdrawal")} of {done.Total.Show(currency)} in all, {Counted.Say(done.Shops, "shop account")}, and all instructions."
                    + (unordered.Times > 0 ? $" {Explain(unordered, currency)}" : "") + " Deposits and accounts of holders that were made since the copy have to be made again.");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What is left, and what ends it.</summary>
    public static string Explain((long Times, long Sum) unordered, Currency currency) =>
        $"{Counted.Say(unordered.Times, "withdrawal")} of {new Amount((ulong)unordered.Sum).Show(currency)} in all {(unordered.Times == 1 ? "was" : "were")} issued before this bank was restored, and no "
        + "account is debited for them: nobody has shown the order, or the account does not cover it. Ask holders to run 'hiercash-wallet resume', which shows it; until then this bank bears the sum.";
}
