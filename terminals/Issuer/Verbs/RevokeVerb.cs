namespace HierCash.Issuer;

internal static class RevokeVerb
{
    public static Verb Make()
    {
        var (till, bank) = (OfTill(), OfBank());
        return new Verb("revoke", "Revokes a key that somebody else may have. A 'serve' that runs knows it at once.",
            [.. till.Examples, .. bank.Examples]) { till, bank };
    }

    private static Verb OfTill()
    {
        var till = new Argument<string>("W")
        {
            Description = "The till, 32 hexadecimal digits ('hiercash-issuer tills', 'hiercash-shop status').",
        };
        var since = new Option<string?>("--since")
        {
            Description = "When the key was stolen, such as 2026-11-23T10:15Z. Tills that it, or one of those, enrolled since then are "
                + "revoked too. Without it: now.",
            HelpName = "TIME",
        };
        var json = new JsonOption<RevokedTillsJson>(IssuerJson.Default.RevokedTillsJson);
        return new Verb("till", "The till is not answered any more, and what its key signs from now on does not count; what was paid "
            + "before settles.", "hiercash-issuer revoke till 00112233445566778899aabbccddeeff --dir issuer")
        {
            till, since, IssuerSession.Folder, json,
        }.Does(given =>
        {
            var named = new TillId(Id16.Read(TypedHex.Bytes(given.GetValue(till)!, Id16.Size) ?? throw new UsageException(
                "A till's W has 32 hexadecimal digits. 'hiercash-issuer tills' lists them; 'hiercash-shop status' shows a till's own.")));
            Timestamp? stolen = given.GetValue(since) is not { } text ? null : Moment.Read(text) ?? throw new UsageException(
                $"'{PlainText.Escape(text)}' is not a moment. Give year, month, day and time, such as 2026-11-23T10:15Z.");
            using var open = IssuerSession.Open(given);
            var revoked = open.Party.Revoke(named, stolen).OrRefuse();
            var others = revoked.FindAll(t => t != named);
            json.PrintDone(given,
                new RevokedTillsJson(revoked.ConvertAll(t => t.ToString())),
                "The till's key is revoked. Enrol a till with a new one; 'hiercash-shop settle --for DIR' there brings what the old one "
                    + "has queued."
                + (others.Count == 0 ? "" : $" So are the tills that it "
                    + $"enrolled{(stolen is { } moment ? $" since {moment}" : " after that")}: {string.Join(", ", others)}."));
        });
    }

    private static Verb OfBank()
    {
        var bank = new Argument<uint>("NUMBER")
        {
            Description = "The bank's number ('hiercash-issuer banks').", CustomParser = r => CommonOptions.ReadId(r, "bank's number"),
        };
        return new Verb("bank", "The bank is not answered any more until a new key of it is enrolled, by its number.",
            "hiercash-issuer revoke bank 1 --dir issuer") { bank, IssuerSession.Folder }.Does(given =>
        {
            using var open = IssuerSession.Open(given);
            open.Party.Revoke(new PartyId(given.GetValue(bank))).ThrowIfAny();
            ConsoleEntry.SayDone($"The bank's key is revoked. Enrol its new one with --bank {given.GetValue(bank)}, once you are sure that "
                + $"the request is that bank's.");
        });
    }
}

/// <param name="Tills">All that are revoked now: each one's W.</param>
internal sealed record RevokedTillsJson(IReadOnlyList<string> Tills);
