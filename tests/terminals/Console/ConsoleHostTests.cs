namespace HierCash.Tests.Consoles;

/// <summary>A call in a host says what a process of its own says: the tests' shortcut is none of the programs'.</summary>
[Parallelizable]
public sealed class ConsoleHostTests
{
    private string _folder = null!;

    [OneTimeSetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-host-").FullName;
        Assert.That(ConsoleProcess.RunAlone(_folder, "hiercash-issuer", null, ["init", "--dir", "issuer"]).Code, Is.Zero);
        Assert.That(ConsoleProcess.RunAlone(_folder, "hiercash-card", null, ["new", "blank.card"]).Code, Is.Zero);
        File.WriteAllText(Path.Combine(_folder, "north.request"),
            ConsoleProcess.RunAlone(_folder, "hiercash-bank", null, ["init", "--name", "North", "--dir", "north"]).Output);
    }

    [OneTimeTearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    // Each console; each exit code; what is read from standard input; JSON; words that would steer a terminal.
    [TestCase("hiercash-issuer --help", 0)]
    [TestCase("hiercash-bank --help", 0)]
    [TestCase("hiercash-shop --help", 0)]
    [TestCase("hiercash-wallet --help", 0)]
    [TestCase("hiercash-auditor --help", 0)]
    [TestCase("hiercash-town --help", 0)]
    [TestCase("hiercash-card --help", 0)]
    [TestCase("hiercash-issuer banks --dir issuer --json", 0)]
    [TestCase("hiercash-card info blank.card --json", 0)]
    [TestCase("hiercash-card apdu send 00A4040000 --reader emulator:blank.card", 0)]
    [TestCase("hiercash-issuer enrol bank - --dir issuer", 1)]
    [TestCase("hiercash-wallet balance --pin 1234 --reader emulator:blank.card", 1)]
    [TestCase("hiercash-wallet redeem --pin 0000 --reader emulator:blank.card --bank 127.0.0.1:1", 1)]
    [TestCase("hiercash-wallet pin unblock --reader emulator:blank.card", 2)]
    [TestCase("hiercash-issuer frob\u001b[2J", 2)]
    [TestCase("hiercash-issuer serve --listen 203.0.113.1:1 --dir issuer", 3)]
    [TestCase("hiercash-card info missing.card", 3)]
    public void AHostSaysWhatAProcessSays(string line, int code)
    {
        string[] words = line.Split(' ');
        const string Input = "no request\n";
        var alone = ConsoleProcess.RunAlone(_folder, words[0], Input, words[1..]);
        Assert.That(alone.Code, Is.EqualTo(code), alone.Error);

        // The second call finds what the first one left.
        Assert.That(ConsoleProcess.Run(_folder, words[0], Input, words[1..]), Is.EqualTo(alone));
        Assert.That(ConsoleProcess.Run(_folder, words[0], Input, words[1..]), Is.EqualTo(alone));
    }

    [Test]
    public void AHostIsInTheFolderOfTheCall()
    {
        string other = Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName;
        Assert.That(ConsoleProcess.Run(_folder, "hiercash-card", "info", "blank.card").Code, Is.Zero);
        Assert.That(ConsoleProcess.Run(other, "hiercash-card", "info", "blank.card").Code, Is.EqualTo(3));
    }
}
