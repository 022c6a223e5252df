using System.CommandLine;
using System.CommandLine.Invocation;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Town;

const int Done = 0;
const int Refused = 1;
const int Usage = 2;

var json = new Option<bool>("--json") { Description = "Print one JSON object on stdout and nothing else." };
var directory = new Option<string>("--dir")
{
    Description = "Keep the parties' databases and the evidence file in a new folder DIR/town. Default: a temporary folder, removed at the end.",
    HelpName = "DIR",
};
var seed = new Option<ulong?>("--seed")
{
    Description = "Replay: all keys, signatures and random numbers follow from this number.",
    HelpName = "NUMBER",
};
var demo = new Command("demo", "Withdraw, pay, settle; then a copied card overspends and is traced.") { json, directory, seed };
demo.SetAction(async (result, cancel) => await Play(
    result.GetValue(json), result.GetValue(directory), result.GetValue(seed), cancel));
var root = new RootCommand(
    """
    A whole town of hierarchical electronic cash in one process: issuer, two banks, a shop, cards.

    Examples:
      hiercash-town                     tell the story
      hiercash-town demo --json         the same as figures
      hiercash-town demo --seed 42      the same bytes each time
      hiercash-town demo --dir .        keep databases and the evidence file in ./town
    """) { demo };
root.SetAction(async (_, cancel) => await Play(false, null, null, cancel));

var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
{
    foreach (var error in parsed.Errors)
    {
        await Console.Error.WriteLineAsync(error.Message);
    }

    await Console.Error.WriteLineAsync("See hiercash-town --help.");
    return Usage;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("Stopped.");
    return Refused;
}
catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return Refused;
}

static async Task<int> Play(bool json, string? directory, ulong? seed, CancellationToken cancel)
{
    string folder;
    if (directory is null)
    {
        folder = Directory.CreateTempSubdirectory("hiercash-town-").FullName;
    }
    else
    {
        folder = Path.Combine(directory, "town");
        if (Directory.Exists(folder))
        {
            await Console.Error.WriteLineAsync($"The folder '{folder}' is there already. Choose another --dir, or remove it.");
            return Refused;
        }

        Directory.CreateDirectory(folder);
    }

    try
    {
        long started = Stopwatch.GetTimestamp();
        using var town = new TownWorld(new TownOptions
        {
            Directory = folder,
            Suite = seed is { } number ? new BouncyCastleSuite(new SeededRandom(number)) : new BclSuite(),
        });
        bool color = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
        var report = await Demo.Run(town, new Story(json ? null : Console.Out, color), cancel);
        if (directory is not null)
        {
            var evidence = town.UserBank.EvidenceFiles.Single();
            await File.WriteAllBytesAsync(Path.Combine(folder, "evidence.hce"), evidence.Encode(), cancel);
        }

        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
        }
        else
        {
            string took = Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            Console.WriteLine();
            Console.WriteLine(
                $"Withdrawn {Show(report.Withdrawn)}, paid {Show(report.Paid)}, settled {Show(report.Settled)}, "
                + $"overspent {Show(report.Overspent)} by {report.TracedUser}; audit {(report.AuditOk ? "ok" : "BROKEN")}; {took} s.");
        }

        return report is { AuditOk: true, BankSawNU: false, IssuerSawU: false } ? Done : Refused;
    }
    finally
    {
        if (directory is null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

static string Show(ulong minor) => new Amount(minor).Show(Currency.Eur);
