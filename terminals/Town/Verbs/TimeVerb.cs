using HierCash.Card.Runtime;
using HierCash.Protocol.Commands;

namespace HierCash.Town;

internal static class TimeVerb
{
    private static readonly Amount Enough = new(10_000_000);

    public static Verb Make()
    {
        var count = new Option<int>("--count") { Description = "Payments of each kind.", HelpName = "N", DefaultValueFactory = _ => 500 };
        var json = new JsonOption<TimesJson>(TownJson.Default.TimesJson);
        var verb = new Verb("time", "Times payments at a till whose records are on disk, with a card whose image is on disk before it "
            + "answers: in this process and, with --pcsc, through pcscd and vpcd.",
            "hiercash-town time", "hiercash-town time --count 100 --pcsc")
        {
            count, PcscOption.Option, json,
        };
        verb.SetAction((given, cancel) => Task.Run(
            () =>
            {
                var times = Run(given.GetValue(count), PcscOption.Read(given), t =>
                {
                    if (!json.IsOn(given))
                    {
                        Say(t);
                    }
                });
                if (json.IsOn(given))
                {
                    json.Print(given, new TimesJson(times), "");
                }
            },
            cancel));
        return verb;
    }

    private static List<PaymentTimes> Run(int count, string? pcsc, Action<PaymentTimes> say)
    {
        if (count is < 10 or > 100_000)
        {
            throw new UsageException("--count is 10 to 100000.");
        }

        string folder = Directory.CreateTempSubdirectory("hiercash-time-").FullName;
        try
        {
            var suite = new BclSuite();
            var options = new TownOptions { Directory = folder, Suite = suite, Terms = new SchemeParameters { NoPinLimit = Enough } };
            using var town = new SimulatedTown(options);
            using var card = TownCard.Make("Alice", suite, PowerImage.Create(Path.Combine(folder, "alice.card")));
            string till = town.AddTill("Corner Cafe");
            town.OpenAccount(card, Enough);
            var cash = town.Wallet.Withdraw(card.Card, card.Pin, Enough, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            if (cash.Outcome != Wallet.WithdrawalOutcome.Issued)
            {
                throw new RefusedException(Outcome.Fault, cash.Message);
            }

            var readers = new List<ITownReader> { new DirectReader() };
            if (pcsc is not null)
            {
                readers.Add(new PcscTownReader(pcsc, suite, TimeProvider.System, Console.Error.WriteLine));
            }

            var times = new List<PaymentTimes>();
            foreach (var reader in readers)
            {
                using (reader)
                {
                    foreach (var profile in Enum.GetValues<PaymentProfile>())
                    {
                        times.Add(PaymentTiming.Run(town, reader, card, till, profile, count, done =>
                            Progress(reader.Name, profile, done, count)));
                        say(times[^1]);
                    }
                }
            }

            return times;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Progress(string reader, PaymentProfile profile, int done, int count)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write($"\r{reader}, {profile}: {done} of {count}   {(done + 40 >= count ? "\r" : "")}");
        }
    }

    private static void Say(PaymentTimes t)
    {
        string Ms(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
        string against = $"{t.OverNoOps.ToString("0.0", CultureInfo.InvariantCulture)} times as long as {t.Apdus} commands that do nothing "
            + $"({Ms(t.NoOp)} ms each)";
        Console.WriteLine(
            $"""
            {t.Reader}, {t.Profile.ToLowerInvariant()} profile, {t.Payments} payments:
              SELECT to OK            median {Ms(t.Median)} ms, p99 {Ms(t.P99)} ms
              of that with the card   median {Ms(t.CardMedian)} ms, p99 {Ms(t.CardP99)} ms; {against}
              {t.Apdus} APDUs, {t.Bytes} bytes; {t.Bits} bits as the patent counts them, which counts up to {t.PatentBits}: ratio {(t.Bits / (double)t.PatentBits).ToString("0.00", CultureInfo.InvariantCulture)}
            """);
    }
}

internal sealed record TimesJson(IReadOnlyList<PaymentTimes> Times);
