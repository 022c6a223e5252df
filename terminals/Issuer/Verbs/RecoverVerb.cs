namespace HierCash.Issuer;

internal static class RecoverVerb
{
    public static Verb Make()
    {
        var without = new Option<uint?>("--without")
        {
            Description = "The number of a bank that will not visit any more: what was signed for it since the copy is not given back. "
                + "Revoke its key, too: shops are paid for such coins then, at the issuer's cost. If it comes after all, it gives back; if "
                + "it had shown nothing before, it stops the issuer once more.",
            HelpName = "NUMBER",
            CustomParser = r => CommonOptions.ReadId(r, "bank's number"),
        };
        var json = new JsonOption<RecoverJson>(IssuerJson.Default.RecoverJson);
        return new Verb("recover", "After a restore from an older copy: has each bank give back what this issuer had signed for it. "
            + "Stop 'serve' first, and start it again after.",
            "hiercash-issuer recover --dir issuer", "hiercash-issuer recover --without 2 --dir issuer")
        {
            IssuerSession.Folder, without, json,
        }.Does(given =>
        {
            using var open = IssuerSession.Open(given, SessionLock.Exclusive, wasUsed: true);
            var party = open.Party;
            var awaited = party.Recover(given.GetValue(without) is { } n ? new PartyId(n) : null).OrRefuse();
            json.PrintDone(given,
                new RecoverJson([.. awaited.Select(b => b.Value)], [.. party.LeftOut.Select(b => b.Value)],
                    [.. party.LostKeys.Select(k => k.Key.Id.ToString())]),
                Explain(awaited) + (party.LeftOut.Count == 0 ? "" : $" It does not wait for these banks, which were left out: "
                    + $"{string.Join(", ", party.LeftOut)}. They give back at their next visit.") + Explain(party.LostKeys));
        });
    }

    /// <summary>What became of the keys that the copy lacked.</summary>
    public static string Explain(IReadOnlyList<KeyCertificate> lost) => lost.Count == 0 ? ""
        : $" This issuer had certified keys that its copy lacks: {string.Join(", ", lost.Select(k => k.Key.Id))}. What they signed stays "
            + $"good, and newer ones are made: banks and shops fetch them by themselves.";

    public static string Explain(IReadOnlyList<PartyId> awaited) => awaited.Count == 0
        ? "The issuer goes on. Banks, shops, tills and keys that were made since the copy have to be made again, and revocations, too. "
            + "After a bank was enrolled again, run this once more if 'status' says so."
        : $"The issuer goes on when these banks have visited: {string.Join(", ", awaited)}. Let 'serve' run. For a bank that will not "
            + $"come: stop 'serve', 'hiercash-issuer recover --without NUMBER', serve again.";
}

/// <param name="LeftOut">Numbers of those that were left out, and may still come.</param>
internal sealed record RecoverJson(IReadOnlyList<uint> Awaited, IReadOnlyList<uint> LeftOut, IReadOnlyList<string> LostKeys);
