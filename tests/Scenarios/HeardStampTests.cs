using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Who has a stolen till's key shows S_W to an honest bank so that it hears nothing of it, and has no reversal made. The stamp that it gets
/// proves to a judge that this existed, and names no shop (rules R3, R5).
/// </summary>
[Parallelizable]
public sealed class HeardStampTests
{
    private SimulatedTown _town = null!;
    private TownCard _alice = null!;
    private ISigningKey _stolen = null!;
    private Evidence _file = null!;
    private CashPayment _h = null!;
    private string _cafe = "";

    [SetUp]
    public async Task Accuse()
    {
        _town = Towns.Make();
        _alice = _town.User("Alice", 5000);
        _cafe = _town.AddTill("Cafe");
        _stolen = _town.TillKey(_cafe);
        (_file, _, _h) = await BlameTests.SettledAllTheSame(_town, _alice, _cafe);
    }

    [TearDown]
    public void Dispose()
    {
        _stolen.Dispose();
        _alice.Dispose();
        _town.Dispose();
    }

    [TestCase("", StampRole.Bank)]
    [TestCase("coin", StampRole.Witness)]
    [TestCase("payment", StampRole.Witness)]
    [TestCase("no case", StampRole.Witness)]
    [TestCase("beside", StampRole.Witness)]
    [Rule(3), Rule(5)]
    public async Task WhatABankDoesNotBringNamesNoShop(string lie, StampRole role)
    {
        using var bob = _town.User("Bob", 5000);
        var other = _town.SignAndVoid(bob, _cafe, 1250);
        VoidStatement[] shown = lie switch
        {
            "payment" => [Void(_h) with { Seq = (ushort)(_h.Seq + 40) }],
            "no case" => [Void(other)],
            "beside" => [Void(_h), Void(other)],
            _ => [Void(_h)],
        };
        var named = lie switch { "coin" => new CoinId(Digest.Of("any coin"u8)), "no case" => other.Coin.Id, _ => _h.Coin.Id };
        var rebuttal = new Rebuttal(shown, [], []);
        for (int time = 1; time <= 2; time++)
        {
            var stamped = await Show(named, rebuttal);
            Assert.That(stamped.Stamps.Single().Role, Is.EqualTo(role), $"time {time}");
            Assert.That(stamped.IsStampedBefore(_town.Options.Suite, _town.Scheme.Root, _file.Notice.Until),
                "for who is accused it counts like any");
            var finding = _town.Check(_file, new Defence(
                [stamped], [ShopAnswer.Sign(_stolen, _h.Id, Timestamp.Now(_town.Clock), true, null, null)], ShopIsSilent: true));
            Assert.That(finding.Culprit, Is.EqualTo(lie is "" ? Culprit.Shop : lie is "coin" or "beside" ? Culprit.Nobody : Culprit.User),
                finding.Finding);
        }

        // A shop is named only by what the bank then has made good: its newest file clears it.
        Assert.That(_town.Rows("bank-1")["void_message"], Is.EqualTo(lie is "" or "beside" ? 1 : 0));
        Assert.That(_town.UserBank.EvidenceFiles.Single().Reversals, Has.Count.EqualTo(lie is "" or "beside" ? 1 : 0));
    }

    /// <summary>
    /// The bank had the dossier two weeks after the coin's expiry, so the notice runs when all other terms of the coin are over. S_W that
    /// is heard on its last day moves the money too: a stamp that names a shop never stands where no reversal can be made.
    /// </summary>
    [TestCase(36)]
    [TestCase(45)]
    [Rule(3), Rule(5)]
    public async Task WhatIsHeardOnTheLastDayIsTakenBack(int day)
    {
        using var mallory = _town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        string kiosk = _town.AddTill("Kiosk");
        var expiry = mallory.Coins()[0].Coin.Terms.Expiry.End;
        _town.Clock.Advance(TimeSpan.FromMicroseconds(expiry.Microseconds - Timestamp.Now(_town.Clock).Microseconds) - TimeSpan.FromDays(
            1));
        await _town.RunCycle();
        var h = _town.Pay(_cafe, mallory, 1250).Payments.Single();
        _town.Pay(kiosk, copy, 5000);
        _town.Clock.Advance(TimeSpan.FromDays(3));
        await _town.Settle(_cafe);
        await _town.Settle(kiosk);
        _town.Clock.Advance(TimeSpan.FromDays(14));
        await _town.RunCycle();
        Evidence Newest() => _town.UserBank.EvidenceFiles.Single(f => f.Dossier.Coin == h.Coin.Id);
        for (int passed = 16; passed < day; passed++)
        {
            _town.Clock.Advance(TimeSpan.FromDays(1));
            await _town.RunCycle();
        }

        var stamped = await Show(h.Coin.Id, new Rebuttal([Void(h)], [], []));
        Assert.That((stamped.Stamps.Single().Role, stamped.Stamps.Single().Date < Newest().Notice.Until),
            Is.EqualTo((StampRole.Bank, true)));
        Assert.That(Newest().Reversals.Select(r => r.Payment), Is.EqualTo(new[] { h.Id }), "and the issuer made it good");
        var answer = ShopAnswer.Sign(_stolen, h.Id, Timestamp.Now(_town.Clock), true, null, null);
        Assert.That(_town.Check(Newest(), new Defence([stamped], [answer], ShopIsSilent: true)).Culprit, Is.EqualTo(Culprit.Nobody));
        _town.AssertSound();
    }

    /// <summary>
    /// The issuer has a new key, and this bank's line broke when it asked for it. The reversal that comes under that key is filed once the
    /// bank knows it.
    /// </summary>
    [Test, Rule(3)]
    public async Task AReversalUnderAKeyThatTheBankDoesNotKnowIsNotLost([Values] bool isBroken)
    {
        _town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
        bool broken = isBroken;
        var bank = _town.BankOver("bank-1", new Broken(
            _town.UserBankLink(), request => broken && request.Type == MessageType.Certificates));
        await bank.Handle(LinkPeer.Wallet, new RebutMessage(_h.Coin.Id, new Rebuttal([Void(_h)], [], [])).ToMessage(), default);
        Assert.That(bank.EvidenceFiles.Single().Reversals, Has.Count.EqualTo(isBroken ? 0 : 1));
        if (isBroken)
        {
            Assert.That(async () => await bank.Run(default), Throws.InstanceOf<LinkException>());
        }

        broken = false;
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(bank.EvidenceFiles.Single().Reversals, Has.Count.EqualTo(1));
    }

    /// <summary>
    /// Two S_W of one coin are heard while the dossier holds the payment of one. The other goes to the issuer as soon as a later revision
    /// counts its payment; until then no stamp names its shop.
    /// </summary>
    [Test, Rule(3)]
    public async Task WhatWasHeardGoesToTheIssuerWithALaterRevision()
    {
        using var mallory = _town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var third = mallory.Clone();
        using var fourth = mallory.Clone();
        string kiosk = _town.AddTill("Kiosk");
        string den = _town.AddTill("Den");
        string bakery = _town.AddTill("Bakery");
        using var dens = _town.TillKey(den);
        var h = _town.Pay(_cafe, mallory, 3000).Payments.Single();
        var small = _town.Sign(third, den, 1000);
        _town.Pay(kiosk, copy, 3000);
        await _town.Settle(_cafe);
        await _town.Settle(kiosk);
        await _town.RunCycle();
        Evidence Newest() => _town.UserBank.EvidenceFiles.Single(f => f.Dossier.Coin == h.Coin.Id);
        Assert.That(Newest().Dossier.Payments, Has.Count.EqualTo(2));
        var stamped = await Show(h.Coin.Id, new Rebuttal([Void(h), VoidStatement.Sign(dens, small)], [], []));
        Assert.That((stamped.Stamps.Single().Role, _town.Rows("bank-1")["void_message"]), Is.EqualTo((StampRole.Witness, 1L)),
            "nobody knows whether it ever will");
        await _town.Submit(den, small);
        await _town.Submit(bakery, _town.Sign(fourth, bakery, 2500));
        await _town.RunCycle();
        await _town.RunCycle();
        Assert.That((Newest().Dossier.Header.Revision > 1, _town.Rows("bank-1")["void_message"]), Is.EqualTo((true, 2L)));
    }

    /// <summary>
    /// The same statements were heard before without the certificate that one of them needs. With it the accusation falls, and it stays so
    /// when the case is weighed again: what was heard is kept with all that came with it.
    /// </summary>
    [Test, Rule(3)]
    public async Task WhatComesWithItsCertificateIsKeptWithIt([Values] bool isBareFirst)
    {
        using var copied = await CopiedCard.Spend(_town, ("Den", 4000), ("Kiosk", 4000), ("Bakery", 4000));
        var (file, bare, certificate) = await WithADeadStatement(copied);
        var away = _town.BankOver("bank-1", new ReversalTests.DeadLink());
        if (isBareFirst)
        {
            (await away.Rebut(file.Dossier.Coin, bare, default)).OrRefuse();
            Assert.That(away.Notices(file.Order.User), Has.Count.EqualTo(1));
        }

        var heard = (await away.Rebut(file.Dossier.Coin, bare with { Certificates = [certificate] }, default)).OrRefuse();
        Assert.That((heard.IsProven, away.Notices(file.Order.User).Count), Is.EqualTo((false, 0)), heard.Finding);
        await _town.RunCycle();
        await _town.RunCycle();
        Assert.That(_town.UserBank.Notices(file.Order.User), Is.Empty, "nor when the reversal of the first is filed");
    }

    /// <summary>
    /// What an earlier revision held and the newest does not, nobody brings: S_W of it, beside S_W that strikes, gets no stamp that names
    /// its honest shop, whose key was stolen.
    /// </summary>
    [Test, Rule(3), Rule(5)]
    public async Task WhatOnlyAnEarlierRevisionHeldNamesNoShop()
    {
        using var mallory = _town.User("Mallory", 5000);
        using var one = mallory.Clone();
        using var two = mallory.Clone();
        using var three = mallory.Clone();
        string friend = _town.AddTill("Den");
        using var friends = _town.TillKey(friend);
        var sale = _town.Pay(_cafe, mallory, 4000).Payments.Single();
        CashPayment[] more = [_town.Sign(one, friend, 4800), _town.Sign(two, friend, 4700), _town.Sign(three, friend, 4500)];
        await _town.Settle(_cafe);
        await _town.Submit(friend, more[2]);
        await _town.RunCycle();
        Evidence Newest() => _town.UserBank.EvidenceFiles.Single(f => f.Dossier.Coin == sale.Coin.Id);
        var former = Newest();
        Assert.That(former.Dossier.Payments.Select(h => h.Paid.Minor), Is.EquivalentTo(new[] { 4000, 4500 }));
        await _town.Submit(friend, more[0], more[1]);
        await _town.RunCycle();
        await _town.RunCycle();
        Assert.That(Newest().Dossier.Payments.Select(h => h.Paid.Minor), Does.Contain(4800).And.Not.Contain(4000));
        var stamped = await Show(sale.Coin.Id, new Rebuttal([Void(sale), VoidStatement.Sign(friends, more[0])], [], []));
        Assert.That(stamped.Stamps.Single().Role, Is.EqualTo(StampRole.Witness));
        var answer = ShopAnswer.Sign(_stolen, sale.Id, Timestamp.Now(_town.Clock), true, null, null);
        Assert.That(_town.Check(former, new Defence([stamped], [answer], ShopIsSilent: true)).Culprit, Is.EqualTo(Culprit.Nobody));
    }

    /// <summary>
    /// The other way round: with its certificate it came late, and then without it, with the stamp that it had been in time. The two
    /// together count.
    /// </summary>
    [Test, Rule(3), Rule(5)]
    public async Task WhatCameLateWithItsCertificateCountsWithTheStampThatComesLater()
    {
        using var copied = await CopiedCard.Spend(_town, ("Den", 4000), ("Kiosk", 4000), ("Bakery", 4000));
        var (file, bare, certificate) = await WithADeadStatement(copied);
        using var issuer = _town.StatementKey;
        _town.Clock.Advance(_town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        var away = _town.BankOver("bank-1", new ReversalTests.DeadLink());
        (await away.Rebut(file.Dossier.Coin, bare with { Certificates = [certificate] }, default)).OrRefuse();
        Assert.That(away.Notices(file.Order.User), Has.Count.EqualTo(1), "late");
        (await away.Rebut(file.Dossier.Coin, bare.With(Stamp.Sign(issuer, new PartyId(1), StampRole.Issuer, bare.Digest, file.Date), []),
            default)).OrRefuse();
        Assert.That(away.Notices(file.Order.User), Is.Empty, "at once");
        await _town.RunCycle();
        await _town.RunCycle();
        Assert.That(_town.UserBank.Notices(file.Order.User), Is.Empty, "and after the reversal of the first");
    }

    /// <summary>A dead statement has struck the payment out before: S_W of it is kept and brought all the same.</summary>
    [Test, Rule(3)]
    public async Task WhatSomethingElseStruckBeforeIsBroughtAllTheSame()
    {
        await Show(_h.Coin.Id, _town.Dead(_h, DeathBasis.TermOver, _file.Date));
        Assert.That((_town.Rows("bank-1")["rebuttal"], _town.Rows("bank-1")["void_message"]), Is.EqualTo((1L, 0L)));
        var stamped = await Show(_h.Coin.Id, new Rebuttal([Void(_h)], [], []));
        Assert.That(stamped.Stamps.Single().Role, Is.EqualTo(StampRole.Bank));
        Assert.That((_town.Rows("bank-1")["rebuttal"], _town.Rows("bank-1")["void_message"]), Is.EqualTo((2L, 1L)));
        Assert.That(_town.UserBank.EvidenceFiles.Single().Reversals, Has.Count.EqualTo(1));
    }

    /// <summary>At the counter the holder gets the stamp too; another bank, which has no case, is a witness.</summary>
    [Test, Rule(5)]
    public async Task ACounterStampsForTheHolder()
    {
        var rebuttal = new Rebuttal([Void(_h)], [], []);
        (await _town.UserBank.Rebut(_h.Coin.Id, rebuttal, default)).OrRefuse();
        Assert.That(_town.UserBank.Stamped(_h.Coin.Id, rebuttal).Stamps.Single().Role, Is.EqualTo(StampRole.Bank));
        var witnessed = _town.ShopBank.Stamped(null, rebuttal);
        Assert.That((witnessed.Stamps.Single().Role, witnessed.Stamps.Single().Stamper),
            Is.EqualTo((StampRole.Witness, _town.ShopBank.Id)));
        Assert.That(witnessed.IsStampedBefore(_town.Options.Suite, _town.Scheme.Root, _file.Notice.Until));
    }

    /// <summary>S_W of the first payment, and of the second a dead statement by a key whose certificate stands in no file.</summary>
    private async Task<(Evidence File, Rebuttal Bare, KeyCertificate Certificate)> WithADeadStatement(CopiedCard copied)
    {
        await _town.RunCycle();
        var file = _town.UserBank.EvidenceFiles.Single(f => f.Dossier.Coin == copied.Paid[0].Payments.Single().Coin.Id);
        using var statement = _town.Options.Suite.GenerateKey();
        using var root = _town.RootKey;
        using var den = _town.TillKey(copied.Tills[0]);
        var certificate = KeyCertificate.Issue(
            root, KeyUsage.IssuerStatement, new PartyId(1), default, file.Notice.Until.Plus(TimeSpan.FromDays(3650)), statement.PublicKey);
        var dead = NonSettlementStatement.Sign(statement, new PartyId(1), copied.Paid[1].Payments.Single(), DeathBasis.TermOver, file.Date);
        var bare = new Rebuttal([VoidStatement.Sign(den, copied.Paid[0].Payments.Single())], [dead], []);
        return (file, bare, certificate);
    }

    private VoidStatement Void(CashPayment h) =>
        VoidStatement.Of(h, _stolen.PublicKey.Bytes.ToArray(), _stolen.Sign(SignedMessage.Void(h.Id, h.Till)));

    private async Task<Rebuttal> Show(CoinId coin, Rebuttal rebuttal)
    {
        var answer = (await _town.UserBank.Handle(
            LinkPeer.Wallet, new RebutMessage(coin, rebuttal).ToMessage(), default)).As<RebutReply>()!;
        return rebuttal.With(answer.Stamp, [answer.Certificate]);
    }
}
