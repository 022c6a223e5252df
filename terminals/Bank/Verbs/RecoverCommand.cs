using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;

namespace HierCash.Bank;

/// <summary>hiercash-bank recover.</summary>
internal static class RecoverCommand
{
    public static Command Make(string role, Option<string> folder, Option<bool> json, Func<string, BankSession> open)
    {
        var lost = new Option<string?>("--lost-key")
        {
            Description = "The public key, 130 hexadecimal digits, of the bank's newest key, where the copy lacks it: such as --lost-key "
                + "04A1...9F ('hiercash-issuer banks --json' lists the keys that were this "
                + "bank's). See by your own papers that it was the bank's: the bank owes whatever was signed with it. Before that: "
                + "'hiercash-issuer revoke bank N', 'hiercash-bank new-key --fresh > FILE', "
                + "'hiercash-issuer enrol bank FILE --bank N > GRANT'; then stop 'serve', and 'hiercash-bank join GRANT'.",
            HelpName = "HEX",
        };
        var command = new Command("recover", "After a restore from an older copy: asks the issuer for what this bank did since, and goes "
            + "on. Stop 'serve' first.") { folder, lost, json };
        command.SetAction(async (result, cancel) =>
        {
            var key = result.GetValue(lost) is { } hex ? Read(hex) : null;
            using var held = PartyFolder<EnrolledSettings>.Open(result.GetValue(folder)!, role, wasUsed: true).Lock();
            using var bank = open(result.GetValue(folder)!);
            var done = key is not null ? await bank.Party.Recover(key, cancel) : await bank.Party.Recover(cancel);
            var currency = bank.Scheme.Terms.Currency;
            var unordered = bank.Party.Audit.Unordered;
            Older.PrintDone(
                result.GetValue(json),
                new { done.Withdrawals, Total = done.Total.Minor, done.Shops, Unordered = unordered.Sum, Currency = currency.Name },
                $"This bank knows again {Counted.Say(done.Withdrawals, "withdrawal")} of {done.Total.Show(currency)} in all, "
                    + $"{Counted.Say(done.Shops, "shop account")}, and all instructions."
                    + (unordered.Times > 0 ? $" Of such withdrawals {unordered.Times} of {Sum(unordered, currency)} in all "
                    + $"{(unordered.Times == 1 ? "debits" : "debit")} no account yet: {Left}" : "")
                    + " Deposits and accounts of holders that were made since the copy have to be made again. Start 'serve' again.");
            return ExitCode.Done;
        });
        return command;
    }

    private static PublicKey Read(string hex) =>
        (hex.Length == 2 * PublicKey.Size && hex.All(char.IsAsciiHexDigit) ? PublicKey.TryDecode(Convert.FromHexString(hex)) : null)
            ?? (hex.Length == 2 * PublicKey.Size && hex.StartsWith("04", StringComparison.Ordinal)
                ? throw new UsageException("--lost-key wants a whole public key: 130 hexadecimal digits, of which the first two are 04. "
                    + "This is none: a digit is wrong.")
                : throw new UsageException("--lost-key wants a whole public key: 130 hexadecimal digits, of which the first two are 04."));

    /// <summary>Of what no account is debited for.</summary>
    private const string Left =
        "nobody has shown the order, or the account does not cover it. Ask holders to run 'hiercash-wallet resume', which shows it; until "
            + "then this bank bears the sum.";

    private static string Sum((long Times, long Sum) unordered, Currency currency) => new Amount((ulong)unordered.Sum).Show(currency);

    /// <summary>What is left, and what ends it.</summary>
    public static string Explain((long Times, long Sum) unordered, Currency currency) =>
        $"{Counted.Say(unordered.Times, "withdrawal")} of {Sum(unordered, currency)} in all {(unordered.Times == 1 ? "was" : "were")} "
            + $"issued before this bank was restored, and no account is debited for them: {Left}";
}
