using System.CommandLine;
using System.Globalization;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Issuer;

/// <summary>What an issuer's folder says of it.</summary>
/// <param name="IssuerKeys">Makes keys for users who ask (claim 2).</param>
/// <param name="G">Identity (claim 7) or Sha256.</param>
/// <param name="Fingerprint">Of the scheme: the database beside has to be that scheme's (rule R23).</param>
public sealed record IssuerSettings(
    string Currency, ExcessPolicy Excess, bool IssuerKeys = false, GFunction G = GFunction.Sha256, string? Fingerprint = null);

/// <summary>hiercash-issuer.</summary>
internal static class Program
{
    private const string Role = "issuer";
    private const string DefaultCap = "1000000";
    private static readonly PartyId Id = new(1);
    private static readonly BclSuite Suite = new();
    private static readonly Option<string> Folder = CommonOptions.Directory(Role);
    private static readonly Option<bool> Json = Older.Json();

    private static Task<int> Main(string[] args) => ConsoleEntry.Run(
        new RootCommand(
            """
            The issuer of hierarchical electronic cash: issues, settles, traces. It never gets to know whose a coin is.

            Examples:
              hiercash-issuer init --dir issuer
              hiercash-issuer enrol bank bank.request --cap 1000000.00 --dir issuer > bank.grant
              hiercash-issuer enrol shop cafe.vouched --dir issuer > cafe.grant
              hiercash-issuer serve --dir issuer
              hiercash-issuer cap 1 2000000.00 --dir issuer
              hiercash-issuer banks --dir issuer --json
              hiercash-issuer watch --dir issuer
              hiercash-issuer rotate coin --dir issuer
              hiercash-issuer revoke bank 1 --dir issuer
              hiercash-issuer enrol bank new.request --bank 1 --dir issuer > new.grant
              hiercash-issuer clock accept --dir issuer          the clock was wrong, and is right now
              hiercash-issuer status --dir issuer --json
            """)
        {
            Init(), Serve(), Enrol(), Status(), Parked(), Audit(),
            CirculationCommands.Banks(Folder, Json, OpenFolder), CirculationCommands.Cap(Folder, Json, OpenFolder),
            CirculationCommands.Watch(Folder, Json, OpenFolder),
            CareCommands.Explain(Folder, Json, OpenFolder), CareCommands.Alarms(Folder, Json, OpenFolder),
            CareCommands.Rotate(Folder, OpenFolder), TillCommands.Tills(Folder, Json, OpenFolder), CareCommands.Revoke(Folder, OpenFolder),
            ClockCommand.Make(Folder, Json, d => OpenFolder(d, wasUsed: true)),
            RecoverCommand.Make(Role, Folder, Json, OpenFolder),
        },
        args);

    private static Command Init()
    {
        var currency = new Option<string>("--currency") { Description = "Three letters of ISO 4217.", DefaultValueFactory = _ =>
            "EUR", HelpName = "CODE" };
        var excess = WordOption.Of("--excess", "Who bears payments above a coin's face value.", ExcessPolicy.Guarantee);
        var keyed = new Option<bool>("--issuer-keys") { Description =
            "Make key pairs for users who ask for them (claim 2). The issuer could then sign as they do." };
        var g = WordOption.Of("--g", "What the issuer signs of N_U: its hash, or itself (claim 7).", GFunction.Sha256);
        var command = new Command("init", "Makes a new issuer: the root key and all keys under it.") { Folder, currency, excess, keyed, g,
            Json };
        command.SetAction(result =>
        {
            string code = result.GetValue(currency)!;
            if (Currency.TryParse(code) is not { } known)
            {
                throw new UsageException(
                    $"'{code}' is no currency that this version knows. Give one of {string.Join(", ", Currency.Names)}.");
            }

            var folder = PartyFolder<IssuerSettings>.Create(
                result.GetValue(Folder)!, Role, new IssuerSettings(
                    known.Name, result.GetValue(excess), result.GetValue(keyed), result.GetValue(g)), IssuerParty.Schema);
            using var store = Database.OpenFile(folder.DatabasePath, IssuerParty.Schema);
            var fingerprint = Make(folder, store).Scheme.Fingerprint.ToString();
            folder.Save(folder.Settings with { Fingerprint = fingerprint });
            Older.PrintDone(result.GetValue(Json), new { Fingerprint = fingerprint },
                $"The scheme's fingerprint is {fingerprint}. Publish it where banks, shops and users can compare it.");
        });
        return command;
    }

    private static Command Serve()
    {
        var listen = CommonOptions.Listen(CommonOptions.IssuerPort);
        var cycle = CommonOptions.Seconds("--cycle", "Seconds between two cycles of clearing.", 60);
        var logFile = Serving.LogFile();
        var logSize = Serving.LogSize();
        var command = new Command("serve", "Serves banks and shops until Ctrl-C or SIGTERM.") { Folder, listen, cycle, logFile, logSize };
        command.SetAction(async (result, cancel) =>
        {
            int seconds = result.GetValue(cycle);
            if (seconds < 1)
            {
                throw new UsageException("A cycle has at least 1 second.");
            }

            var folder = PartyFolder<IssuerSettings>.Open(result.GetValue(Folder)!, Role);
            using var held = folder.Lock();
            await using var serving = new Serving(
                result.GetValue(Folder)!, Role, result.GetValue(logFile), result.GetValue(logSize), TimeProvider.System);
            using var store = Database.OpenFile(folder.DatabasePath, IssuerParty.Schema);
            var party = Open(folder, store, serving.Log.CreateLogger(Role));
            await serving.Run(
                result.GetValue(listen)!, party.LinkCertificate, party.Scheme.Fingerprint, party, Suite, store,
                TimeSpan.FromSeconds(seconds), () => party.StartService(),
                _ =>
                {
                    party.CloseCycle();
                    return Task.CompletedTask;
                },
                cancel);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Enrol()
    {
        var file = new Argument<string>("FILE") { Description = "The request; - reads standard input." };
        var cap = new Option<string?>("--cap")
        {
            Description = $"Most cash that the bank may have outstanding; not given, a new bank gets {DefaultCap}. 'cap' changes "
                + $"it later.", HelpName = "AMOUNT",
        };
        var number = new Option<uint?>("--bank")
        {
            Description = "The number of a bank whose key was revoked: the request brings its new key. Be sure that the request is that "
                + "bank's.", HelpName = "NUMBER",
            CustomParser = r => CommonOptions.ReadId(r, "bank's number"),
        };
        var bank = new Command("bank", "Enrols a bank, or takes its next key ('hiercash-bank new-key'); prints the grant.") { file, cap,
            number, Folder };
        var shop = new Command("shop",
            "Enrols a shop's till for which its bank, or another till of the shop, has signed; prints its grant.") { file, Folder };
        bank.SetAction(result => Grant(result.GetValue(Folder)!, result.GetValue(file)!, EnrolmentRole.Bank, result.GetValue(cap),
            result.GetValue(number)));
        shop.SetAction(result => Grant(result.GetValue(Folder)!, result.GetValue(file)!, EnrolmentRole.Shop, null, null));
        return new Command("enrol", "Takes a bank or shop into the scheme.") { bank, shop };
    }

    private static void Grant(string directory, string file, EnrolmentRole role, string? cap, uint? number)
    {
        var folder = PartyFolder<IssuerSettings>.Open(directory, Role);
        Amount? given = cap is null ? null : CommonOptions.ReadTotal(cap, Terms(folder.Settings).Currency);
        var request = EnrolmentRequest.Decode(Armor.Read(Armor.Request, file))
            ?? throw new RefusedException(Outcome.Damaged, $"The request in '{file}' is damaged, or asks under a name that cannot be shown. Copy it again, "
                + $"whole; or have it made again.");
        if (request.Role != role)
        {
            throw new RefusedException(Outcome.Damaged, $"'{file}' is the request of a {request.Role.ToString().ToLowerInvariant()}. Use 'enrol "
                + $"{request.Role.ToString().ToLowerInvariant()}'.");
        }

        using var store = Database.OpenFile(folder.DatabasePath, IssuerParty.Schema);
        var party = Open(folder, store);
        PartyId? bank = number is { } n ? new PartyId(n) : null;
        var limit = given ?? party.Registry.BankOf(request, bank)?.Cap
            ?? CommonOptions.ReadAmount(DefaultCap, Terms(folder.Settings).Currency);
        ConsoleEntry.PrintToCarry(Armor.Write(Armor.Grant, party.Enrol(request, limit, bank).Encode()), "It is enrolled, and its grant",
            "The same call");
    }

    private static Command Status()
    {
        var command = new Command("status", "Says what waits, and for whom.") { Folder, Json };
        command.SetAction(result =>
        {
            var folder = PartyFolder<IssuerSettings>.Open(result.GetValue(Folder)!, Role);
            HealthView.Status(result.GetValue(Folder)!, Role, health => Show(folder, result.GetValue(Json), health));
        });
        return command;
    }

    private static void Show(PartyFolder<IssuerSettings> folder, bool json, Health? health)
    {
        using var store = Database.OpenFile(folder.DatabasePath, IssuerParty.Schema);
        var party = Open(folder, store);
        var (open, closed) = party.CoinCounts;
        var (deltas, unfetched, cases, alarms) = party.Queues;
        var standing = party.Standing;
        string goesOn = standing.Awaited.Count > 0 ? RecoverCommand.Explain(standing.Awaited) : IssuerParty.WhenBehind;
        string behind = standing.Behind is { } since
            ? $"{Environment.NewLine}STOPPED since {since}. {goesOn}{RecoverCommand.Explain(standing.LostKeys)}" : "";
        Older.Print(
            json,
            new
            {
                Fingerprint = party.Scheme.Fingerprint.ToString(), Root = Convert.ToHexString(party.Scheme.Root.Bytes), CoinsOpen = open,
                CoinsClosed = closed, Transfers = deltas, Unfetched = unfetched, Cases = cases, Alarms = alarms,
                Parked = party.Parked.Select(p => p.ToJson()), Behind = standing.Behind?.ToString(),
                Waits = standing.Waits.Select(w => w.ToJson()),
                ClockBehind = party.Clock.IsBehind, ClockDoubted = party.Clock.Doubted?.ToString(), Serving = OlderViews.ToJson(health),
            },
            string.Create(CultureInfo.InvariantCulture, $"""
            Scheme {party.Scheme.Fingerprint}{behind}
            Root key {Convert.ToHexString(party.Scheme.Root.Bytes)}
            {open} coins in circulation, {closed} used up and kept for their terms.
            {deltas} transfers wait for the next cycle, or for their bank's first visit since 'serve' began; {unfetched} instructions wait for their banks{(unfetched > 0 ? ": are these running?" : ".")}
            {ParkedView.Summary(party.Parked, "hiercash-issuer")}
            {cases} cases wait for a bank's finding; {alarms} alarms{(alarms > 0 ? ": 'hiercash-issuer alarms' lists them." : ".")}
            {ClockCommand.Say(party.Clock)}
            {Waiting.Say(standing.Waits)}
            {HealthView.Show(health)}
            """));
    }

    private static Command Parked()
    {
        var command = new Command("parked", "Lists what banks could not book, or have not fetched for a whole dispute term: why, since "
            + "when, what ends it, and whom it stops.") { Folder, Json };
        command.SetAction(result =>
        {
            var (party, currency, store) = OpenFolder(result.GetValue(Folder)!);
            using (store)
            {
                OlderViews.Print(result.GetValue(Json), party.Parked, currency);
            }
        });
        return command;
    }

    private static Command Audit()
    {
        var command = new Command("audit", "Recomputes the issuer's invariants; exit code 1 if one is broken.") { Folder, Json };
        command.SetAction(result =>
        {
            var folder = PartyFolder<IssuerSettings>.Open(result.GetValue(Folder)!, Role, wasUsed: true);
            using var store = Database.OpenFile(folder.DatabasePath, IssuerParty.Schema);
            var damages = store.Damages();
            var party = damages.Count > 0 ? null : Open(folder, store);
            var findings = party?.Audit.Run() ?? damages;
            var borne = findings.Count == 0 ? party!.Audit.Borne : Amount.Zero;
            var behind = party?.Behind;
            string? recover = behind is null ? null
                : party!.Awaited is { Count: > 0 } awaited ? RecoverCommand.Explain(awaited)
                : "Stop 'serve', run 'hiercash-issuer recover', and serve again.";
            string says = AuditView.Say(findings, recover)
                + (borne.IsZero ? "" : $" The issuer bears {borne.Show(Terms(folder.Settings).Currency)}: coins that it had signed and "
                + $"forgotten with a copy paid that, and no bank gave them back.");
            Older.Print(
                result.GetValue(Json), new { Ok = findings.Count == 0
                    && behind is null, Findings = findings, Borne = borne.Minor, Behind = behind?.ToString() }, says);
            return findings.Count == 0 && behind is null ? ExitCode.Done : ExitCode.Refused;
        });
        return command;
    }

    private static (IssuerParty Party, Currency Currency, Database Store) OpenFolder(string directory) =>
        OpenFolder(directory, wasUsed: false);

    private static (IssuerParty Party, Currency Currency, Database Store) OpenFolder(string directory, bool wasUsed)
    {
        var folder = PartyFolder<IssuerSettings>.Open(directory, Role, wasUsed);
        var store = Database.OpenFile(folder.DatabasePath, IssuerParty.Schema);
        return (Open(folder, store), Terms(folder.Settings).Currency, store);
    }

    /// <summary>The issuer that 'init' made: its root key is in its database, and no other is made in its place (rule R23).</summary>
    /// <exception cref="RefusedException">The database is another issuer's, or was emptied.</exception>
    private static IssuerParty Open(PartyFolder<IssuerSettings> folder, Database store, ILogger? log = null)
    {
        bool hasRoot = store.Read(db => SecretKeyTable.Has(db, IssuerKeys.RootName));
        Switches.On("R23 root", ref hasRoot);
        if (!hasRoot)
        {
            throw new RefusedException(Outcome.NotFound,
                $"The database '{folder.DatabasePath}' has lost the issuer's root key. Put back its newest good copy.");
        }

        var party = Make(folder, store, log);
        string actual = party.Scheme.Fingerprint.ToString();
        bool isOther = folder.Settings.Fingerprint is { } own && own != actual;
        Switches.Off("R23 other", ref isOther);
        return isOther
            ? throw new RefusedException(Outcome.Damaged, $"The database '{folder.DatabasePath}' is that of the scheme {actual}, and this folder's scheme "
                + $"is {folder.Settings.Fingerprint}. Put back the right one.")
            : party;
    }

    private static IssuerParty Make(PartyFolder<IssuerSettings> folder, Database store, ILogger? log = null) =>
        new(Id, store, Suite, Terms(folder.Settings), TimeProvider.System, log ?? NullLogger.Instance, NoCrashPoints.Instance);

    private static SchemeParameters Terms(IssuerSettings settings) => new()
    {
        Currency = Currency.TryParse(settings.Currency)
            ?? throw new RefusedException(Outcome.Damaged, $"The settings name the unknown currency '{settings.Currency}'."),
        Excess = settings.Excess,
        IssuerKeys = settings.IssuerKeys,
        G = settings.G,
    };
}
