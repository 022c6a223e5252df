namespace HierCash.Wallet;

internal static class KeepVerb
{
    public static Verb Make()
    {
        var paid = new Option<bool>("--paid")
        {
            Description = "The till has said OK to the payment that the card made last: the slots of its coins are free for others, too. "
                + "Without this its entries stay, for a till that repeats it.",
        };
        var json = new JsonOption<KeepJson>(WalletJson.Default.KeepJson);
        return new Verb(
            "keep",
            "Copies the card's log into DIR/wallet.db, and tells the card that it may forget it. A card whose log is full pays no more.",
            "hiercash-wallet keep --reader emulator:alice.card")
        {
            paid, CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, WalletSession.Records, json,
        }.Does(async (given, cancel) =>
        {
            string folder = WalletSession.Folder(given);
            using var open = await WalletSession.Open(given, cancel);
            var records = open.Use(RecordsFile.Make(folder, open.Channel, open.HolderPin).OrRefuse())!;
            int kept = records.Keep(open.Channel, open.HolderPin, given.GetValue(paid));
            int stay = WalletTerminal.ReadLog(open.Channel, open.HolderPin).Count(e => !e.Entry.Acknowledged);
            json.PrintDone(
                given,
                new KeepJson(kept, records.All.Count, stay),
                (stay == 0 ? "" : $"{Counted.Say(stay, "entry stays", "entries stay")} on the card. Once the till has said OK to the last "
                    + $"payment, 'keep --paid' frees the slots of its coins. ")
                + $"{Counted.Say(kept, "payment is", "payments are")} new or changed; {records.All.Count} are kept in all. Keep "
                + $"'{RecordsFile.Name}': it is what rebuts a wrong accusation.");
        });
    }
}

/// <summary>What <c>keep --json</c> prints.</summary>
/// <param name="Kept">Payments that are new or have changed.</param>
/// <param name="All">Payments that are kept in all.</param>
/// <param name="Stay">Entries that the card may not forget yet.</param>
internal sealed record KeepJson(int Kept, int All, int Stay);
