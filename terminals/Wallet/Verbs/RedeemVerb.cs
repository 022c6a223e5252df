namespace HierCash.Wallet;

/// <summary>hiercash-wallet redeem; and what it has in common with renew and recover.</summary>
internal static class RedeemVerb
{
    public static Verb Make() => Make(
        new Verb("redeem", "Sends all cash on the card back to the account. The bank learns how much, and nothing of where the rest was "
            + "spent.",
            "hiercash-wallet redeem --reader emulator:alice.card"),
        (terminal, open, cancel) => terminal.Redeem(open.Channel, open.HolderPin, null, cancel),
        "There is nothing to redeem.");

    /// <param name="nothing">What is said where there was nothing to do.</param>
    /// <param name="isRecovery">The records are made again where they were lost.</param>
    public static Verb Make(
        Verb verb, Func<WalletTerminal, WalletSession, CancellationToken, ValueTask<Result<List<RecoveryResult>>>> work, string nothing,
        bool isRecovery = false)
    {
        var json = new JsonOption<RecoveryJson>(WalletJson.Default.RecoveryJson);
        foreach (var option in new Option[]
            { CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, WalletSession.Bank, WalletSession.Records, json })
        {
            verb.Add(option);
        }

        if (!isRecovery)
        {
            verb.Add(CommonOptions.DespiteClock);
        }

        verb.SetAction(async (given, cancel) =>
        {
            string folder = WalletSession.Folder(given);
            using var open = await WalletSession.Open(given, cancel);
            bool isCopied = false;
            if (isRecovery)
            {
                open.Use(RecordsFile.Recover(folder, open.Channel, open.HolderPin, what =>
                {
                    isCopied = true;
                    Console.Error.WriteLine(what);
                }).OrRefuse());
            }
            else
            {
                open.Use(RecordsFile.Find(folder, open.Channel, open.HolderPin).OrRefuse());
            }

            var terminal = open.Terminal();
            await NoticesVerb.Warn(terminal, open.Status, cancel);
            var done = await work(terminal, open, cancel).OrRefuse();
            json.PrintDone(
                given,
                new RecoveryJson([.. done.Select(d => new RecoveryJson.ResultJson(open.Money(d.Amount), d.Done, d.Message))]),
                done.Count == 0 ? nothing : string.Join(Environment.NewLine, done.Select(d => d.Message)));

            // Who had the records made again got that, whatever the issuer says of payments that are settled long since.
            return done.Count > 0 && done.TrueForAll(d => !d.Done) && !isCopied ? ExitCode.Refused : ExitCode.Done;
        });
        return verb;
    }
}

/// <summary>What <c>redeem --json</c>, <c>renew --json</c> and <c>recover --json</c> print.</summary>
internal sealed record RecoveryJson(IReadOnlyList<RecoveryJson.ResultJson> Results)
{
    /// <param name="Done">True if the money is where it should be.</param>
    public sealed record ResultJson(Money Amount, bool Done, string Sentence);
}
