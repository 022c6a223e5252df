namespace HierCash.Bank;

internal static class StatusVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<BankStatusJson>(BankJson.Default.BankStatusJson);
        var verb = new Verb("status", "Says what is under way, and what waits.", "hiercash-bank status --dir north")
        {
            BankSession.Folder, json,
        };
        verb.SetAction(given => HealthView.Status(given.GetValue(BankSession.Folder)!, BankSession.Role, health =>
        {
            using var open = BankSession.Open(given);
            var (party, audit, currency) = (open.Party, open.Party.Audit, open.Currency);
            var cases = party.Cases;
            int standing = cases.Count(c => c.Fell is null);
            var waits = party.WaitsBeside(health?.Faults ?? []);
            json.Print(
                given,
                new BankStatusJson(
                    open.Scheme.Fingerprint.ToString(), party.Id.Value, audit.OpenWithdrawals, Money.Of(audit.Float, currency),
                    Money.Of(audit.Clearing, currency), Money.Of(audit.Claims, currency), cases.Count, standing,
                    ParkedJson.Of(party.Parked, currency), Money.Of(audit.Suspense, currency), party.Alarms.Count, party.Unanswered?.Said,
                    party.Behind, party.Disbelieved, Money.Of(audit.Unordered.Sum, currency), WaitingJson.Of(waits),
                    ServingJson.Of(health)),
                Text(open, cases.Count, standing, waits) + Environment.NewLine + HealthView.Show(health));
        }));
        return verb;
    }

    private static string Text(BankSession open, int cases, int standing, IReadOnlyList<Waiting> waits)
    {
        var (party, audit, currency) = (open.Party, open.Party.Audit, open.Currency);
        string Line(string text) => Environment.NewLine + text;
        string said = party.Behind is { } since ? Line($"STOPPED since {since}. {Agreement.RunRecover.Sentence}")
            : party.Disbelieved is { } told ? Line($"THE ISSUER SAYS THAT THIS BANK IS BEHIND since {told}, and is not believed. "
                + Agreement.NameLostKey)
            : "";
        said += party.Unanswered is { } u ? Line($"THE ISSUER DOES NOT ANSWER THIS BANK since {u.Since}: {u.Said}") : "";
        string goOn = audit.OpenWithdrawals == 0 ? "."
            : $"; they go on by themselves while 'serve' runs and the issuer answers this "
                + $"bank{(party.Unanswered is null ? "." : "; above is what it said last.")}";
        string alarms = party.Alarms.Count == 0 ? "No alarms."
            : $"{Counted.Say(party.Alarms.Count, "alarm")}: 'hiercash-bank alarms' lists them.";
        string unordered = audit.Unordered is { Times: > 0 } left ? Line(RecoverVerb.Explain(left, currency)) : "";
        string claims = new Amount((ulong)Math.Max(0, -audit.Claims)).Show(currency);
        string lists = cases > 0 ? ": 'hiercash-bank evidence' lists them." : ".";
        string suspense = new Amount((ulong)audit.Suspense).Show(currency);
        return $"""
            Bank {party.Id} of the scheme {open.Scheme.Fingerprint}{said}
            {Counted.Say(audit.OpenWithdrawals, "withdrawal waits", "withdrawals wait")} for the issuer{goOn}
            E-cash float {audit.Float.Show(currency)}; claims against holders {claims}.
            {Counted.Say(cases, "evidence file")}, {standing} of which stand{(standing == 1 ? "s" : "")}{lists}
            {ParkedView.Summary(party.Parked, "hiercash-bank")} In suspense: {suspense}. {alarms}{unordered}
            {Waiting.Say(waits)}
            """;
    }
}

/// <param name="Claims">What overspenders owe this bank, with a minus.</param>
/// <param name="Unanswered">What the issuer said when it answered this bank no more; null while it answers.</param>
/// <param name="Unordered">Issued before this bank was restored from a copy, without an order.</param>
internal sealed record BankStatusJson(
    string Fingerprint, uint Id, long OpenWithdrawals, Money Float, Money Clearing, Money Claims, int Evidence, int Standing,
    IReadOnlyList<ParkedJson> Parked, Money Suspense, int Alarms, string? Unanswered, JsonTime? Behind, JsonTime? Disbelieved,
    Money Unordered, IReadOnlyList<WaitingJson> Waits, ServingJson? Serving);
