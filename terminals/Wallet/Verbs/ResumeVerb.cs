namespace HierCash.Wallet;

internal static class ResumeVerb
{
    public static Verb Make()
    {
        var all = new Option<bool>("--all") { Description =
            "Without asking, also those that this wallet did not begin: say so only if all of them are yours." };
        var json = new JsonOption<ResumeJson>(WalletJson.Default.ResumeJson);
        return new Verb("resume",
            "Finishes withdrawals that were cut short. It asks about those that this wallet did not begin: they debit your account.",
            "hiercash-wallet resume --reader emulator:alice.card")
        {
            all, CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, WalletSession.Bank, CommonOptions.DespiteClock,
            WalletSession.Records, json,
        }.Does(async (given, cancel) =>
        {
            using var open = await WalletSession.Open(given, cancel);
            open.Use(RecordsFile.Find(given.GetValue(WalletSession.Records)!, open.Channel, open.HolderPin).OrRefuse());
            var terminal = open.Terminal(amount => given.GetValue(all) || open.IsTheirs(amount), showedOrder: said =>
            {
                if (!json.IsOn(given))
                {
                    ConsoleEntry.SayDone(said);
                }
            });
            var done = await terminal.Resume(open.Channel, open.HolderPin, cancel).OrRefuse();
            json.PrintDone(
                given,
                new ResumeJson([.. done.Select(d => new ResumeJson.WithdrawalJson(JsonWord.Of(d.Outcome), open.Money(d.Amount),
                    d.Message))]),
                done.Count == 0 ? "No withdrawal is unfinished." : string.Join(Environment.NewLine, done.Select(d => d.Message)));
            await NoticesVerb.Warn(terminal, open.Status, cancel);
            return done.Exists(d => d.Outcome == WithdrawalOutcome.Refused) ? ExitCode.Refused
                : done.Count > 0 && done.TrueForAll(d => d.Outcome == WithdrawalOutcome.Pending) ? ExitCode.Unreachable : ExitCode.Done;
        });
    }
}

internal sealed record ResumeJson(IReadOnlyList<ResumeJson.WithdrawalJson> Withdrawals)
{
    /// <param name="Outcome">issued, reversed, pending, refused or notConfirmed.</param>
    public sealed record WithdrawalJson(string Outcome, Money Amount, string Sentence);
}
