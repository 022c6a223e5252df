using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;

namespace HierCash.Tests.Scenarios;

/// <summary>What is shown against an accusation and is not what it seems (R3, R5): it acquits nobody, and names nobody else.</summary>
[Parallelizable]
public sealed class LyingDefenceTests : LyingCase
{
    /// <summary>
    /// The overspender shows a dead statement of another payment, of another issuer's, or by somebody who is not the issuer.
    /// </summary>
    [TestCase("payment")]
    [TestCase("issuer")]
    [TestCase("use")]
    [TestCase("holder")]
    [TestCase("root")]
    [TestCase("signature")]
    [Rule(3), Rule(5), Hole(19)]
    public void ADeadStatementOfSomethingElseAcquitsNobody(string lie)
    {
        using var own = Suite.GenerateKey();
        using var key = Town.StatementKey;
        var genuine = Town.Scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement).ToList();
        Assert.That(Town.Check(File, Dead(key, 1, Excess.H, genuine)).Culprit, Is.EqualTo(Culprit.Issuer), "as it should be");
        var shown = lie switch
        {
            "payment" => Dead(key, 1, Other.Dossier.Payments[0], genuine),
            "issuer" => Dead(own, Stranger.Value, Excess.H, [Certify(own.PublicKey, KeyUsage.IssuerStatement, Stranger)]),
            "signature" => Dead(own, 1, Excess.H, genuine),
            _ => Dead(own, 1, Excess.H, [Certify(own.PublicKey, KeyUsage.IssuerStatement, new PartyId(1), lie)]),
        };
        StandsAgainst(shown);
    }

    /// <summary>
    /// The shop shows a reversal of another payment or sum, of another issuer's, or by somebody who is not the issuer; a bank files it.
    /// </summary>
    [TestCase("payment")]
    [TestCase("sum")]
    [TestCase("issuer")]
    [TestCase("use")]
    [TestCase("holder")]
    [TestCase("root")]
    [TestCase("signature")]
    [Rule(3), Hole(19)]
    public void AReversalOfSomethingElseMakesNothingGood(string lie)
    {
        using var own = Suite.GenerateKey();
        using var key = Town.StatementKey;
        var h = Excess.H;
        var genuine = File.Dossier.Header.StatementKeys[0];
        Reversal Say(ISigningKey by, uint issuer, PaymentId payment, ulong y) =>
            Reversal.Sign(by, new PartyId(issuer), payment, new Amount(y), Amount.Zero, File.Date);
        Assert.That(Town.Check(File, Answered(Say(key, 1, h.Id, 2000), genuine)).Culprit, Is.EqualTo(Culprit.Nobody), "as it should be");
        var (reversal, certificate) = lie switch
        {
            "payment" => (Say(key, 1, Other.Dossier.Payments[0].Id, 2000), genuine),
            "sum" => (Say(key, 1, h.Id, 1), genuine),
            "issuer" => (Say(own, Stranger.Value, h.Id, 2000), Certify(own.PublicKey, KeyUsage.IssuerStatement, Stranger)),
            "signature" => (Say(own, 1, h.Id, 2000), genuine),
            _ => (Say(own, 1, h.Id, 2000), Certify(own.PublicKey, KeyUsage.IssuerStatement, new PartyId(1), lie)),
        };
        StandsAgainst(Answered(reversal, certificate));
        var filed = File.File([(reversal, certificate)]);
        Assert.That(Town.Check(filed).Culprit, Is.EqualTo(Culprit.User), "nor where a bank files it");
    }

    /// <summary>
    /// A till that took a payment back and settled it is not named before it answers itself: nobody answers for it, nor for another
    /// payment.
    /// </summary>
    [TestCase("key")]
    [TestCase("payment")]
    [TestCase("signature")]
    [Rule(3)]
    public void NobodyAnswersForAnothersTill(string lie)
    {
        var h = Excess.H;
        using var till = TillOf(h);
        using var own = Suite.GenerateKey();
        var rebuttal = new Rebuttal(
            [new VoidStatement(h.Coin.Id, h.Seq, till.PublicKey.Bytes.ToArray(), till.Sign(SignedMessage.Void(h.Id, h.Till)))], [], []);
        using var bank = Town.BankKey("bank-1");
        rebuttal = rebuttal.With(Stamp.Sign(bank, File.BankKey.Holder, StampRole.Bank, rebuttal.Digest, File.Date), []);
        Culprit Asked(ShopAnswer answer) => Town.Check(File, new Defence([rebuttal], [answer])).Culprit;
        Assert.That(Asked(ShopAnswer.Sign(till, h.Id, File.Date, true, null, null)), Is.EqualTo(Culprit.Shop), "as it should be");
        var forged = own.Sign(SignedMessage.ShopAnswer(h.Id, h.Till, File.Date, true, default));
        var answer = lie switch
        {
            "key" => new ShopAnswer(h.Id, own.PublicKey.Bytes.ToArray(), File.Date, true, null, null, forged),
            "payment" => ShopAnswer.Sign(till, Other.Dossier.Payments[0].Id, File.Date, true, null, null),
            _ => new ShopAnswer(h.Id, till.PublicKey.Bytes.ToArray(), File.Date, true, null, null, forged),
        };
        Assert.That(Asked(answer), Is.EqualTo(Culprit.ShopToAnswer));
    }

    /// <summary>
    /// A stamp by a key that is for something else, of somebody else, certified by another root key, or by nobody, says nothing of when it
    /// was shown.
    /// </summary>
    [Test, Rule(5)]
    public void AStampByNobodySaysNothing(
        [Values(StampRole.Issuer, StampRole.Bank)] StampRole role, [Values("", "use", "holder", "root", "signature")] string lie)
    {
        using var own = Suite.GenerateKey();
        using var other = Suite.GenerateKey();
        var stamper = role == StampRole.Issuer ? new PartyId(1) : Town.UserBank.Id;
        var rebuttal = Town.Dead(Excess.H, DeathBasis.TermOver, File.Date);
        var stamp = Stamp.Sign(lie == "signature" ? other : own, stamper, role, rebuttal.Digest, File.Date);
        var certificate = Certify(own.PublicKey, role == StampRole.Issuer ? KeyUsage.IssuerStatement : KeyUsage.Bank, stamper, lie);
        var shown = rebuttal.With(stamp, [certificate]);
        Assert.That(shown.IsStampedBefore(Suite, Town.Scheme.Root, File.Notice.Until), Is.EqualTo(lie.Length == 0));
    }

    /// <summary>
    /// Mallory and a shop that is his friend make an S_W after the term, with a stamp of before that another root key's bank gave: no claim
    /// falls by it.
    /// </summary>
    [Test, Rule(5)]
    public async Task ALateRebuttalUnderAForgedStampMovesNoClaim()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        var file = await town.Overspend();
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        var h = file.Dossier.Payments.Single(p => p.Paid.Minor == 2000);
        using var till = town.TillKey("till-2");
        using var own = town.Options.Suite.GenerateKey();
        var late = new Rebuttal(
            [new VoidStatement(h.Coin.Id, h.Seq, till.PublicKey.Bytes.ToArray(), till.Sign(SignedMessage.Void(h.Id, h.Till)))], [], []);
        var self = KeyCertificate.Issue(own, KeyUsage.Bank, town.UserBank.Id, default, file.Notice.Until.Plus(TimeSpan.FromDays(3650)),
            own.PublicKey);
        (await town.BankOver("bank-1", new ReversalTests.DeadLink()).Rebut(
            h.Coin.Id, late.With(Stamp.Sign(own, town.UserBank.Id, StampRole.Bank, late.Digest, file.Date), [self]), default)).OrRefuse();
        Assert.That((town.UserBank.Cases.Single().Fell, town.Rows("bank-1")["rebuttal"]), Is.EqualTo(((Timestamp?)null, 1L)),
            "heard, and too late for the claim");
    }

    /// <summary>Rebuttals that strike nothing out are not stored, however many somebody sends.</summary>
    [Test, Rule(10), Rule(3)]
    public async Task ARebuttalThatStrikesNothingIsNotStored()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        var file = await town.Overspend();
        using var own = town.Options.Suite.GenerateKey();
        var h = file.Dossier.Payments[0];
        for (ushort seq = 1; seq <= 20; seq++)
        {
            var nothing = new VoidStatement(h.Coin.Id, seq, own.PublicKey.Bytes.ToArray(), own.Sign(SignedMessage.Void(h.Id, h.Till)));
            Assert.That(((await town.UserBank.Rebut(h.Coin.Id, new Rebuttal([nothing], [], []), default)).OrRefuse()).Culprit,
                Is.EqualTo(Culprit.User));
        }

        Assert.That(town.Rows("bank-1")["rebuttal"], Is.Zero);
    }

    private void StandsAgainst(Defence defence)
    {
        var finding = Town.Check(File, defence);
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((true, Culprit.User)), finding.Finding);
    }

    private Defence Dead(ISigningKey by, uint issuer, CashPayment h, IReadOnlyList<KeyCertificate> certificates) =>
        new([new Rebuttal([], [NonSettlementStatement.Sign(by, new PartyId(issuer), h, DeathBasis.TermOver, File.Date)], certificates)],
            []);

    private Defence Answered(Reversal reversal, KeyCertificate certificate)
    {
        using var till = TillOf(Excess.H);
        return new Defence([], [ShopAnswer.Sign(till, Excess.H.Id, File.Date, true, reversal, certificate)]);
    }
}
