using System.CommandLine;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>hiercash-issuer explain, rotate and revoke.</summary>
internal static class CareCommands
{
    public static Command Explain(Option<string> folder, Option<bool> json, Func<string, (
        IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var subject = new Argument<string>("ID") { Description = "A coin id or a payment id, or the beginning of one." };
        var command = new Command("explain", "Says of a coin or a payment: its state, who signed what, and what happens next. The issuer "
            + "does not know whose it is.") { subject, folder, json };
        command.SetAction(result =>
        {
            var (party, currency, store) = open(result.GetValue(folder)!);
            using (store)
            {
                string id = result.GetValue(subject)!;
                if (id.Length < 4 || !id.All(char.IsAsciiHexDigit))
                {
                    throw new UsageException("Give at least 4 hexadecimal digits of the id.");
                }

                var sentences = new Explanations(store, currency, party.Scheme.Terms, TimeProvider.System).Of(id).ToList();
                Older.Print(
                    result.GetValue(json),
                    sentences,
                    sentences.Count == 0 ? throw new RefusedException(Outcome.NotFound, $"No coin and no payment begins with '{id}'. Those whose terms are "
                        + $"over are forgotten.") : string.Join(Environment.NewLine, sentences));
            }
        });
        return command;
    }

    public static Command Alarms(Option<string> folder, Option<bool> json, Func<string, (
        IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var command = new Command("alarms", "Lists what somebody should look at, the newest first.") { folder, json };
        command.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var alarms = party.Alarms;
                Older.Print(
                    result.GetValue(json),
                    alarms.Select(a => new { a.Kind, a.Subject, a.Times, Last = a.Last.ToString() }),
                    alarms.Count == 0 ? "No alarms." : string.Join(
                        Environment.NewLine, alarms.Select(a =>
                            $"{a.Last}  {a.Kind}, {a.Times} times: {a.Subject} {Meaning(a.Kind)}".TrimEnd())));
            }
        });
        return command;
    }

    private static string Meaning(string kind) => kind switch
    {
        Issuer.Alarms.UnknownCoin => "A genuine signature on a coin of which this issuer knows nothing. Was its database put back to an "
            + "older copy, and were the banks' with it? Then the next visit of a till that "
            + "has a later receipt shows it, and 'hiercash-issuer recover' has such payments brought again. If nothing was put back, check "
            + "who can use the coin key.",
        Issuer.Alarms.HonouredCoin => "This coin was issued after the copy that this issuer was restored from, and no bank gave it back. "
            + "The issuer bears what it pays ('hiercash-issuer audit' has the sum). "
            + "Find out which bank kept it back: ask the shop for the holder's bank, and each bank for its withdrawals since the copy. If "
            + "no bank has it, check who can use the coin key.",
        Issuer.Alarms.Restored => "A bank (the first 8 of 24 digits) or a till (all 32 are its W) showed a later word of this issuer: the "
            + "database was put back to an older copy. "
            + "'hiercash-issuer status' says whether the issuer stands still, and what ends that.",
        Issuer.Alarms.BankRestored => "This bank (first 8 digits) said less than it had signed before, or that it has recovered: its "
            + "database was put back to an older copy. "
            + "Its people run 'hiercash-bank recover', if they have not.",
        Issuer.Alarms.LostKey => "This issuer certified this key and does not have it: the database is an older copy. Run 'hiercash-issuer "
            + "recover'; what the key signed stays good.",
        Issuer.Alarms.NotOpened => "This bank (first 8 digits) gave back withdrawals that were enciphered to a lost key, and nobody can "
            + "open them. What shops bring of them the issuer pays, and bears it.",
        Issuer.Alarms.IssuerKeyedExcess =>
            "More than X was signed under a key that this issuer made: the card was copied, or somebody here used the key.",
        Issuer.Alarms.IssuerKeyedEquivocation =>
            "Two payments under one counter, with a key that this issuer made: the card was copied, or somebody here used the key.",
        Issuer.Alarms.Parked => "A bank (first 8 digits) has not booked this instruction (the rest): 'hiercash-issuer parked' says why.",
        Issuer.Alarms.NotFetched => "A bank (first 8 digits) has not fetched this instruction (the rest): ask it.",
        Issuer.Alarms.StatementNotSigned =>
            "A statement about an instruction that this bank (first 8 digits) did not sign: ask it who has its link key.",
        Issuer.Alarms.NeverInstructed => "This bank (first 8 digits) speaks of instructions that were never made: ask it, and see whether "
            + "this issuer was restored from a backup.",
        Issuer.Alarms.WordTakenBack => "This bank (first 8 digits) parks what it had said to be booked: ask it.",
        Issuer.Alarms.DossierTooLarge => "More was signed with this coin than it holds, in more payments than a dossier can show: "
            + "what the largest of them prove is claimed, and no more. If they prove nothing, the case stays open, and its bank is not "
            + "told who it was.",
        Issuer.Alarms.DossierRefused =>
            "A bank finds something invalid in the dossier of this coin: ask it what, and compare keys and terms.",
        Issuer.Alarms.ClaimTooSmall => "More came free of this coin than was claimed for it: run 'hiercash-issuer audit'.",
        Issuer.Alarms.ClockBehind =>
            "The clock was behind what was signed, and nothing was signed then: 'hiercash-issuer clock' says how it is now.",
        _ => "",
    };

    public static Command Rotate(Option<string> folder, Func<string, (IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var usage = new Argument<string>("KEY") { Description = "coin (PS_I), encryption (PE_I) or statement." };
        usage.AcceptOnlyFromAmong("coin", "encryption", "statement");
        var command = new Command("rotate", "Makes a new key. What the old one signed stays good, and what was enciphered to it can still "
            + "be opened. A 'serve' that runs takes it at once.") { usage, folder };
        command.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var certificate = party.Rotate(result.GetValue(
                    usage) switch { "coin" => KeyUsage.IssuerCoin, "encryption" => KeyUsage.IssuerEncryption, _ =>
                        KeyUsage.IssuerStatement });
                ConsoleEntry.SayDone($"Key {certificate.Key.Id} is the new {result.GetValue(usage)} key. Banks and shops fetch its "
                    + $"certificate when they visit next.");
            }
        });
        return command;
    }

    public static Command Revoke(Option<string> folder, Func<string, (IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var till = new Argument<string>("W") { Description =
            "The till, 32 hexadecimal digits ('hiercash-issuer tills', 'hiercash-shop status')." };
        var bank = new Argument<uint>("NUMBER")
        {
            Description = "The bank's number ('hiercash-issuer banks').", CustomParser = r => CommonOptions.ReadId(r, "bank's number"),
        };
        var since = new Option<string?>("--since")
        {
            Description = "When the key was stolen, such as 2026-11-23T10:15Z. Tills that it, or one of those, enrolled since then are "
                + "revoked too. Default: now.", HelpName = "TIME",
        };
        var ofTill = new Command("till", "The till is not answered any more, and what its key signs from now on does not count; what was "
            + "paid before settles.") { till, since, folder };
        var ofBank = new Command("bank", "The bank is not answered any more until a new key of it is enrolled, by its number.") { bank,
            folder };
        ofTill.SetAction(result =>
        {
            string hex = result.GetValue(till)!;
            if (hex.Length != 2 * Id16.Size || !hex.All(char.IsAsciiHexDigit))
            {
                throw new UsageException("W has 32 hexadecimal digits.");
            }

            Timestamp? stolen = result.GetValue(since) is { } text ? ReadTime(text) : null;
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var named = new TillId(Id16.Read(Convert.FromHexString(hex)));
                var revoked = party.Revoke(named, stolen);
                var others = revoked.Where(t => t != named).ToList();
                ConsoleEntry.SayDone(
                    "The till's key is revoked. Enrol a till with a new one; 'hiercash-shop settle --for DIR' there brings what the old "
                        + "one has queued."
                    + (others.Count == 0 ? "" : $" So are the tills that it "
                    + $"enrolled{(stolen is { } since ? $" since {since}" : " after that")}: {string.Join(", ", others)}."));
            }
        });
        ofBank.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                party.Revoke(new PartyId(result.GetValue(bank)));
                ConsoleEntry.SayDone($"The bank's key is revoked. Enrol its new one with --bank {result.GetValue(bank)}, once you are sure "
                    + $"that the request is that bank's.");
            }
        });
        return new Command("revoke", "Revokes a key that somebody else may have. A 'serve' that runs knows it at once.") { ofTill, ofBank };
    }

    private static Timestamp ReadTime(string text) =>
        Moment.Read(text) ?? throw new UsageException(
            $"'{PlainText.Escape(text)}' is no moment. Give year, month, day and time, such as 2026-11-23T10:15Z.");
}
