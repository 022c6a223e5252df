using System.CommandLine;
using System.Globalization;
using System.Text;
using HierCash.Protocol.Cash;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;

namespace HierCash.Issuer;

/// <summary>hiercash-issuer watch, explain, rotate and revoke.</summary>
internal static class CareCommands
{
    private const int Bar = 30;

    /// <summary>The patent's watch on the amount in circulation, bank by bank; live on a terminal, once elsewhere.</summary>
    public static Command Watch(Option<string> folder, Func<string, (IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var every = new Option<int>("--every") { Description = "Seconds between two looks.", DefaultValueFactory = _ => 2, HelpName = "SECONDS" };
        var command = new Command("watch", "Shows for each bank what is issued, settled, redeemed, returned and outstanding against its cap, until Ctrl-C.") { folder, every };
        command.SetAction(async (result, cancel) =>
        {
            var (party, currency, store) = open(result.GetValue(folder)!);
            using (store)
            {
                bool live = !Console.IsOutputRedirected;
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds(Math.Max(1, result.GetValue(every))));
                try
                {
                    do
                    {
                        Console.Write((live ? "\u001b[H\u001b[2J" : "") + Screen(party, currency, live));
                    }
                    while (live && await timer.WaitForNextTickAsync(cancel));
                }
                catch (OperationCanceledException)
                {
                    Console.WriteLine();
                }
            }

            return ExitCode.Done;
        });
        return command;
    }

    public static Command Explain(Option<string> folder, Option<bool> json, Func<string, (IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var subject = new Argument<string>("ID") { Description = "A coin id or a payment id, or the beginning of one." };
        var command = new Command("explain", "Says of a coin or a payment: its state, who signed what, and what happens next. The issuer does not know whose it is.") { subject, folder, json };
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

                var sentences = new Explanations(store, currency, party.Scheme.Terms).Of(id).ToList();
                ConsoleEntry.Print(
                    result.GetValue(json),
                    sentences,
                    sentences.Count == 0 ? throw new RefusedException($"No coin and no payment begins with '{id}'. Those whose terms are over are forgotten.") : string.Join(Environment.NewLine, sentences));
            }
        });
        return command;
    }

    public static Command Rotate(Option<string> folder, Func<string, (IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var usage = new Argument<string>("KEY") { Description = "coin (PS_I), encryption (PE_I) or statement." };
        usage.AcceptOnlyFromAmong("coin", "encryption", "statement");
        var command = new Command("rotate", "Makes a new key. What the old one signed stays good, and what was enciphered to it can still be opened. Stop 'serve' first, and start it again.") { usage, folder };
        command.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var certificate = party.Rotate(result.GetValue(usage) switch { "coin" => KeyUsage.IssuerCoin, "encryption" => KeyUsage.IssuerEncryption, _ => KeyUsage.IssuerStatement });
                Console.WriteLine($"Key {certificate.Key.Id} is the new {result.GetValue(usage)} key. Banks and shops fetch its certificate when they visit next.");
            }
        });
        return command;
    }

    public static Command Revoke(Option<string> folder, Func<string, (IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var till = new Argument<string>("W") { Description = "The till, 32 hexadecimal digits ('hiercash-shop status')." };
        var bank = new Argument<uint>("NUMBER") { Description = "The bank's number ('hiercash-issuer banks')." };
        var ofTill = new Command("till", "What the till's key signs from now on does not count; what was paid before settles.") { till, folder };
        var ofBank = new Command("bank", "The bank withdraws and fetches nothing until it is enrolled again with a new key.") { bank, folder };
        ofTill.SetAction(result =>
        {
            string hex = result.GetValue(till)!;
            if (hex.Length != 2 * Id16.Size || !hex.All(char.IsAsciiHexDigit))
            {
                throw new UsageException("W has 32 hexadecimal digits.");
            }

            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                party.Revoke(new TillId(Id16.Read(Convert.FromHexString(hex))));
                Console.WriteLine("The till's key is revoked. Enrol the shop's till again with a new one.");
            }
        });
        ofBank.SetAction(result =>
        {
            var (party, _, store) = open(result.GetValue(folder)!);
            using (store)
            {
                party.Revoke(new PartyId(result.GetValue(bank)));
                Console.WriteLine("The bank's key is revoked. Enrol it again, under the same name, with a new one.");
            }
        });
        return new Command("revoke", "Revokes a key that somebody else may have.") { ofTill, ofBank };
    }

    private static string Screen(IssuerParty party, Currency currency, bool colour)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Circulation of scheme {party.Scheme.Fingerprint.ToString()[..16]}, {Timestamp.Now(TimeProvider.System)}");
        foreach (var bank in party.Registry.Banks)
        {
            var c = bank.Circulation;
            double share = bank.Cap.IsZero ? 1 : (double)c.Outstanding.Minor / bank.Cap.Minor;
            var (level, code) = Level(share);
            int filled = Math.Clamp((int)(share * Bar), 0, Bar);
            string bar = new string('#', filled) + new string('.', Bar - filled);
            text.AppendLine(CultureInfo.InvariantCulture, $"{bank.Id} {bank.Name}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  [{(colour ? $"\u001b[{code}m{bar}\u001b[0m" : bar)}] {share * 100:F1}% of {bank.Cap.Show(currency)}{level}");
            text.Append(CultureInfo.InvariantCulture, $"  issued {c.Issued.Show(currency)}, settled {c.Settled.Show(currency)}, ");
            text.AppendLine(CultureInfo.InvariantCulture, $"redeemed {c.Redeemed.Show(currency)}, returned {c.Returned.Show(currency)}, outstanding {c.Outstanding.Show(currency)}");
        }

        var (deltas, unfetched, cases, alarms) = party.Queues;
        text.AppendLine(CultureInfo.InvariantCulture, $"{deltas} transfers wait for the cycle, {unfetched} instructions for their banks, {cases} cases for a finding; {alarms} alarms.");
        return text.ToString();
    }

    /// <summary>From three quarters of the cap on a bank should know; from nine tenths on it has to act.</summary>
    internal static (string Text, int Colour) Level(double share) => share switch
    {
        > 1 => (": OVER THE CAP by reversals; nothing is issued until it is below", 31),
        >= 1 => (": the cap is reached, nothing more is issued", 31),
        >= 0.9 => (": nearly reached, raise the cap or expect refusals", 31),
        >= 0.75 => (": three quarters are reached", 33),
        _ => ("", 32),
    };
}
