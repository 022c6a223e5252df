using HierCash.Protocol.Cash;

namespace HierCash.Tests.Scenarios;

/// <summary>A payment is submitted by the till that was paid, and by no other: else anybody could make a shop answer for what it never sent (R3).</summary>
public sealed class SubmissionTermsTests
{
    /// <summary>A clerk brings another till's payment under his own: it is not taken, and the till that was paid still settles it.</summary>
    [Test, Rule(3)]
    public async Task OnlyTheTillThatWasPaidSubmits()
    {
        using var town = Towns.Make();
        string paid = town.AddTill("Cafe");
        string other = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var h = town.Sign(alice, paid, 2000);
        Assert.That((await town.Submit(other, h)).Single().Verdict, Is.EqualTo(Verdict.TillUnknown));
        var settled = (await town.Submit(paid, h)).Single();
        Assert.That((settled.Verdict, settled.Repeated), Is.EqualTo((Verdict.Settled, false)));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>An issuer passes off what Cafe's till signed over Kiosk's payment as Kiosk's submission: the issuer is named, not Kiosk.</summary>
    [Test, Rule(3)]
    public async Task AnothersSubmissionNamesTheIssuer()
    {
        using var town = Towns.Make();
        var file = await town.Overspend();
        var of = file.Dossier.Entries.ToDictionary(e => e.H.Paid.Minor);
        string cafe = town.Tills.First(t => t.W == of[5000].H.Till) == town.Till("till-1") ? "till-1" : "till-2";
        using var key = town.TillKey(cafe);
        Digest[] subjects = [of[2000].H.Id.Value];
        var foreign = Submission.Sign(key, new PartyId(1), subjects, file.Date).Prove(subjects, 0);
        var lie = town.Resign(file.Dossier, d => d, [.. file.Dossier.Entries.Select(e => e.H.Paid.Minor == 2000 ? e with { Submission = foreign } : e)]);
        Assert.That(lie.Check(town.Options.Suite, town.Scheme.Root, file.Order.EI), Is.EqualTo(Proof.ReceiptInvalid));
        Assert.That(town.Check(town.Bear(file, lie)).Culprit, Is.EqualTo(Culprit.Issuer));
    }
}
