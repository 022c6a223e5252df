using System.Diagnostics;
using System.Text.Json;

namespace HierCash.Tests.Consoles;

/// <summary>What the environment says in the place of options, and how a shell completes a command line (docs/operating.md).</summary>
[Parallelizable]
public sealed class VariableTests
{
    private string _folder = null!;

    [OneTimeSetUp]
    public void MakeParties()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-variables-").FullName;
        Assert.That(ConsoleProcess.Run(_folder, "hiercash-card", "new", "alice.card").Code, Is.Zero);
        Assert.That(ConsoleProcess.Run(_folder, "hiercash-issuer", "init", "--dir", "issuer").Code, Is.Zero);
    }

    [OneTimeTearDown]
    public void DeleteParties() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void TheFolderComesFromTheEnvironmentUnlessItIsGiven()
    {
        Assert.That(Run("hiercash-issuer", ["status"], ("HIERCASH_DIR", "issuer")).Code, Is.Zero);
        Assert.That(Run("hiercash-issuer", ["status"]).Code, Is.EqualTo(1));
        Assert.That(Run("hiercash-issuer", ["status", "--dir", "elsewhere"], ("HIERCASH_DIR", "issuer")).Error,
            Does.Contain("'elsewhere'").And.Not.Contain("HIERCASH_DIR"));
    }

    /// <summary>Who never typed it reads where it comes from.</summary>
    [Test]
    public void AWrongVariableIsNamed()
    {
        Assert.That(Run("hiercash-issuer", ["enrol", "bank", "issuer.request"], ("HIERCASH_DIR", "issuer")).Error,
            Does.Contain("'issuer.request'").And.Not.Contain("HIERCASH_DIR"), "a file whose name begins like the folder");
        Assert.That(Run("hiercash-issuer", ["status"], ("HIERCASH_DIR", "nowhere")).Error,
            Does.StartWith("There is no issuer in 'nowhere'.").And.EndWith(" HIERCASH_DIR says 'nowhere', and --dir was not given.\n"));
        Assert.That(Run("hiercash-card", ["info"], ("HIERCASH_READER", "emulator:bob.card")).Error,
            Is.EqualTo("There is no card image 'bob.card'. Make one first. HIERCASH_READER says 'emulator:bob.card', and --reader was not "
                + "given.\n"));
        Assert.That(Run("hiercash-bank", ["join", "nothing"], ("HIERCASH_ISSUER", "issuer:port")).Error,
            Does.StartWith("'issuer:port', which HIERCASH_ISSUER says, is no host and port."));
        string[] balance = ["balance", "--reader", "emulator:alice.card"];
        Assert.That(Run("hiercash-wallet", balance, ("HIERCASH_PIN", "12")).Error,
            Is.EqualTo("A PIN has 4 to 8 digits. This one is from HIERCASH_PIN.\n"));
        Assert.That(Run("hiercash-wallet", [.. balance, "--pin", "12"], ("HIERCASH_PIN", "1234")).Error,
            Is.EqualTo("A PIN has 4 to 8 digits.\n"));
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "10.00");
        string[] alice = ["--reader", $"emulator:{Path.Combine(town.Folder, "Alice.card")}"];
        Assert.That(Run("hiercash-wallet", ["balance", .. alice], ("HIERCASH_PIN", "4321")).Error,
            Is.EqualTo("Wrong holder PIN; 2 tries are left. This one is from HIERCASH_PIN.\n"));
        Assert.That(Run("hiercash-wallet", ["notices", .. alice], ("HIERCASH_PIN", "0000"), ("HIERCASH_BANK", "127.0.0.1:9")).Error,
            Does.EndWith(" HIERCASH_BANK says '127.0.0.1:9', and --bank was not given.\n"));
    }

    [Test]
    public void TheReaderComesFromTheEnvironmentUnlessItIsGiven()
    {
        var said = Run("hiercash-card", ["info", "--json"], ("HIERCASH_READER", "emulator:alice.card"));
        Assert.That(said.Code, Is.Zero, said.Error);
        Assert.That(JsonSerializer.Deserialize<JsonElement>(said.Output).GetProperty("atr").GetString(), Does.StartWith("3B"));
        said = Run("hiercash-card", ["info", "--reader", "emulator:bob.card"], ("HIERCASH_READER", "emulator:alice.card"));
        Assert.That((said.Code, said.Error), Is.EqualTo((3, "There is no card image 'bob.card'. Make one first.\n")));
    }

    /// <summary>Traces hold wrong PINs: a variable of the environment never makes them play on somebody's card.</summary>
    [Test]
    public void TheEnvironmentsReaderIsNotUsedWhereNoCardIsMeant()
    {
        string before = Convert.ToHexString(File.ReadAllBytes(Path.Combine(_folder, "alice.card")));
        string trace = Repository.PathOf("apdu-spec", "traces", "select.apdu");
        var run = Run("hiercash-card", ["apdu", "run", trace, "--json"], ("HIERCASH_READER", "emulator:alice.card"));
        Assert.That((run.Code, run.Error), Is.EqualTo((0, "")));
        Assert.That(JsonSerializer.Deserialize<JsonElement>(run.Output).GetProperty("passed").GetInt32(), Is.EqualTo(1));
        Assert.That(Convert.ToHexString(File.ReadAllBytes(Path.Combine(_folder, "alice.card"))), Is.EqualTo(before));
        Assert.That(Run("hiercash-card", ["info", "alice.card"], ("HIERCASH_READER", "emulator:bob.card")).Code, Is.Zero);
        Assert.That(Run("hiercash-card", ["apdu", "run", trace], ("HIERCASH_READER", "emulator:bob.card")).Code, Is.Zero);
    }

    [Test]
    public void TheBankComesFromTheEnvironmentUnlessItIsGiven()
    {
        string[] call = ["report-lost", "nothing", "--fingerprint", new string('0', 64)];
        Assert.That(Run("hiercash-wallet", [.. call, "--help"], ("HIERCASH_BANK", "bank.example:7")).Output,
            Does.Contain("[default: bank.example:7]"));
        Assert.That(Run("hiercash-wallet", [.. call, "--help"]).Output, Does.Contain("[default: 127.0.0.1:7802]"));
        var wrong = Run("hiercash-wallet", call, ("HIERCASH_BANK", "bank:port"));
        Assert.That((wrong.Code, wrong.Error), Is.EqualTo((2, "'bank:port', which HIERCASH_BANK says, is no host and port. Give one such "
            + "as 127.0.0.1:7802.\n"
            + "See hiercash-wallet --help.\n")));
    }

    /// <summary>The function is the page's own.</summary>
    [TestCase("hiercash-card in", "in", "info insert")]
    [TestCase("hiercash-card apdu run --ju", "--ju", "--junit")]
    [TestCase("hiercash-issuer rot", "rot", "rotate")]
    public void AShellCompletesALine(string line, string word, string words)
    {
        string page = File.ReadAllText(Repository.PathOf("docs", "operating.md"));
        int from = page.IndexOf("_hiercash() {", StringComparison.Ordinal);
        string function = page[from..page.IndexOf("\ncomplete ", from, StringComparison.Ordinal)];
        string console = ConsoleProcess.Find(line.Split(' ')[0]);
        string full = console + line[line.IndexOf(' ', StringComparison.Ordinal)..];
        var said = ConsoleProcess.RunAlone(_folder, "/usr/bin/bash", null,
            ["-c", $"{function}\nCOMP_LINE='{full}'; COMP_POINT=${{#COMP_LINE}}; read -ra COMP_WORDS <<< \"$COMP_LINE\"\n"
                + $"_hiercash '{console}' '{word}'; echo \"${{COMPREPLY[*]}}\""]);
        Assert.That((said.Output, said.Error), Is.EqualTo((words + "\n", "")));
    }

    private ConsoleResult Run(string console, string[] arguments, params (string Name, string Value)[] environment)
    {
        var info = ConsoleProcess.Info(_folder, ConsoleProcess.Find(console), arguments);
        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return ConsoleResult.Of(process.ExitCode, output, error.Result);
    }
}
