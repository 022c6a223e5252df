using System.Text.Json;
using System.Text.RegularExpressions;
using HierCash.Tests.Scenarios;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Consoles;

/// <summary>What the consoles say of a party that knows that its database is an older copy (rule R27).</summary>
[Parallelizable]
public sealed class OlderCopyConsoleTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hiercash-older-").FullName;
    private readonly TownFolders _folders = new();

    [OneTimeTearDown]
    public void TearDown()
    {
        _folders.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Its own books may be sound: an audit says that they are not all, and does not end as if nothing were to be done.</summary>
    [Test, Rule(27)]
    public async Task AnAuditSaysThatTheDatabaseIsAnOlderCopy([Values("issuer", "bank-1")] string party)
    {
        string folder = Path.Combine(_folder, party);
        Directory.CreateDirectory(folder);
        using var town = TownFolders.Make(o => o with { Directory = folder });
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        ConsoleResult Ask(params string[] arguments) =>
            party == "issuer" ? _folders.AskIssuer(town, arguments) : _folders.AskBank(town, party, arguments);
        await Trade(town, till, alice, 400);
        var sound = Ask("audit");
        Assert.That((sound.Code, sound.Output.Trim()), Is.EqualTo((0, "All invariants hold.")), sound.Error);

        var copy = town.StoreBytes(party);
        town.Withdraw(alice, 4000);
        await Trade(town, till, alice, 1000);
        town.Replace(party, copy);
        string console = party == "issuer" ? "hiercash-issuer" : "hiercash-bank";
        var audit = Ask("audit");
        Assert.That(audit.Code, Is.EqualTo(1), audit.Output + audit.Error);
        Assert.That(audit.Output, Does.StartWith("All invariants hold within this database. It is an older copy. Stop 'serve'")
            .And.Contain($"'{console} recover'"));
        audit = Ask("audit", "--json");
        var json = JsonDocument.Parse(audit.Output).RootElement;
        Assert.That((audit.Code, json.GetProperty("ok").GetBoolean(), json.GetProperty("findings").GetArrayLength()),
            Is.EqualTo((1, false, 0)));
        Assert.That(json.GetProperty("behind").GetString(), Does.EndWith("Z"));
        if (party == "issuer")
        {
            town.Issuer.Recover().OrRefuse();
            Assert.That(Ask("audit").Output, Does.Contain(
                "It is an older copy. The issuer goes on when these banks have visited: 1, 2. Let 'serve' run."));
            Assert.That(Ask("alarms").Output, Does.Contain("showed a later word of this issuer"));
        }
    }

    /// <summary>
    /// The key that a bank names with --lost-key, if its database is put back to before it, is said when it is made, and is that of the
    /// request.
    /// </summary>
    [Test, Rule(27)]
    public void ANewKeyIsSaid()
    {
        using var town = TownFolders.Make(o => o with { Directory = Directory.CreateDirectory(Path.Combine(_folder, "keys")).FullName });
        var made = _folders.AskBank(town, "bank-1", "new-key");
        Assert.That(made.Code, Is.Zero, made.Error);
        var said = Regex.Match(made.Error, "^The new key is (04[0-9A-F]{128}): keep this line; it names the key if it is ever lost\\.$",
            RegexOptions.Multiline);
        Assert.That(said.Success, made.Error);
        byte[] request = Convert.FromBase64String(
            string.Concat(made.Output.Split('\n').Where(l => !l.StartsWith("-----", StringComparison.Ordinal))));
        Assert.That(Convert.ToHexString(request), Does.Contain(said.Groups[1].Value));
    }

    [TestCase("04", 130, "of which the first two are 04. This is none: a digit is wrong.")]
    [TestCase("04", 128, "of which the first two are 04.")]
    [TestCase("05", 130, "of which the first two are 04.")]
    [Rule(27)]
    public void AKeyThatIsNoneIsExplained(string begins, int digits, string says)
    {
        var said = ConsoleProcess.Run(_folder, "hiercash-bank", "recover", "--lost-key", begins.PadRight(digits, 'A'), "--dir", "north");
        Assert.That((said.Code, said.Output), Is.EqualTo((2, "")), said.Error);
        Assert.That(said.Error.Trim(), Does.EndWith(says));
    }

    private static async Task Trade(SimulatedTown town, string till, TownCard alice, ulong minor)
    {
        town.Pay(till, alice, minor);
        town.Clock.Advance(TimeSpan.FromSeconds(1));
        await town.Settle(till);
        await town.RunCycle();
        town.Clock.Advance(TimeSpan.FromSeconds(1));
    }

    /// <summary>A command for a party of before does not offer to make a new one.</summary>
    [TestCase("hiercash-issuer", "recover")]
    [TestCase("hiercash-issuer", "audit")]
    [TestCase("hiercash-issuer", "clock", "accept")]
    [TestCase("hiercash-bank", "recover")]
    [TestCase("hiercash-bank", "audit")]
    public void AWrongFolderIsNamed(string console, params string[] words)
    {
        var said = ConsoleProcess.Run(_folder, console, [.. words, "--dir", "cafe"]);
        Assert.That((said.Code, said.Error.Trim()),
            Is.EqualTo((1, $"There is no {console["hiercash-".Length..]} in 'cafe'. Name its folder with --dir.")));
    }
}
