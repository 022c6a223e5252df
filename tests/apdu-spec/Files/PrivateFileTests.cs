using System.Runtime.Versioning;
using HierCash.Card.Runtime;
using HierCash.Terminals;
using HierCash.Tests.Runtime;

namespace HierCash.Tests.Stores;

/// <summary>
/// Rule R20: what holds secrets is its owner's alone from the first moment, and nobody goes on with what others can read.
/// </summary>
[Parallelizable]
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFileTests
{
    private static readonly Schema Schema =
        Terminals.Store.Schema.Of(
            "CREATE TABLE pair(name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT; INSERT INTO pair VALUES('left', 1)");
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>A folder that was there, empty and open to all: as 'mkdir' made it, for a party that then puts its keys there.</summary>
    [Test, Rule(20)]
    public void APartysFilesAreItsOwnersAloneWhoeverMadeTheFolder([Values] bool wasThere)
    {
        string path = Path.Combine(_folder, "north");
        if (wasThere)
        {
            Directory.CreateDirectory(path);
            File.SetUnixFileMode(path, (UnixFileMode)0x1FF);
        }

        var party = PartyFolder<EnrolledSettings>.Create(path, "bank", new EnrolledSettings("North", null, "127.0.0.1", 1), Schema);
        using var held = party.Lock();
        using var store = Database.OpenFile(party.DatabasePath, Schema);
        store.Write(db => db.Execute("UPDATE pair SET value = 2"));
        store.Export(Path.Combine(path, "backup.db"));
        string[] files = ["bank.json", "bank.db", "bank.db-wal", "bank.db-shm", "bank.lock", "backup.db"];
        Assert.That(Directory.GetFiles(path).Select(Path.GetFileName), Is.EquivalentTo(files));
        Assert.That(Open(path).Concat(files.SelectMany(f => Open(Path.Combine(path, f)))), Is.Empty);
    }

    [TestCase("", "chmod 700 '{0}'")]
    [TestCase("bank.db", "chmod 600 '{0}'")]
    [TestCase("bank.json", "chmod 600 '{0}'")]
    [TestCase("bank.db-wal", "chmod 600 '{0}'")]
    [TestCase("bank.db-shm", "chmod 600 '{0}'")]
    [TestCase("bank.lock", "chmod 600 '{0}'")]
    [Rule(20)]
    public void APartyDoesNotOpenWhatOthersCanRead(string file, string mend)
    {
        string path = Path.Combine(_folder, "north");
        var party = PartyFolder<EnrolledSettings>.Create(path, "bank", new EnrolledSettings("North", null, "127.0.0.1", 1), Schema);
        using var store = Database.OpenFile(party.DatabasePath, Schema);
        using (party.Lock())
        {
            store.Write(db => db.Execute("UPDATE pair SET value = 2"));
        }

        string open = Path.Combine(path, file).TrimEnd('/');
        var before = File.GetUnixFileMode(open);
        File.SetUnixFileMode(open, before | UnixFileMode.GroupRead);
        Assert.That(() => PartyFolder<EnrolledSettings>.Open(path, "bank"), Throws.TypeOf<RefusedException>()
            .With.Message.Contains(string.Format(System.Globalization.CultureInfo.InvariantCulture, mend, open)));
        File.SetUnixFileMode(open, before);
        Assert.That(PartyFolder<EnrolledSettings>.Open(path, "bank").Settings.Name, Is.EqualTo("North"), "mended, it opens");
    }

    [Test, Rule(20)]
    public void ACardImageThatOthersCanReadIsNotPutIn([Values] bool power)
    {
        string image = Path.Combine(_folder, "a.card");
        CardImage Put(bool create) => power ? create ? PowerImage.Create(image) : PowerImage.Open(image) : create
            ? ProcessImage.Create(image) : ProcessImage.Open(image);
        using (var card = new EmulatedCard(Put(true), TestApplet.Package))
        {
            Assert.That(Directory.GetFiles(_folder).SelectMany(Open), Is.Empty);
        }

        foreach (string open in new[] { image, _folder })
        {
            var before = File.GetUnixFileMode(open);
            File.SetUnixFileMode(open, before | UnixFileMode.OtherRead);
            Assert.That(() => Put(false), Throws.TypeOf<CardImageException>().With.Message.Contains($"'{open}'")
                .And.Message.Contains("chmod"));
            File.SetUnixFileMode(open, before);
        }

        using var again = new EmulatedCard(Put(false), TestApplet.Package);
        Assert.That(again.IsPowered);
    }

    /// <summary>The letter alone: its folder is whoever's it was carried to.</summary>
    [Test, Rule(20)]
    public void ALetterThatOthersCanReadIsNotUsed()
    {
        string letter = Path.Combine(_folder, "a.letter");
        ActivationCode Letter() => ActivationLetter.Read(letter);
        var code = ActivationCode.Random(new SeededRandom(1));
        ActivationLetter.Write(letter, "Alice", default, code);
        Assert.That(() => ActivationLetter.Write(letter, "Alice", default, ActivationCode.Random(new SeededRandom(2))),
            Throws.TypeOf<IOException>(), "a letter that is there is not written over");
        Assert.That(Open(letter), Is.Empty);
        File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Assert.That(Letter().Hash, Is.EqualTo(code.Hash));
        File.SetUnixFileMode(letter, File.GetUnixFileMode(letter) | UnixFileMode.OtherRead);
        Assert.That(() => Letter(), Throws.TypeOf<RefusedException>()
            .With.Message.Contains($"chmod 600 '{letter}'").And.Message.Contains("copy it to a folder of your own"),
            "a stick may know no modes");
    }

    /// <summary>An evidence file is not written into one that others read already, and not through a link to one.</summary>
    [Test, Rule(20)]
    public void AFileThatOthersCanReadIsNotWrittenInto()
    {
        string file = Path.Combine(_folder, "e");
        PrivateFile.Write(file, "first"u8);
        PrivateFile.Write(file, "2nd"u8);
        Assert.That(File.ReadAllText(file), Is.EqualTo("2nd"), "nothing of the first is left");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.CreateSymbolicLink(file + ".link", file);
        Assert.That(() => PrivateFile.Write(file, "third"u8),
            Throws.TypeOf<IOException>().With.Message.Contains("other users of this machine can read it"));
        Assert.That(() => PrivateFile.Write(file + ".link", "third"u8), Throws.TypeOf<IOException>());
        Assert.That(File.ReadAllText(file), Is.EqualTo("2nd"));
    }

    /// <summary>A folder or file behind a link counts as what it is: a link itself shows every mode to everybody.</summary>
    [Test, Rule(20)]
    public void ALinkHasNoModeOfItsOwn()
    {
        string path = Path.Combine(_folder, "north");
        PartyFolder<EnrolledSettings>.Create(path, "bank", new EnrolledSettings("North", null, "127.0.0.1", 1), Schema);
        string link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, path);
        Assert.That(PartyFolder<EnrolledSettings>.Open(link, "bank").Settings.Name, Is.EqualTo("North"),
            "its owner's alone, by whatever name");
        string file = Path.Combine(_folder, "secret");
        PrivateFile.Write(file, "s"u8);
        File.CreateSymbolicLink(file + ".link", file);
        Assert.That(PrivateFile.Fault(file + ".link"), Is.Null);
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
        Assert.That(PrivateFile.Fault(file + ".link"), Does.Contain("chmod 600"));
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        Assert.That(() => PartyFolder<EnrolledSettings>.Open(link, "bank"), Throws.TypeOf<RefusedException>());
    }

    private static IEnumerable<string> Open(string path) =>
        (File.GetUnixFileMode(path) & Others) == 0 ? [] : [$"{path}: {File.GetUnixFileMode(path)}"];
}
