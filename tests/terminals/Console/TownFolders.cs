using System.Text.Json;
using HierCash.Bank;
using HierCash.Issuer;
using HierCash.Terminals;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Consoles;

/// <summary>
/// Towns in this process, on virtual time, whose parties are then looked at by their consoles: each in a folder as the console itself would
/// have made it.
/// </summary>
internal sealed class TownFolders : IDisposable
{
    private static readonly BclSuite Suite = new();
    private readonly string _root = Directory.CreateTempSubdirectory("hiercash-town-").FullName;
    private int _looks;

    /// <summary>A town whose time begins now: consoles have the machine's clock.</summary>
    public static SimulatedTown Make(Func<TownOptions, TownOptions>? with = null) => Towns.Make(with: o =>
    {
        var now = o with { Start = TimeProvider.System.GetUtcNow() };
        return with is null ? now : with(now);
    });

    /// <summary>What hiercash-issuer says of the town's issuer as it is now.</summary>
    public string Issuer(SimulatedTown town, params string[] arguments) => Must(AskIssuer(town, arguments));

    /// <summary>The same, however it ends.</summary>
    public ConsoleResult AskIssuer(SimulatedTown town, params string[] arguments)
    {
        string folder = Folder(town, SimulatedTown.IssuerName, "issuer");
        Write(folder, "issuer", new IssuerSettings("EUR", town.Options.Terms.Excess));
        return ConsoleProcess.Run(folder, "hiercash-issuer", arguments);
    }

    /// <summary>What hiercash-bank says of one of the town's banks as it is now.</summary>
    public string Bank(SimulatedTown town, string name, params string[] arguments) => Must(AskBank(town, name, arguments));

    /// <summary>The same, however it ends.</summary>
    public ConsoleResult AskBank(SimulatedTown town, string name, params string[] arguments)
    {
        string folder = Folder(town, name, "bank");
        byte[] grant;
        using (var store = Database.OpenFile(Path.Combine(folder, "bank.db"), BankParty.Schema))
        {
            grant = town.Issuer.Enrol(BankParty.RequestEnrolment(store, Suite, name), town.Options.Cap).OrRefuse().Encode();
        }

        Write(folder, "bank", new EnrolledSettings(name, Convert.ToBase64String(grant), "127.0.0.1", 1));
        return ConsoleProcess.Run(folder, "hiercash-bank", arguments);
    }

    private string Folder(SimulatedTown town, string party, string role)
    {
        string folder = Path.Combine(_root, $"{role}-{_looks++}");
        PrivateFile.MakeFolder(folder);
        town.Export(party, Path.Combine(folder, role + ".db"));
        return folder;
    }

    private static void Write<T>(string folder, string role, T settings) =>
        PrivateFile.Write(Path.Combine(folder, role + ".json"), JsonSerializer.SerializeToUtf8Bytes(settings, JsonSerializerOptions.Web));

    private static string Must(ConsoleResult said)
    {
        Assert.That(said.Code, Is.Zero, said.Error);
        return said.Output;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
