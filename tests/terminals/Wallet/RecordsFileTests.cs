using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;
using HierCash.Tests.Cheating;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Wallets;

/// <summary>
/// Rule R23 for a holder: records that a card was told of are never made anew unsaid, because the card forgets what they hold.
/// </summary>
[Parallelizable]
public sealed class RecordsFileTests
{
    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, RecordsFile.Name);

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test, Rule(23)]
    public void LostRecordsAreMadeAgainByRecoverAlone()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        Pay(town, till, alice, 3);
        Assert.That(RecordsFile.Find(_folder, alice.Card, alice.Pin).OrRefuse(), Is.Null, "nothing was lost: the card knows of no copy");
        Assert.That(Keep(alice), Is.EqualTo(3));
        File.Delete(FilePath);
        foreach (var refused in new[] { RecordsFile.Make(_folder, alice.Card, alice.Pin).Refused,
            RecordsFile.Find(_folder, alice.Card, alice.Pin).Refused })
        {
            Assert.That(refused?.Sentence, Does.Contain("are gone, and this card counts on copies of 2 of its payments there"));
        }

        Assert.That(Directory.GetFiles(_folder), Is.Empty, "nothing was made");
        var said = new List<string>();
        using (var again = RecordsFile.Recover(_folder, alice.Card, alice.Pin, said.Add).OrRefuse())
        {
            Assert.That(new WalletRecords(again).All, Has.Count.EqualTo(3), "all that the card still holds");
        }

        Assert.That(said.Single(), Does.Contain(": 2 of its payments")
            .And.Contain("Copies of payments that the card has forgotten since are gone"));
        RecordsFile.Recover(_folder, alice.Card, alice.Pin, said.Add).OrRefuse().Dispose();
        Assert.That(said, Has.Count.EqualTo(1), "nothing is missing any more");
        Assert.That(Keep(alice), Is.Zero);
    }

    /// <summary>Put back from a copy that was made before the last 'keep': it lacks what the card may forget.</summary>
    [Test, Rule(23)]
    public void OlderRecordsAndThoseOfAnotherCardAreNoticed()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        using var bob = town.User("Bob", 5000);
        Pay(town, till, alice, 2);
        Keep(alice);
        var older = File.ReadAllBytes(FilePath);
        Pay(town, till, alice, 2);
        Keep(alice);
        Assert.That(Keep(bob), Is.Zero, "another card's records may lie in the same file");
        File.Delete(FilePath);
        PrivateFile.Write(FilePath, older);
        Assert.That(() => Keep(alice), Throws.TypeOf<RefusedException>()
            .With.Message.Contains("lack 1 of the payments that this card was told are kept"));
        Assert.That(Keep(bob), Is.Zero, "Bob's card misses nothing");
        RecordsFile.Recover(_folder, alice.Card, alice.Pin, _ => { }).OrRefuse().Dispose();
        Assert.That(Keep(alice), Is.Zero);
    }

    /// <summary>
    /// A shop takes a payment back, which the wallet has kept, and the records of before that are put back: without S_W nobody is rebutted,
    /// and that is noticed.
    /// </summary>
    [Test, Rule(23), Rule(3)]
    public void RecordsFromBeforeAVoidAreNoticed()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var h = town.Sign(alice, till, 700);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        Pay(town, till, alice, 1);
        Keep(alice);
        var older = File.ReadAllBytes(FilePath);
        using var key = town.TillKey(till);
        Assert.That(RawMessages.Void(alice, h, key));
        Keep(alice);
        File.Delete(FilePath);
        PrivateFile.Write(FilePath, older);
        Assert.That(() => Keep(alice), Throws.TypeOf<RefusedException>()
            .With.Message.Contains("lack 1 of the payments that this card was told are kept"));
        RecordsFile.Recover(_folder, alice.Card, alice.Pin, _ => { }).OrRefuse().Dispose();
        Assert.That(Keep(alice), Is.Zero);
        using var store = RecordsFile.Make(_folder, alice.Card, alice.Pin).OrRefuse();
        Assert.That(new WalletRecords(store).All.Single(e => e.H.Id == h.Id).Entry.Proof, Is.Not.Null, "copied from the card again");
    }

    [Test, Rule(20), Rule(23)]
    public void DamagedRecordsAndOpenOnesAreRefused()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        Pay(town, till, alice, 2);
        Keep(alice);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.OtherExecute);
            Assert.That(() => Keep(alice), Throws.TypeOf<RefusedException>().With.Message.Contains($"chmod 700 '{_folder}'"));
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        File.WriteAllText(FilePath, new string('x', 5000));
        Assert.That(() => Keep(alice), Throws.TypeOf<DatabaseException>().With.Message.Contains("is damaged"));
        Assert.That(() => RecordsFile.Recover(_folder, alice.Card, alice.Pin, _ => { }).OrRefuse(), Throws.TypeOf<DatabaseException>(),
            "also for 'recover': somebody has to put it away first");
        Assert.That(File.ReadAllText(FilePath), Has.Length.EqualTo(5000));
    }

    private int Keep(TownCard card)
    {
        using var store = RecordsFile.Make(_folder, card.Card, card.Pin).OrRefuse();
        return new WalletRecords(store).Keep(card.Card, card.Pin);
    }

    private static void Pay(SimulatedTown town, string till, TownCard card, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Assert.That(town.Pay(till, card, 100).Outcome, Is.EqualTo(TillOutcome.Accepted));
        }
    }
}
