using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;

namespace HierCash.Town;

/// <summary>hiercash-town.</summary>
internal static class Program
{
    private const string VpcdName = "Virtual PCD 00 00";

    private static Task<int> Main(string[] args)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object on stdout and nothing else." };
        var directory = new Option<string?>("--dir")
        {
            Description = "Keep the parties' databases and the evidence file in a new folder DIR/town. Default: a temporary folder, "
                + "removed at the end.",
            HelpName = "DIR",
        };
        var seed = new Option<ulong?>("--seed")
        {
            Description = "Replay: all keys, signatures and random numbers follow from this number.",
            HelpName = "NUMBER",
        };
        var pcsc = new Option<string?>("--pcsc")
        {
            Description = $"Let every card go through pcscd, in vpcd's reader of that name. Default name: {VpcdName}.",
            HelpName = "READER",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var demo = new Command("demo", "Withdraw, pay, settle; then a copied card overspends and is traced.") { json, directory, seed,
            pcsc };
        demo.SetAction((result, cancel) =>
        {
            string? reader = result.GetResult(pcsc) is null ? null : result.GetValue(pcsc) ?? VpcdName;
            return Play(result.GetValue(json), result.GetValue(directory), result.GetValue(seed), reader, cancel);
        });
        var root = new RootCommand(
            """
            A whole town of hierarchical electronic cash in one process: issuer, two banks, a shop, cards.

            Examples:
              hiercash-town                     tell the story
              hiercash-town demo --json         the same as figures
              hiercash-town demo --seed 42      the same bytes each time, but for the seconds that it took
              hiercash-town demo --dir .        keep databases and the evidence file in ./town
              hiercash-town demo --pcsc         the same through a PC/SC reader
              hiercash-town time --pcsc         how long payments take
            """) { demo, TimeCommand.Make(json, pcsc, VpcdName) };
        root.SetAction((_, cancel) => Play(false, null, null, null, cancel));
        return ConsoleEntry.Run(root, args);
    }

    private static async Task<int> Play(bool json, string? directory, ulong? seed, string? pcsc, CancellationToken cancel)
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
                throw new RefusedException(Outcome.AlreadyExists, $"The folder '{folder}' is there already. Choose another --dir, or remove it.");
            }

            PrivateFile.MakeFolder(folder);
        }

        try
        {
            long started = Stopwatch.GetTimestamp();
            using var town = new SimulatedTown(new TownOptions
            {
                Directory = folder,
                Suite = seed is { } number ? new BouncyCastleSuite(new SeededRandom(number)) : new BclSuite(),
            });
            bool color = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";
            using ITownReader reader = pcsc is null ? new DirectReader()
                : new PcscTownReader(pcsc, town.Options.Suite, TimeProvider.System, Console.Error.WriteLine);
            var report = await Demo.Run(town, reader, new Narrator(json ? null : ConsoleEntry.Terminal, color), cancel);
            if (directory is not null)
            {
                var evidence = town.UserBank.EvidenceFiles.Single();
                PrivateFile.Write(Path.Combine(folder, "evidence.hce"), evidence.Encode());
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

            return report is { AuditOk: true, BankSawNU: false, IssuerSawU: false } ? ExitCode.Done : ExitCode.Refused;
        }
        finally
        {
            if (directory is null)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string Show(ulong minor) => new Amount(minor).Show(Currency.Eur);
}
