using System.Text.Json;
using System.Text.RegularExpressions;
using HierCash.Tests.Pcsc;

namespace HierCash.Tests.Consoles;

/// <summary>
/// Each verb that has --json prints a value, not an error, of the shape that docs/json.schema.json has for it. <see cref="JsonShapes"/>
/// validates it, as it does in every other test that calls a console.
/// </summary>
[Parallelizable]
public sealed class EveryVerbTests
{
    private static readonly string[] Alice = ["--reader", "emulator:Alice.card", "--pin", "0000"];
    private static readonly string[] AtCafe = ["--reader", "emulator:Alice.card", "--dir", "cafe"];

    /// <summary>What needs a PC/SC reader, a restored copy or a blocked PUK: these tests print it with --json.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["hiercash-card readers"] = nameof(ReadersVerbTests),
        ["hiercash-town time"] = nameof(TownReaderTests),
        ["hiercash-issuer recover"] = nameof(RecoverConsoleTests),
        ["hiercash-bank set-back"] = nameof(ActivationConsoleTests),
        ["hiercash-bank recover"] = nameof(RecoverConsoleTests),
    };

    private readonly HashSet<string> _printed = [];
    private NetworkTown _town = null!;

    [Test]
    public void EachPrintsAValueOfItsShape()
    {
        using (_town = new NetworkTown())
        {
            _town.OpenAccount("Alice", "200.00");
            Prepare();
            Spend();
            Accuse();
            EndCards();
            Look();
            Keep();
        }

        Print("hiercash-town", "demo", "--seed", "7");
        var missing = ConsoleSchema.Verbs.Keys.Except(_printed).ToList();
        Assert.That(missing, Is.EquivalentTo(Elsewhere.Keys));
        foreach (var (verb, test) in Elsewhere)
        {
            Assert.That(IsPrinted(File.ReadAllText(Repository.Files(test + ".cs").Single()), verb), verb);
        }
    }

    [TestCase("Run(\"hiercash-card\", \"readers\", \"--json\");", true)]
    [TestCase("string[] call = [\"readers\", \"--json\"]; Run(\"hiercash-card\", call);", true)]
    [TestCase("string[] call = [\"readers\"]; town.Json(\"hiercash-card\", call);", true)]
    [TestCase("Run(\"hiercash-card\", \"readers\"); Run(\"hiercash-card\", \"info\", \"--json\");", false)]
    [TestCase("string[] call = [\"readers\"]; Run(\"hiercash-card\", call); town.Json(\"hiercash-card\", \"info\");", false)]
    public void AVerbIsPrintedWhereOneCallHasItAndJson(string code, bool isPrinted) =>
        Assert.That(IsPrinted(code, "hiercash-card readers"), Is.EqualTo(isPrinted));

    /// <summary>One statement has both, or one of them and the name that another one gives to the other.</summary>
    private static bool IsPrinted(string code, string verb)
    {
        var statements = code.Split(';');
        var named = statements.Where(HasVerb).Select(s => Regex.Match(s, @"(\w+) = \[").Groups[1].Value).Where(n => n.Length > 0).ToList();
        return statements.Any(s => (s.Contains("\"--json\"", StringComparison.Ordinal) || s.Contains("Json(", StringComparison.Ordinal))
            && (HasVerb(s) || named.Exists(n => Regex.IsMatch(s, $@"\b{n}\b"))));
        bool HasVerb(string s) => verb.Split(' ')[1..].All(w => s.Contains($"\"{w}\"", StringComparison.Ordinal));
    }

    private void Prepare()
    {
        Print("hiercash-issuer", "init", "--dir", "other");
        Must("hiercash-card", "new", "Bob.card");
        Print("hiercash-bank", "open-account", "Bob", "--letter", "Bob.letter", "--reader", "emulator:Bob.card", "--dir", "north");
        Must("hiercash-card", "new", "Bob2.card");
        Print("hiercash-bank", "replace-card", "Bob", "--letter", "Bob2.letter", "--without-report", "--reader", "emulator:Bob2.card", "--dir", "north");
        Print("hiercash-bank", "deposit", "Alice", "10.00", "--dir", "north");
        File.WriteAllText(Path.Combine(_town.Folder, "den.request"), Must("hiercash-shop", "init", "--name", "Den", "--dir", "den"));
        File.WriteAllText(Path.Combine(_town.Folder, "den.vouched"), Must("hiercash-bank", "enrol-shop", "den.request", "--dir", "south"));
        File.WriteAllText(Path.Combine(_town.Folder, "den.grant"), Must("hiercash-issuer", "enrol", "shop", "den.vouched", "--dir",
            "issuer"));
        Print("hiercash-shop", "join", "den.grant", "--issuer", _town.Issuer.Address, "--dir", "den");
        File.WriteAllText(Path.Combine(_town.Folder, "east.request"), Must("hiercash-bank", "init", "--name", "East", "--dir", "east"));
        File.WriteAllText(Path.Combine(_town.Folder, "east.grant"), Must("hiercash-issuer", "enrol", "bank", "east.request", "--dir",
            "issuer"));
        Print("hiercash-bank", "join", "east.grant", "--issuer", _town.Issuer.Address, "--dir", "east");
        foreach (string trace in new[] { "run", "lint" })
        {
            Print("hiercash-card", "apdu", trace, Repository.PathOf("apdu-spec", "traces", "select.apdu"));
        }

        Print("hiercash-card", "profile", Repository.PathOf("apdu-spec", "traces", "select.apdu"));
        Print("hiercash-card", "apdu", "send", "00A404000AF0484945524341534801", "--reader", "emulator:Bob.card");
        Print("hiercash-card", "info", "Bob.card");
        Print("hiercash-card", "memory", "Bob.card");
    }

    private void Spend()
    {
        Print("hiercash-wallet", ["withdraw", "50.00", .. Alice, "--bank", _town.North.Address]);
        Print("hiercash-wallet", ["resume", .. Alice, "--bank", _town.North.Address]);
        Print("hiercash-wallet", ["balance", .. Alice]);
        string kept = Print("hiercash-shop", ["pay", "1.00", .. AtCafe]).GetProperty("time").GetString()!;
        Print("hiercash-shop", "explain", kept, "--dir", "cafe");
        Print("hiercash-shop", "settle", "--dir", "cafe");
        Print("hiercash-shop", "journal", "--dir", "cafe");
        Print("hiercash-shop", "tickets", "--dir", "cafe");
        Print("hiercash-shop", ["tickets", "ask", .. AtCafe]);
        Print("hiercash-shop", "policy", "--issuer-keyed", "refuse", "--dir", "cafe");
        Print("hiercash-shop", "status", "--dir", "cafe");
        Print("hiercash-wallet", ["log", .. Alice]);
        Print("hiercash-wallet", ["explain", .. Alice]);
        Print("hiercash-wallet", ["status", .. Alice]);
    }

    /// <summary>A copy of the cafe's till settles what the cafe had voided, and the holder spends the coin elsewhere.</summary>
    private void Accuse()
    {
        var paid = Print("hiercash-shop", ["pay", "30.00", .. AtCafe]);
        _town.Copy("cafe", "cheat");
        Print("hiercash-shop", ["refund", paid.GetProperty("time").GetString()!, .. AtCafe]);
        Must("hiercash-shop", "settle", "--dir", "cheat");
        Must("hiercash-shop", ["pay", "49.00", .. Alice, "--dir", "den"]);
        Must("hiercash-shop", "settle", "--dir", "den");
        NetworkTown.Eventually("accused", () => Print("hiercash-wallet", ["notices", .. Alice, "--bank", _town.North.Address])
            .GetProperty("notices").GetArrayLength() == 1);
        string coin = Print("hiercash-bank", "evidence", "--dir", "north").GetProperty("cases")[0].GetProperty("coin").GetString()!;
        Must("hiercash-bank", "evidence", coin, "--out", "e", "--dir", "north");
        Print("hiercash-auditor", "verify-evidence", "e", "--root", "north.grant");
        Print("hiercash-shop", "answer", paid.GetProperty("payments")[0].GetString()![..16], "--out", "a", "--dir", "cheat");
        Print("hiercash-issuer", "explain", coin, "--dir", "issuer");
        Print("hiercash-wallet", ["rebuttal", "r", .. Alice, "--bank", _town.North.Address]);
        Print("hiercash-bank", "rebut", coin, "r", "--dir", "north");
        Print("hiercash-wallet", ["rebut", .. Alice, "--bank", _town.North.Address]);
    }

    private void Look()
    {
        foreach (string verb in new[] { "accounts", "alarms", "audit", "circulation", "parked", "status" })
        {
            Print("hiercash-bank", verb, "--dir", "north");
        }

        Print("hiercash-bank", "statement", "Alice", "--dir", "north");
        Print("hiercash-bank", "explain", "Alice", "--dir", "north");
        foreach (string verb in new[] { "alarms", "audit", "banks", "clock", "parked", "status", "tills", "watch" })
        {
            Print("hiercash-issuer", verb, "--dir", "issuer");
        }

        Print("hiercash-issuer", "cap", "north", "2000000.00", "--dir", "issuer");
        Print("hiercash-issuer", "rotate", "coin", "--dir", "issuer");
        string w = Print("hiercash-shop", "status", "--dir", "den").GetProperty("till").GetString()!;
        Print("hiercash-issuer", "revoke", "till", w, "--dir", "issuer");
    }

    /// <summary>Payments that end otherwise, and cards that are lost or emptied.</summary>
    private void EndCards()
    {
        // The copy of its till has settled, so the cafe's own store is an older one.
        Print("hiercash-shop", "recover", "--dir", "cafe");
        Print("hiercash-wallet", ["withdraw", "60.00", .. Alice, "--bank", _town.North.Address]);

        // Above the floor limit, and the issuer is away: the payment stays open.
        _town.Issuer.Kill();
        Assert.That(_town.Run("hiercash-shop", ["pay", "60.00", .. AtCafe, "--pin", "1111"]).Code, Is.EqualTo(3));
        string open = Print("hiercash-shop", "status", "--dir", "cafe").GetProperty("heldPayments")[0].GetProperty("time").GetString()!;
        _town.Issuer.Start();
        Print("hiercash-shop", ["cancel", open, .. AtCafe]);
        Print("hiercash-wallet", ["renew", .. Alice, "--bank", _town.North.Address]);
        Print("hiercash-wallet", ["recover", .. Alice, "--bank", _town.North.Address]);
        Print("hiercash-wallet", ["keep", .. Alice]);
        Must("hiercash-wallet", ["lost-report", "lost", .. Alice]);
        Print("hiercash-wallet", ["redeem", .. Alice, "--bank", _town.North.Address]);
        Print("hiercash-bank", "lost", "lost", "--dir", "north");
        string scheme = Print("hiercash-bank", "status", "--dir", "north").GetProperty("fingerprint").GetString()!;
        Print("hiercash-wallet", "report-lost", "lost", "--fingerprint", scheme, "--bank", _town.North.Address);
    }

    private void Keep()
    {
        Print("hiercash-issuer", "clock", "accept", "--dir", "issuer");
        var early = _town.Run("hiercash-issuer", "clock", "--json", "accept", "--dir", "issuer");
        Assert.That(JsonDocument.Parse(early.Output).RootElement.TryGetProperty("ahead", out _), "--json counts before the verb below it");
        _town.Issuer.Stop();
        _town.North.Stop();
        _town.South.Stop();
        Print("hiercash-auditor", "audit", "--issuer", "issuer/issuer.db", "--bank", "north/bank.db", "--bank", "south/bank.db", "--root",
            "north.grant");
    }

    private string Must(string console, params string[] words) => _town.Must(console, words);

    /// <summary>The value that a verb prints, whatever its exit code.</summary>
    private JsonElement Print(string console, params string[] words)
    {
        string folder = Directory.Exists(_town.Folder) ? _town.Folder : Path.GetTempPath();
        var said = ConsoleProcess.Run(folder, console, [.. words, "--json"]);
        var value = JsonSerializer.Deserialize<JsonElement>(said.Output);
        Assert.That(value.TryGetProperty("error", out var error), Is.False, $"{console} {string.Join(' ', words)}: {error}");
        _printed.Add(ConsoleSchema.VerbOf(console, words)!);
        return value;
    }
}
