using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HierCash.Card.Runtime;

namespace HierCash.Bench.Ratios;

/// <summary>bench ratios: each figure that we publish, against its limit. Starts what it needs and removes it.</summary>
internal static class RatioRun
{
    /// <summary>The mode in which the benchmark talks to a card in a namespace with a pcscd of its own.</summary>
    public const string VpcdMode = "vpcd-client";

    private const double CardRate = 10_000_000;
    private const double VpcdRate = 8000;
    private const double FirstResponse = 30;

    private static readonly (string Name, Func<Figure> Measure)[] All =
    [
        ("card.noop", NoOp),
        ("card.transaction", Transaction),
        ("card.sign", Sign),
        ("card.vpcd", Vpcd),
        ("card.firstResponse", FirstAnswer),
    ];

    public static int Run(string[] args)
    {
        bool json = args.Contains("--json");
        int only = Array.IndexOf(args, "--only");
        string prefix = only >= 0 && only + 1 < args.Length ? args[only + 1] : "";
        var chosen = All.Where(f => f.Name.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (chosen.Count == 0 || args.Except(["--json", "--only", prefix]).Any())
        {
            Console.Error.WriteLine(
                $"Usage: bench -- ratios [--json] [--only PREFIX]; figures are {string.Join(", ", All.Select(f => f.Name))}.");
            return 2;
        }

        var figures = new List<Figure>();
        foreach (var (name, measure) in chosen)
        {
            Console.Error.WriteLine($"{name} ...");
            figures.Add(measure());
            if (!json)
            {
                var f = figures[^1];
                string verdict = f.Ok ? "ok" : "MISSED";
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{f.Name,-20} {f.Value,14:0.##} {f.Unit,-4} limit {f.Limit,12:0.##}  ratio "
                        + $"{f.Ratio:0.00}, at least {f.Bar:0.00}: {verdict}"));
            }
        }

        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(figures, JsonSerializerOptions.Web));
        }

        return figures.TrueForAll(f => f.Ok) ? 0 : 1;
    }

    private static Figure NoOp()
    {
        using var card = new BareCard(new MemoryImage());
        Measure.Rate(card.NoOp);
        return Measure.AgainstConstant("card.noop", () => Measure.Rate(card.NoOp), "/s", CardRate);
    }

    private static Figure Transaction()
    {
        using var folder = new Scratch();
        using var card = new BareCard(ProcessImage.Create(folder.File("bench.card")));
        Measure.Rate(card.Update);
        return Measure.AgainstConstant("card.transaction", () => Measure.Rate(card.Update), "/s", CardRate);
    }

    private static Figure Sign()
    {
        using var card = new SigningCard();
        return Measure.Compare("card.sign", () => Measure.Rate(() => card.Sign()), "/s", () => Measure.Rate(() => card.SignPlain()), 0.8);
    }

    private static Figure FirstAnswer()
    {
        using var card = new NativeCard();
        return Measure.Below(
            "card.firstResponse",
            () =>
            {
                long started = Stopwatch.GetTimestamp();
                card.FirstResponse();
                return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            },
            "ms",
            FirstResponse);
    }

    private static Figure Vpcd()
    {
        string output = Programs.Must(Path.Combine(Programs.Root(), "tests", "with-pcscd.sh"), "dotnet",
            Environment.GetCommandLineArgs()[0], VpcdMode);
        var rates = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => double.Parse(l, CultureInfo.InvariantCulture))
            .ToList();
        int next = 0;
        return Measure.AgainstConstant("card.vpcd", () => rates[next++ % rates.Count], "/s", VpcdRate);
    }

    /// <summary>Inside the namespace: a card in vpcd's reader by a thread of this process, and a terminal that asks it nothing.</summary>
    public static int VpcdClient()
    {
        using var card = TownCard.Make("Alice", new BclSuite());
        using var reader = new PcscTownReader("Virtual PCD 00 00", new BclSuite(), TimeProvider.System, _ => { });
        using var channel = reader.Insert(card);
        var response = new byte[ICardChannel.ResponseRoom];
        void NoOp() => channel.Transmit([0x00, 0xC0, 0x00, 0x00, 0x00], response);
        Measure.Rate(NoOp);
        for (int i = 0; i < 9; i++)
        {
            Console.WriteLine(Measure.Rate(NoOp).ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }
}
