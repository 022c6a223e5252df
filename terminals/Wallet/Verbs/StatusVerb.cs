namespace HierCash.Wallet;

internal static class StatusVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<StatusJson>(WalletJson.Default.StatusJson);
        return new Verb("status", "Shows what waits: why, since when, and what ends it. It needs no network.",
            "hiercash-wallet status --reader emulator:alice.card")
        {
            CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, WalletSession.Records, json,
        }.Does(async (given, cancel) =>
        {
            using var open = await WalletSession.Open(given, cancel);
            var waits = WalletTerminal.Waits(open.Channel, open.HolderPin, open.Status);
            string? records = RecordsFile.Fault(given.GetValue(WalletSession.Records)!, open.Channel, open.HolderPin);
            json.Print(
                given,
                new StatusJson(open.Status.Scheme.ToString(), open.Status.Bank.Value, WaitingJson.Of(waits), records),
                (records is null ? "" : records + Environment.NewLine) + Waiting.Say(waits));
        });
    }
}

/// <summary>What <c>status --json</c> prints.</summary>
/// <param name="Records">Why nothing can go on with the wallet's records; null where it can.</param>
internal sealed record StatusJson(string Scheme, uint Bank, IReadOnlyList<WaitingJson> Waits, string? Records);
