namespace HierCash.Wallet;

internal static class LostReportVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "Where to write it. Keep it away from the card." };
        return new Verb(
            "lost-report",
            "Signs the report that cancels the card when it is lost. The card has to be there. Whoever has the file can cancel the card, "
                + "and nothing else.",
            "hiercash-wallet lost-report alice.lost --reader emulator:alice.card")
        {
            file, CardOptions.Reader, CardOptions.Wait, WalletSession.Pin,
        }.Does(async (given, cancel) =>
        {
            using var open = await WalletSession.Open(given, cancel);
            string path = given.GetValue(file)!;
            PrivateFile.WriteOnce(
                path, WalletTerminal.SignLostReport(open.Channel, open.HolderPin, Timestamp.Now(TimeProvider.System)).Encode());
            ConsoleEntry.SayDone($"Keep '{path}' where the card is not. If the card is lost, bring it to your bank: "
                + $"hiercash-bank lost FILE.");
        });
    }
}
