using HierCash.Tests.Suite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A payment is submitted by the till that was paid, and by no other: else anybody could make a shop answer for what it never sent (R3).
/// </summary>
[Parallelizable]
public sealed class SubmissionTermsTests
{
    /// <summary>
    /// A clerk brings another till's payment under his own: it is not taken, and the till that was paid still settles it.
    /// </summary>
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

    /// <summary>
    /// A batch of two thousand payments that its till did not sign: it costs the issuer one signature, whoever has the shop's link. One
    /// that is signed costs each payment once, however often it stands there.
    /// </summary>
    [Test, Rule(22), Rule(10)]
    public async Task ABatchThatNobodySignedCostsOneSignature()
    {
        var suite = new CountingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var h = town.Sign(alice, cafe, 2000);
        var many = Enumerable.Repeat(h, SettleMessage.MaxPayments).ToList();
        using var key = town.TillKey(cafe);
        int before = suite.Verified;
        var ofAnother = Submission.Sign(key, town.Issuer.Id, [Digest.Of("another batch"u8)], Timestamp.Now(town.Clock));
        var refused = await town.TillLink(cafe).Call(SettleMessage.Of(ofAnother, many).ToMessage(), default);
        Assert.That(Refusal.Read(refused)?.Reason, Is.EqualTo(RefusalReason.BadSignature));
        Assert.That(suite.Verified - before, Is.EqualTo(1));
        before = suite.Verified;
        var answer = (await town.TillLink(cafe).Call(
            SettleMessage.Sign(key, town.Issuer.Id, many, Timestamp.Now(town.Clock)).ToMessage(), default)).As<SettleReply>();
        Assert.That(answer!.Receipts.Select(r => r.Verdict), Is.All.EqualTo(Verdict.Settled));
        Assert.That(suite.Verified - before, Is.LessThanOrEqualTo(6));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(2000));
    }

    /// <summary>
    /// An issuer passes off what Cafe's till signed over Kiosk's payment as Kiosk's submission: the issuer is named, not Kiosk.
    /// </summary>
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
        var lie = town.Resign(file.Dossier, d =>
            d, [.. file.Dossier.Entries.Select(e => e.H.Paid.Minor == 2000 ? e with { Submission = foreign } : e)]);
        Assert.That(lie.Check(town.Options.Suite, town.Scheme.Root, file.Order.EI), Is.EqualTo(Proof.ReceiptInvalid));
        Assert.That(town.Check(town.Bear(file, lie)).Culprit, Is.EqualTo(Culprit.Issuer));
    }
}
