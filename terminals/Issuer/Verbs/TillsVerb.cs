using System.Globalization;

namespace HierCash.Issuer;

internal static class TillsVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<TillsJson>(IssuerJson.Default.TillsJson);
        return new Verb("tills", "Lists the tills of all shops, the newest first: since when each is registered, which till enrolled "
            + "it, and whether its key is revoked.", "hiercash-issuer tills --dir issuer") { IssuerSession.Folder, json }.Does(given =>
        {
            using var open = IssuerSession.Open(given);
            var tills = open.Party.Registry.Tills;
            json.Print(given,
                new TillsJson([.. tills.Select(t =>
                    new TillsJson.Row(t.W.ToString(), t.Shop.Value, t.Name, t.Registered, t.By?.ToString(), t.Revoked))]),
                tills.Count == 0 ? "No tills." : string.Join(Environment.NewLine, tills.Select(Say)));
        });
    }

    private static string Say(TillRow till) => string.Create(
        CultureInfo.InvariantCulture,
        $"{till.W}  shop {till.Shop}, {till.Name}, since "
            + $"{till.Registered}{(till.By is { } by ? $", enrolled by {by}" : "")}{(till.Revoked is { } revoked ? $", REVOKED on {revoked}" : "")}");
}

internal sealed record TillsJson(IReadOnlyList<TillsJson.Row> Tills)
{
    /// <param name="Till">W.</param>
    /// <param name="EnrolledBy">The till whose signature enrolled it; null: its bank's did.</param>
    public sealed record Row(string Till, uint Shop, string Name, JsonTime Registered, string? EnrolledBy, JsonTime? Revoked);
}
