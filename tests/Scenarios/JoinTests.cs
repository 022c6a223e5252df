using System.CommandLine;
using HierCash.Bank;
using HierCash.Protocol.Cash;
using HierCash.Simulation;
using HierCash.Terminals;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Tests.Scenarios;

/// <summary>'join' takes no grant with which its party would stand still.</summary>
[Parallelizable]
public sealed class JoinTests
{
    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private string _root = null!;
    private SimulatedTown _town = null!;
    private Database _store = null!;

    private string Folder => Path.Combine(_root, "north");

    [SetUp]
    public void MakeBank()
    {
        _root = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        _town = Towns.Make();
        var party = PartyFolder<EnrolledSettings>.Create(
            Folder, "bank", new EnrolledSettings("North", null, "127.0.0.1", 1), BankParty.Schema);
        _store = Database.OpenFile(party.DatabasePath, BankParty.Schema);
    }

    [TearDown]
    public void EndBank()
    {
        _store.Dispose();
        _town.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>
    /// The issuer's clock was wrong on the day of the grant, or the bank's is now: with that certificate it could not call, and its present
    /// key would be given up for it.
    /// </summary>
    [TestCase(-3)]
    [TestCase(3651)]
    [Rule(17)]
    public void AGrantWhoseCertificateIsNotGoodNowIsNotJoined(int days)
    {
        var grant = _town.Issuer.Enrol(BankParty.RequestEnrolment(_store, _town.Options.Suite, "North"), _town.Options.Cap).OrRefuse();
        var now = _town.Clock.GetUtcNow();
        var there = now.AddDays(days);
        Assert.That(
            () => Join(grant, there),
            Throws.TypeOf<RefusedException>().With.Message.Contains($"is good from {Timestamp.From(now.AddDays(-1))} to ")
                .And.Message.Contains($"the clock here says {Timestamp.From(there)}"));
        Assert.That(Joined(), Is.Null);
        Join(grant, now.AddHours(-23));
        Assert.That(Joined(), Is.EqualTo(Convert.ToBase64String(grant.Encode())));
    }

    /// <summary>
    /// An announced key that the bank has given up for another one was never its present one: that it is a former key would be false, and
    /// no way on.
    /// </summary>
    [Test, Rule(17)]
    public void AKeyThatWasGivenUpIsNotCalledAFormerOne()
    {
        var suite = _town.Options.Suite;
        var now = _town.Clock.GetUtcNow();
        var first = _town.Issuer.Enrol(BankParty.RequestEnrolment(_store, suite, "North"), _town.Options.Cap).OrRefuse();
        Join(first, now);
        var second = _town.Issuer.Enrol(BankParty.RequestNextKey(_store, suite, BankIdentity.Of(first)), _town.Options.Cap).OrRefuse();
        var request = BankParty.RequestNextKey(_store, suite, BankIdentity.Of(first), isFresh: true);
        Assert.That(() => Join(second, now),
            Throws.TypeOf<RefusedException>().With.Message.Contains("given up for a later one").And.Message.Not.Contain("former"));
        Assert.That(BankParty.RequestNextKey(_store, suite, BankIdentity.Of(first)).Key, Is.EqualTo(request.Key),
            "'new-key' prints that request again");
        _town.Clock.Advance(TimeSpan.FromMinutes(1));
        Join(_town.Issuer.Enrol(request, _town.Options.Cap).OrRefuse(), _town.Clock.GetUtcNow());
        foreach (var grant in new[] { first, second })
        {
            Assert.That(() => Join(grant, now), Throws.TypeOf<RefusedException>()
                .With.Message.Contains("is for a former key, and no key comes back"));
        }
    }

    private string? Joined() => PartyFolder<EnrolledSettings>.Open(Folder, "bank").Settings.Grant;

    private void Join(EnrolmentGrant grant, DateTimeOffset now)
    {
        string file = Path.Combine(_root, "grant");
        File.WriteAllText(file, Armor.Write(Armor.Grant, grant.Encode()));
        var folder = new Option<string>("--dir");
        var command = PartyEnrolment.JoinCommand("bank", folder, BankParty.Schema, BankParty.Keys, _town.Options.Suite, new At(now));
        command.Parse([file, "--dir", Folder]).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
