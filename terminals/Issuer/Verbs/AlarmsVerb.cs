namespace HierCash.Issuer;

internal static class AlarmsVerb
{
    public static Verb Make()
    {
        var json = new JsonOption<AlarmsJson>(IssuerJson.Default.AlarmsJson);
        return new Verb("alarms", "Lists what somebody should look at, the newest first.", "hiercash-issuer alarms --dir issuer")
        {
            IssuerSession.Folder, json,
        }.Does(given =>
        {
            using var open = IssuerSession.Open(given);
            var alarms = open.Party.Alarms;
            json.Print(given,
                new AlarmsJson([.. alarms.Select(a => new AlarmsJson.Alarm(JsonWord.OfWords(a.Kind), a.Kind, a.Subject, a.Times, a.Last))]),
                alarms.Count == 0 ? "No alarms." : string.Join(Environment.NewLine,
                    alarms.Select(a => $"{a.Last}  {a.Kind}, {a.Times} times: {a.Subject} {Meaning(a.Kind)}".TrimEnd())));
        });
    }

    private static string Meaning(string kind) => kind switch
    {
        Alarms.UnknownCoin => "A genuine signature on a coin of which this issuer knows nothing. Was its database put back to an older "
            + "copy, and were the banks' with it? Then the next visit of a till that has a later receipt shows it, and 'hiercash-issuer "
            + "recover' has such payments brought again. If nothing was put back, check who can use the coin key.",
        Alarms.HonouredCoin => "This coin was issued after the copy that this issuer was restored from, and no bank gave it back. The "
            + "issuer bears what it pays ('hiercash-issuer audit' has the sum). Find out which bank kept it back: ask the shop for the "
            + "holder's bank, and each bank for its withdrawals since the copy. If no bank has it, check who can use the coin key.",
        Alarms.Restored => "A bank (the first 8 of 24 digits) or a till (all 32 are its W) showed a later word of this issuer: the "
            + "database was put back to an older copy. 'hiercash-issuer status' says whether the issuer stands still, and what ends that.",
        Alarms.BankRestored => "This bank (first 8 digits) said less than it had signed before, or that it has recovered: its "
            + "database was put back to an older copy. Its people run 'hiercash-bank recover', if they have not.",
        Alarms.LostKey => "This issuer certified this key and does not have it: the database is an older copy. Run 'hiercash-issuer "
            + "recover'; what the key signed stays good.",
        Alarms.NotOpened => "This bank (first 8 digits) gave back withdrawals that were enciphered to a lost key, and nobody can "
            + "open them. What shops bring of them the issuer pays, and bears it.",
        Alarms.IssuerKeyedExcess =>
            "More than X was signed under a key that this issuer made: the card was copied, or somebody here used the key.",
        Alarms.IssuerKeyedEquivocation =>
            "Two payments under one counter, with a key that this issuer made: the card was copied, or somebody here used the key.",
        Alarms.Parked => "A bank (first 8 digits) has not booked this instruction (the rest): 'hiercash-issuer parked' says why.",
        Alarms.NotFetched => "A bank (first 8 digits) has not fetched this instruction (the rest): ask it.",
        Alarms.StatementNotSigned =>
            "A statement about an instruction that this bank (first 8 digits) did not sign: ask it who has its link key.",
        Alarms.NeverInstructed => "This bank (first 8 digits) speaks of instructions that were never made: ask it, and see whether "
            + "this issuer was restored from a backup.",
        Alarms.WordTakenBack => "This bank (first 8 digits) parks what it had said to be booked: ask it.",
        Alarms.DossierTooLarge => "More was signed with this coin than it holds, in more payments than a dossier can show: "
            + "what the largest of them prove is claimed, and no more. If they prove nothing, the case stays open, and its bank is not "
            + "told who it was.",
        Alarms.DossierRefused => "A bank finds something invalid in the dossier of this coin: ask it what, and compare keys and terms.",
        Alarms.ClaimTooSmall => "More came free of this coin than was claimed for it: run 'hiercash-issuer audit'.",
        Alarms.ClockBehind =>
            "The clock was behind what was signed, and nothing was signed then: 'hiercash-issuer clock' says how it is now.",
        _ => "",
    };
}

internal sealed record AlarmsJson(IReadOnlyList<AlarmsJson.Alarm> Alarms)
{
    /// <param name="Code">The kind as one word, for programs.</param>
    /// <param name="Kind">For people.</param>
    /// <param name="Subject">The coin, the till, the bank or the instruction that it is about, in hexadecimal digits.</param>
    public sealed record Alarm(string Code, string Kind, string Subject, long Times, JsonTime Last);
}
