namespace HierCash.Bank;

internal static class LostVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<LostJson>(BankJson.Default.LostJson);
        var file = new Argument<string>("FILE") { Description = "The report that the card signed: 'hiercash-wallet lost-report'." };
        return new Verb("lost",
            "Takes the report of a lost card: its coins are cancelled, and what is left of them comes back after their terms.",
            "hiercash-bank lost alice.lost --dir north") { file, BankSession.Folder, json }.Does(async (given, cancel) =>
        {
            using var open = BankSession.Open(given);
            int cancelled = (await open.Party.ReportLost(CarriedFile.LostReport(given.GetValue(file)!), cancel)).OrRefuse();
            json.PrintDone(given, new LostJson(cancelled), $"{Counted.Say(cancelled, "coin is", "coins are")} cancelled. The others follow "
                + $"while 'serve' runs and the issuer can be reached.");
        });
    }
}

/// <param name="Cancelled">Coins that the issuer has cancelled so far.</param>
internal sealed record LostJson(int Cancelled);
