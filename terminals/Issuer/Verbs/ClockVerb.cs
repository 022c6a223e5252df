namespace HierCash.Issuer;

internal static class ClockVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<ClockJson>(IssuerJson.Default.ClockJson);
        var verb = new Verb("clock", "Says what the clock says, the latest time that the issuer went by, and whether it signs.",
            "hiercash-issuer clock --dir issuer", "hiercash-issuer clock accept --dir issuer") { IssuerSession.Folder, json, Accept() };
        verb.SetAction(given =>
        {
            using var open = IssuerSession.Open(given, wasUsed: true);
            var clock = open.Party.Clock;
            json.Print(given,
                new ClockJson(clock.Now, clock.Signed == default ? null : clock.Signed, clock.Doubted, clock.IsBehind),
                $"""
                The clock says {clock.Now}.
                {(clock.Signed == default ? "Nothing was signed under a date yet." : $"The latest time that this issuer went by is {clock.Signed}.")}
                {Say(clock)}
                """);
        });
        return verb;
    }

    /// <summary>Stands alone: 'status' says neither date.</summary>
    internal static string Say(ClockState clock) => clock switch
    {
        { IsBehind: true } => $"The issuer's clock says {clock.Now}, behind {clock.Signed}, the latest time that it went by: nothing is "
            + $"signed until it is right. {ClockState.Look}",
        { Doubted: { } since } => $"The issuer's clock has said {since}, long after the issuer's last sign of life: the issuer was away, "
            + "or its clock was set. It answers. Returns, instructions and statements wait until two banks have called whose clocks agree "
            + $"(or the only bank). It is {clock.Now} by it now. {ClockState.Look}",
        _ => "The clock is not behind a time that it went by. Nothing waits for it.",
    };

    private static Verb Accept()
    {
        var json = new JsonOption<AcceptedClockJson>(IssuerJson.Default.AcceptedClockJson);
        return new Verb("accept", "Confirms that the clock is right now. What was signed under a date that is still to come is listed, "
            + "and signed again under today's. A 'serve' that runs goes on by itself.", "hiercash-issuer clock accept --dir issuer")
        {
            IssuerSession.Folder, json,
        }.Does(given =>
        {
            using var open = IssuerSession.Open(given, wasUsed: true);
            var party = open.Party;
            var before = party.Clock.Signed;
            var ahead = party.AcceptClock();
            string wentBy = before > party.Clock.Now ? $"It had gone by {before} before. " : "";
            json.PrintDone(given,
                new AcceptedClockJson(party.Clock.Now, ahead),
                string.Join(Environment.NewLine, ahead.Select(a => $"Signed ahead: {a.What}: {a.Count}, {a.Became}.")
                    .Prepend($"The clock is confirmed: {party.Clock.Now}.").Append(ahead.Count > 0 ? "All else goes on by its numbers."
                        : $"{wentBy}Nothing that it signed bears a date that is still to come.")));
        });
    }
}

/// <param name="Signed">The latest time that the issuer went by.</param>
/// <param name="Doubted">What the clock said first, where nobody has confirmed it yet.</param>
internal sealed record ClockJson(JsonTime Clock, JsonTime? Signed, JsonTime? Doubted, bool IsBehind);

internal sealed record AcceptedClockJson(JsonTime Clock, IReadOnlyList<SignedAhead> Ahead);
