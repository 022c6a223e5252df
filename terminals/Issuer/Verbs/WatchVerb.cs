using System.Globalization;
using System.Text;

namespace HierCash.Issuer;

/// <summary>hiercash-issuer watch: the patent's watch on the amount in circulation; live on a terminal, once elsewhere.</summary>
internal static class WatchVerb
{
    private const int Bar = 30;

    public static Verb Make()
    {
        var every = CommonOptions.Seconds("--every", "Seconds between two looks.", 2);
        var json = new JsonOption<BanksJson>(IssuerJson.Default.BanksJson);
        return new Verb("watch", "Shows what is issued, settled, redeemed, returned and outstanding against the cap, for each bank and "
            + "in all, until Ctrl-C; where the output goes to a file, once.", "hiercash-issuer watch --dir issuer")
        {
            IssuerSession.Folder, every, json,
        }.Does(async (given, cancel) =>
        {
            using var open = IssuerSession.Open(given);
            bool live = !Console.IsOutputRedirected;
            bool colour = live && CommonOptions.Variable("NO_COLOR") is null;
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(given.GetValue(every)));
            try
            {
                do
                {
                    if (json.IsOn(given))
                    {
                        json.Print(given, BanksJson.Of(open.Party.Registry, open.Currency), "");
                    }
                    else
                    {
                        ConsoleEntry.Terminal.Write((live ? "\u001b[H\u001b[2J" : "") + Screen(open.Party, open.Currency, colour));
                    }
                }
                while (live && !json.IsOn(given) && await timer.WaitForNextTickAsync(cancel));
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine();
            }

            return ExitCode.Done;
        });
    }

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
        text.AppendLine(CultureInfo.InvariantCulture, $"  {c.Show(currency)}");
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
