using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HierCash.Protocol.Cash;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>hiercash-issuer banks, cap and watch: the amount in circulation, bank by bank and in all.</summary>
internal static class CirculationCommands
{
    private const int Bar = 30;

    public static Command Banks(Option<string> folder, Option<bool> json, Func<string, (
        IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var command = new Command("banks", "Lists banks with what was issued and what became of it, and the total of all.") { folder,
            json };
        command.SetAction(result =>
        {
            var (party, currency, store) = open(result.GetValue(folder)!);
            using (store)
            {
                var banks = party.Registry.Banks;
                var total = TotalCirculation.Of(banks);
                var lines = banks
                    .Select(b =>
                        $"{b.Id}  {b.Name}: {Sentence(b.Circulation, b.Cap, currency)} {Keys(b, party.Registry.RevokedKeys(b.Id))}")
                    .Append($"In all: {Sentence(total.Circulation, total.Caps, currency)}");
                Older.Print(
                    result.GetValue(json), Describe(party, banks, total), banks.Count == 0 ? "No bank is enrolled."
                        : string.Join(Environment.NewLine, lines));
            }
        });
        return command;
    }

    private static string Keys(BankEntry bank, IReadOnlyList<KeyId> revoked) => revoked.Count == 0 ? $"Its key is {bank.Key.Id}."
        : revoked.Contains(bank.Key.Id) ? $"It has no key that is good; revoked: {string.Join(", ", revoked)}."
        : $"Its key is {bank.Key.Id}; revoked: {string.Join(", ", revoked)}.";

    public static Command Cap(Option<string> folder, Option<bool> json, Func<string, (
        IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var bank = new Argument<string>("BANK") { Description = "The bank's number or name ('hiercash-issuer banks')." };
        var amount = new Argument<string>("AMOUNT") { Description =
            "Most cash that it may have outstanding from now on; 0 stops its issuing." };
        var command = new Command("cap",
            "Sets how much cash a bank may have outstanding. It holds at once, also while 'serve' runs.") { bank, amount, folder, json };
        command.SetAction(result =>
        {
            var (party, currency, store) = open(result.GetValue(folder)!);
            using (store)
            {
                string given = result.GetValue(bank)!;
                var cap = CommonOptions.ReadTotal(result.GetValue(amount)!, currency);
                var found = party.Registry.FindBank(given)
                    ?? throw new RefusedException(Outcome.NotFound, $"There is no bank '{given}'. 'hiercash-issuer banks' lists them.");
                var set = party.Registry.SetCap(found.Id, cap);
                var outstanding = set.Circulation.Outstanding;
                Older.PrintDone(
                    result.GetValue(json),
                    new { Id = set.Id.Value, set.Name, Before = found.Cap.Minor, Cap = set.Cap.Minor, Outstanding = outstanding.Minor,
                        Currency = currency.Name },
                    $"Bank {set.Id}, {set.Name}, may have {set.Cap.Show(currency)} outstanding, before it was {found.Cap.Show(currency)}; "
                        + $"now it has {outstanding.Show(currency)}."
                        + (outstanding > set.Cap ? " Nothing more is issued to it until that is below the cap." : ""));
            }
        });
        return command;
    }

    /// <summary>The patent's watch on the amount in circulation; live on a terminal, once elsewhere.</summary>
    public static Command Watch(Option<string> folder, Option<bool> json, Func<string, (
        IssuerParty Party, Currency Currency, Database Store)> open)
    {
        var every = CommonOptions.Seconds("--every", "Seconds between two looks.", 2);
        var command = new Command(
            "watch", "Shows what is issued, settled, redeemed, returned and outstanding against the cap, for each bank and in all, until "
                + "Ctrl-C; where the output goes to a file, once.")
        {
            folder, every, json,
        };
        command.SetAction(async (result, cancel) =>
        {
            if (result.GetValue(every) < 1)
            {
                throw new UsageException("Between two looks lies at least 1 second.");
            }

            var (party, currency, store) = open(result.GetValue(folder)!);
            using (store)
            {
                bool live = !Console.IsOutputRedirected;
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds(result.GetValue(every)));
                try
                {
                    do
                    {
                        ConsoleEntry.Terminal.Write(result.GetValue(json) ? Line(party)
                            : (live ? "\u001b[H\u001b[2J" : "") + Screen(party, currency, live));
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

    private static string Line(IssuerParty party)
    {
        var banks = party.Registry.Banks;
        return JsonSerializer.Serialize(Describe(party, banks, TotalCirculation.Of(banks)), JsonSerializerOptions.Web)
            + Environment.NewLine;
    }

    private static object Describe(IssuerParty party, IReadOnlyList<BankEntry> banks, TotalCirculation total) => new
    {
        Banks = banks.Select(b => new
        {
            Id = b.Id.Value, b.Name, Key = b.Key.Id.ToString(), RevokedKeys = party.Registry.RevokedKeys(b.Id).Select(k => k.ToString()),
            FormerKeys = party.Registry.FormerKeys(b.Id).Select(k => Convert.ToHexString(k.Bytes)),
            Cap = b.Cap.Minor, Issued = b.Circulation.Issued.Minor, Settled = b.Circulation.Settled.Minor,
            Redeemed = b.Circulation.Redeemed.Minor, Returned = b.Circulation.Returned.Minor, Outstanding = b.Circulation.Outstanding.Minor,
        }),
        Total = new
        {
            Caps = total.Caps.Minor, Issued = total.Circulation.Issued.Minor, Settled = total.Circulation.Settled.Minor,
            Redeemed = total.Circulation.Redeemed.Minor, Returned = total.Circulation.Returned.Minor,
            Outstanding = total.Circulation.Outstanding.Minor,
        },
    };

    private static string Sentence(Circulation c, Amount cap, Currency currency) =>
        $"issued {c.Issued.Show(currency)}, settled {c.Settled.Show(currency)}, redeemed {c.Redeemed.Show(currency)}, returned "
            + $"{c.Returned.Show(currency)}, "
            + $"outstanding {c.Outstanding.Show(currency)} of {cap.Show(currency)}";

    private static string Screen(IssuerParty party, Currency currency, bool colour)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Circulation of scheme {party.Scheme.Fingerprint.ToString()[..16]}, {Timestamp.Now(TimeProvider.System)}");
        var banks = party.Registry.Banks;
        foreach (var bank in banks)
        {
            Show(text, $"{bank.Id} {PlainText.Escape(bank.Name)}", bank.Circulation, bank.Cap, currency, colour);
        }

        var total = TotalCirculation.Of(banks);
        Show(text, "All banks", total.Circulation, total.Caps, currency, colour);
        var (deltas, unfetched, cases, alarms) = party.Queues;
        text.AppendLine(CultureInfo.InvariantCulture, $"{deltas} transfers wait for the cycle, {unfetched} instructions for their banks, "
            + $"{cases} cases for a finding; {alarms} alarms.");
        text.AppendLine(ParkedView.Summary(party.Parked, "hiercash-issuer"));
        return text.ToString();
    }

    private static void Show(StringBuilder text, string whose, Circulation c, Amount cap, Currency currency, bool colour)
    {
        double share = !cap.IsZero ? (double)c.Outstanding.Minor / cap.Minor : c.Outstanding.IsZero ? 0 : 1;
        var (level, code) = Level(share);
        int filled = Math.Clamp((int)(share * Bar), 0, Bar);
        string bar = new string('#', filled) + new string('.', Bar - filled);
        text.AppendLine(whose);
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  [{(colour ? $"\u001b[{code}m{bar}\u001b[0m" : bar)}] {share * 100:F1}% of {cap.Show(currency)}{level}");
        text.Append(CultureInfo.InvariantCulture, $"  issued {c.Issued.Show(currency)}, settled {c.Settled.Show(currency)}, ");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"redeemed {c.Redeemed.Show(currency)}, returned {c.Returned.Show(currency)}, outstanding {c.Outstanding.Show(currency)}");
    }

    /// <summary>From three quarters of the cap on a bank should know; from nine tenths on it has to act.</summary>
    internal static (string Text, int Colour) Level(double share) => share switch
    {
        > 1 => (": OVER THE CAP; nothing is issued until it is below", 31),
        >= 1 => (": the cap is reached, nothing more is issued", 31),
        >= 0.9 => (": nearly reached, raise the cap or expect refusals", 31),
        >= 0.75 => (": three quarters are reached", 33),
        _ => ("", 32),
    };
}
