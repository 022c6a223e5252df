namespace HierCash.Tests.Consoles;

/// <summary>Files and moments that people name on a command line, and that are not what they should be.</summary>
[Parallelizable]
public sealed class GivenFileTests
{
    /// <summary>The generator of P-256: a public key as good as any.</summary>
    private const string SomeKey =
        "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5";

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hiercash-given-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>A file without an end, or far too large, takes neither the machine's memory nor the program's exit code.</summary>
    [TestCase("hiercash-auditor", "verify-evidence", "/dev/zero", "--root", SomeKey)]
    [TestCase("hiercash-wallet", "report-lost", "/dev/zero", "--fingerprint", "00")]
    [TestCase("hiercash-wallet", "report-lost", "large", "--fingerprint", "00")]
    [TestCase("hiercash-bank", "join", "/dev/zero", "--fingerprint", "00", "--dir", "bank")]
    [TestCase("hiercash-bank", "join", "large", "--fingerprint", "00", "--dir", "bank")]
    [TestCase("hiercash-card", "apdu", "run", "/dev/zero")]
    public void AFileWithoutAnEndIsRefused(string console, params string[] arguments)
    {
        using (var large = File.Create(Path.Combine(_folder, "large")))
        {
            large.SetLength(3L << 30);
        }

        if (arguments.Contains("bank"))
        {
            Assert.That(ConsoleProcess.Run(_folder, "hiercash-bank", "init", "--name", "North", "--dir", "bank").Code, Is.Zero);
        }

        var done = ConsoleProcess.Run(_folder, console, arguments);
        Assert.That((done.Code, done.Output), Is.EqualTo((1, "")), done.Error);
        Assert.That(done.Error, Does.Contain("MiB, as no file has that these programs write. Check the name."));
    }

    [Test]
    public void StandardInputHasABoundToo()
    {
        Assert.That(GivenFile.ReadText(new StringReader("a request")), Is.EqualTo("a request"));
        Assert.That(() => GivenFile.ReadText(new Endless()),
            Throws.TypeOf<UnusableFileException>().With.Message.StartsWith("Standard input has more than 64 MiB"));
    }

    [TestCase("2026-11-05T10:15Z", "2026-11-05T10:15:00.000000Z")]
    [TestCase("2026-11-05T10:15:30.5+01:00", "2026-11-05T09:15:30.500000Z")]
    [TestCase("2026-11-05T10:15:30.123456Z", "2026-11-05T10:15:30.123456Z")]
    [TestCase("05/11/2026", null)]
    [TestCase("1/2", null)]
    [TestCase("10:15", null)]
    [TestCase("2026-11-05", null)]
    [TestCase("2026-11-05T10:15", null)]
    [TestCase("1969-11-05T10:15Z", null)]
    [TestCase("", null)]
    public void AMomentIsWholeOrNone(string typed, string? moment) => Assert.That(Moment.Read(typed)?.ToString(), Is.EqualTo(moment));

    private sealed class Endless : TextReader
    {
        public override int Read(char[] buffer, int index, int count) => count;
    }
}
