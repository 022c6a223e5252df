namespace HierCash.Wallet;

internal static class LogVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<LogJson>(WalletJson.Default.LogJson);
        return new Verb("log", "Shows the card's payments, oldest first.", "hiercash-wallet log --reader emulator:alice.card")
        {
            CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, json,
        }.Does(async (given, cancel) =>
        {
            using var open = await WalletSession.Open(given, cancel);
            var log = Enumerable.Range(0, open.Status.LogEntries).Select(i => open.Card.ReadLog((byte)i)).Where(e => e.Payment is not null)
                .OrderBy(e => e.Payment!.Time).ToList();
            json.Print(
                given,
                new LogJson([.. log.Select(e => new LogJson.EntryJson(
                    e.Payment!.Time, open.Money(e.Payment.Paid), e.Payment.Till.ToString(), JsonWord.Of(e.State)))]),
                log.Count == 0 ? "The card has paid nothing yet." : string.Join(Environment.NewLine, log.Select(e =>
                    $"{e.Payment!.Time}  {open.Show(e.Payment.Paid)}  till "
                        + $"{e.Payment.Till}{(e.State == LogState.Restored ? "  taken back" : "")}")));
        });
    }
}

internal sealed record LogJson(IReadOnlyList<LogJson.EntryJson> Payments)
{
    /// <param name="State">signed or restored.</param>
    public sealed record EntryJson(JsonTime Time, Money Paid, string Till, string State);
}
