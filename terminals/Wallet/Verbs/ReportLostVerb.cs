namespace HierCash.Wallet;

internal static class ReportLostVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "The report that 'lost-report' wrote." };
        var scheme = new Option<string>("--fingerprint") { Description =
            "The scheme's fingerprint, because the card is not there to tell it.", HelpName = "HEX", Required = true };
        var json = new JsonOption<ReportLostJson>(WalletJson.Default.ReportLostJson);
        return new Verb("report-lost",
            "Reports the card as lost to the bank. Its coins are cancelled, and what is left of them comes back to the account after their "
                + "terms.",
            "hiercash-wallet report-lost alice.lost --fingerprint 5f3c...")
        {
            file, scheme, WalletSession.Bank, json,
        }.Does(async (given, cancel) =>
        {
            var report = CarriedFile.LostReport(given.GetValue(file)!);
            byte[] fingerprint = TypedHex.Bytes(given.GetValue(scheme)!, Digest.Size) ?? throw new UsageException(
                "--fingerprint has 64 hexadecimal digits. The issuer publishes them, and the bank's letter for the card has them too.");
            using var link = WalletSession.Dial(given, Digest.Read(fingerprint), report.Bank, null);
            var terminal = new WalletTerminal(link, WalletSession.Suite, TimeProvider.System, NoCrashPoints.Instance);
            ulong cancelled = await terminal.ReportLost(report, cancel).OrRefuse();

            // The answer bears no signature of the issuer: somebody with a stolen key of the bank, and the network, can give it too
            // (docs/security.md).
            json.PrintDone(
                given, new ReportLostJson(cancelled),
                $"The bank says that {Counted.Say((long)cancelled, "coin is", "coins are")} cancelled, and goes on with the rest by "
                    + "itself. Nothing here proves it: report once more on another day, or ask at the bank's counter.");
        });
    }
}

/// <summary>What <c>report-lost --json</c> prints.</summary>
/// <param name="Cancelled">How many coins are cancelled, as the bank says.</param>
internal sealed record ReportLostJson(ulong Cancelled);
