namespace HierCash.Wallet;

internal static class RebuttalVerb
{
    public static Verb Make()
    {
        var file = new Argument<string>("FILE") { Description = "Where to write it." };
        var json = new JsonOption<RebuttalJson>(WalletJson.Default.RebuttalJson);
        return new Verb(
            "rebuttal",
            "Writes what the card and DIR/wallet.db hold against an accusation: every void and every dead statement that the card was "
                + "given.",
            "hiercash-wallet rebuttal alice.rebuttal --reader emulator:alice.card")
        {
            file, CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, WalletSession.Bank, WalletSession.Records, json,
        }.Does(async (given, cancel) =>
        {
            string folder = WalletSession.Folder(given);
            using var open = await WalletSession.Open(given, cancel);
            open.Use(RecordsFile.Show(folder).OrRefuse());
            var rebuttal = await open.Terminal().MakeRebuttal(open.Channel, open.HolderPin, cancel);
            string path = given.GetValue(file)!;
            PrivateFile.WriteOnce(path, rebuttal.Encode());
            json.PrintDone(
                given,
                new RebuttalJson(path, rebuttal.Voids.Count, rebuttal.Dead.Count, rebuttal.Certificates.Count),
                $"{Counted.Say(rebuttal.Voids.Count, "void")} and {Counted.Say(rebuttal.Dead.Count, "dead statement")}. Give "
                    + $"'{path}' to your bank, or to whoever checks the evidence.");
            return rebuttal is { Dead.Count: > 0, Certificates.Count: 0 }
                ? throw new LinkException("The dead statements in it prove nothing yet: the certificate of the issuer's key is missing, "
                    + "and the bank does not answer. Write it again later.")
                : ExitCode.Done;
        });
    }
}

/// <summary>What <c>rebuttal --json</c> prints: how many of each are in the file.</summary>
internal sealed record RebuttalJson(string File, int Voids, int Dead, int Certificates);
