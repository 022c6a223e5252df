namespace HierCash.Bank;

internal static class RecoverVerb
{
    /// <summary>Of what no account is debited for.</summary>
    private const string Left =
        "nobody has shown the order, or the account does not cover it. Ask holders to run 'hiercash-wallet resume', which shows it; until "
            + "then this bank bears the sum.";

    public static Verb Make()
    {
        var json = new JsonOption<RecoveredJson>(BankJson.Default.RecoveredJson);
        var lost = new Option<string?>("--lost-key")
        {
            Description = "The public key, 130 hexadecimal digits, of the bank's newest key, where the copy lacks it: such as --lost-key "
                + "04A1...9F ('hiercash-issuer banks --json' lists the keys that were this bank's). See by your own papers that it was the "
                + "bank's: the bank owes whatever was signed with it. Before that: 'hiercash-issuer revoke bank N', 'hiercash-bank new-key "
                + "--fresh > FILE', 'hiercash-issuer enrol bank FILE --bank N > GRANT'; then stop 'serve', and 'hiercash-bank join GRANT'.",
            HelpName = "HEX",
        };
        return new Verb("recover",
            "After a restore from an older copy: asks the issuer for what this bank did since, and goes on. Stop 'serve' first.",
            "hiercash-bank recover --dir north") { BankSession.Folder, lost, json }.Does(async (given, cancel) =>
        {
            var key = given.GetValue(lost) is { } hex ? Read(hex) : null;
            using var open = BankSession.Open(given, SessionLock.Exclusive, wasUsed: true);
            var done = (await open.Party.Recover(cancel, key)).OrRefuse();
            var currency = open.Currency;
            var unordered = open.Party.Audit.Unordered;
            json.PrintDone(
                given,
                new RecoveredJson(done.Withdrawals, Money.Of(done.Total, currency), done.Shops, Money.Of(unordered.Sum, currency)),
                $"This bank knows again {Counted.Say(done.Withdrawals, "withdrawal")} of {done.Total.Show(currency)} in all, "
                    + $"{Counted.Say(done.Shops, "shop account")}, and all instructions."
                    + (unordered.Times > 0 ? $" Of such withdrawals {unordered.Times} of {Sum(unordered, currency)} in all "
                    + $"{(unordered.Times == 1 ? "debits" : "debit")} no account yet: {Left}" : "")
                    + " Deposits and accounts of holders that were made since the copy have to be made again. Start 'serve' again.");
        });
    }

    private static PublicKey Read(string hex)
    {
        bool isWhole = hex.Length == 2 * PublicKey.Size;
        return PublicKey.TryDecode(TypedHex.Bytes(hex, PublicKey.Size)) ?? throw (isWhole && hex.StartsWith("04", StringComparison.Ordinal)
            ? new UsageException("--lost-key needs a whole public key: 130 hexadecimal digits, of which the first two are 04. This is "
                + "none: a digit is wrong.")
            : new UsageException("--lost-key needs a whole public key: 130 hexadecimal digits, of which the first two are 04."));
    }

    private static string Sum((long Times, long Sum) unordered, Currency currency) => new Amount((ulong)unordered.Sum).Show(currency);

    /// <summary>What is left, and what ends it.</summary>
    public static string Explain((long Times, long Sum) unordered, Currency currency) =>
        $"{Counted.Say(unordered.Times, "withdrawal")} of {Sum(unordered, currency)} in all {(unordered.Times == 1 ? "was" : "were")} "
            + $"issued before this bank was restored, and no account is debited for them: {Left}";
}

/// <param name="Unordered">Of withdrawals for which no account is debited yet.</param>
internal sealed record RecoveredJson(int Withdrawals, Money Total, int Shops, Money Unordered);
