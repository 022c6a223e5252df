using System.Globalization;

namespace HierCash.Issuer;

internal static class StatusVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<StatusJson>(IssuerJson.Default.StatusJson);
        return new Verb("status", "Says what waits, and for whom.", "hiercash-issuer status --dir issuer")
        {
            IssuerSession.Folder, json,
        }.Does(given =>
        {
            using var open = IssuerSession.Open(given);
            HealthView.Status(given.GetValue(IssuerSession.Folder)!, IssuerSession.Role, health => Show(open, given, json, health));
        });
    }

    private static void Show(IssuerSession open, ParseResult given, JsonOption<StatusJson> json, Health? health)
    {
        var party = open.Party;
        var (coins, closed) = party.CoinCounts;
        var (deltas, unfetched, cases, alarms) = party.Queues;
        var standing = party.Standing;
        string goesOn = standing.Awaited.Count > 0 ? RecoverVerb.Explain(standing.Awaited) : IssuerParty.WhenBehind;
        string behind = standing.Behind is { } since
            ? $"{Environment.NewLine}STOPPED since {since}. {goesOn}{RecoverVerb.Explain(standing.LostKeys)}" : "";
        string root = Convert.ToHexString(party.Scheme.Root.Bytes);
        json.Print(given,
            new StatusJson(party.Scheme.Fingerprint.ToString(), root, coins, closed, deltas, unfetched, cases, alarms,
                ParkedJson.Of(party.Parked, open.Currency), standing.Behind, WaitingJson.Of(standing.Waits), party.Clock.IsBehind,
                party.Clock.Doubted, ServingJson.Of(health)),
            string.Create(CultureInfo.InvariantCulture, $"""
            Scheme {party.Scheme.Fingerprint}{behind}
            Root key {root}
            {coins} coins in circulation, {closed} used up and kept for their terms.
            {deltas} transfers wait for the next cycle, or for their bank's first visit since 'serve' began; {unfetched} instructions wait for their banks{(unfetched > 0 ? ": are these running?" : ".")}
            {ParkedView.Summary(party.Parked, "hiercash-issuer")}
            {cases} cases wait for a bank's finding; {alarms} alarms{(alarms > 0 ? ": 'hiercash-issuer alarms' lists them." : ".")}
            {ClockVerb.Say(party.Clock)}
            {Waiting.Say(standing.Waits)}
            {HealthView.Show(health)}
            """));
    }
}

/// <param name="Behind">Since when the issuer knows that its database is an older copy.</param>
internal sealed record StatusJson(
    string Fingerprint, string Root, long CoinsOpen, long CoinsClosed, long Transfers, long Unfetched, long Cases, long Alarms,
    IReadOnlyList<ParkedJson> Parked, JsonTime? Behind, IReadOnlyList<WaitingJson> Waits, bool ClockBehind, JsonTime? ClockDoubted,
    ServingJson? Serving);
