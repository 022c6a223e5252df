namespace HierCash.Wallet;

internal static class RebutVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<RebutJson>(WalletJson.Default.RebutJson);
        return new Verb(
            "rebut",
            "Shows the bank what the card and DIR/wallet.db hold against its accusations. What was shown is kept with its stamps as "
                + "DIR/COIN.rebuttal, and the bank's evidence as DIR/COIN.evidence.",
            "hiercash-wallet rebut --reader emulator:alice.card")
        {
            CardOptions.Reader, CardOptions.Wait, WalletSession.Pin, WalletSession.Bank, WalletSession.Records, json,
        }.Does(async (given, cancel) =>
        {
            string folder = WalletSession.Folder(given);
            using var open = await WalletSession.Open(given, cancel);
            open.Use(RecordsFile.Show(folder).OrRefuse());
            var shown = await open.Terminal().Rebut(
                open.Channel, open.HolderPin, cancel,
                (notice, rebuttal) => RebuttalFile.Keep(FileOf(folder, notice, RebuttalFile.Suffix), rebuttal),
                (notice, evidence) => RebuttalFile.KeepEvidence(FileOf(folder, notice, RebuttalFile.EvidenceSuffix), evidence));
            json.PrintDone(
                given,
                new RebutJson([.. shown.Select(d => new RebutJson.ShownJson(
                    d.Notice.Coin.ToString(), d.Notice.Until, d.Rebuttal.Voids.Count, d.Rebuttal.Dead.Count,
                    [.. d.Rebuttal.Stamps.Select(s => (JsonTime)s.Date)], d.Stands,
                    d.Evidence is null ? null : FileOf(folder, d.Notice, RebuttalFile.EvidenceSuffix),
                    d.Held.IsEmpty ? null : FileOf(folder, d.Notice, RebuttalFile.Suffix), d.NoStamp))]),
                shown.Count == 0 ? "The bank holds nothing against this card."
                    : string.Join(Environment.NewLine, shown.Select(d => Say(d, folder, open.Kept is not null))));
            return shown.Any(d => d.Stands != false) ? ExitCode.Refused : ExitCode.Done;
        });
    }

    private static string FileOf(string folder, Notice notice, string suffix) =>
        Path.Combine(folder, $"{notice.Coin.ToString()[..16]}{suffix}");

    private static string Say(RebuttalResult done, string folder, bool hasRecords)
    {
        string file = FileOf(folder, done.Notice, RebuttalFile.Suffix);
        string stamp = done is { NoStamp: { } why, Stands: not false }
            ? $" It has no stamp of the issuer, which would prove when it was made: {why}" : "";
        return NoticesVerb.Say(done.Notice) + (done switch
        {
            { Evidence: null, Held: { IsEmpty: false, Stamps.Count: > 0 } } =>
                $" It shows no evidence that holds, so it was shown nothing: the answer alone would say whose coin that is. Ask again; "
                    + $"'{file}' has the issuer's stamp, which proves when it was made.",
            { Evidence: null, Rebuttal.IsEmpty: true } =>
                " It shows no evidence that holds, so it was shown nothing: the answer alone would say whose coin that is. Ask again; "
                    + "'hiercash-wallet rebuttal FILE' writes what you hold, for a judge.",
            { Rebuttal.IsEmpty: true } => hasRecords
                ? " The card and the records hold nothing against it."
                : $" The card holds nothing against it, and '{folder}' has no records (wallet.db). Name the folder that has them with "
                    + "--dir.",
            { Stands: false } => $" The bank heard the rebuttal: the accusation falls. Keep '{file}'.",
            { Stands: true, Rebuttal.Stamps.Count: > 0 } when done.Rebuttal.Stamps.All(s => s.Date > done.Notice.Until) =>
                $" The bank heard the rebuttal, after {done.Notice.Until}: too late for the claim, and not for your name. Whoever checks "
                    + $"the evidence with '{file}' sees what it strikes out.",
            { Stands: true } => $" The bank heard the rebuttal, and the accusation stands. '{file}' proves what was shown, and when.",
            { Rebuttal.Stamps.Count: > 0 } => $" The bank did not answer the rebuttal. Show it again; '{file}' has the issuer's stamp, "
                + "which proves when it was made.",
            _ => $" The bank did not answer the rebuttal. Show it again; '{file}' has no stamp yet.",
        }) + stamp;
    }
}

internal sealed record RebutJson(IReadOnlyList<RebutJson.ShownJson> Rebuttals)
{
    /// <param name="Voids">How many of them were shown.</param>
    /// <param name="Dead">How many dead statements were shown.</param>
    /// <param name="Stands">Whether the bank holds on to the accusation; null where it did not say.</param>
    /// <param name="Evidence">The file of the bank's evidence; null if it showed none that holds.</param>
    /// <param name="File">The file of what is held against it; null if there is nothing.</param>
    /// <param name="NoStamp">Why the issuer's stamp is not under it; null where it is, or where there is nothing to stamp.</param>
    public sealed record ShownJson(
        string Coin, JsonTime Until, int Voids, int Dead, IReadOnlyList<JsonTime> Stamps, bool? Stands, string? Evidence, string? File,
        string? NoStamp);
}
