using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Town;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Who has a stolen till's key shows S_W to an honest bank so that it hears nothing of it, and has no reversal made. The stamp that it gets proves to a judge
/// that this existed, and names no shop (rules R3, R5).
/// </summary>
public sealed class HeardStampTests
{
    private TownWorld _town = null!;
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
            Assert.That(stamped.IsStampedBefore(_town.Options.Suite, _town.Scheme.Root, _file.Notice.Until), "for who is accused it counts like any");
            var finding = _town.Check(_file, new Defence([stamped], [ShopAnswer.Sign(_stolen, _h.Id, Timestamp.Now(_town.Clock), true, null, null)], ShopIsSilent: true));
            Assert.That(finding.Culprit, Is.EqualTo(lie is "" ? Culprit.Shop : lie is "coin" or "beside" ? Culprit.Nobody : Culprit.User), finding.Finding);
        }

        // A shop is named only by what the bank then has made good: its newest file clears it.
        Assert.That(_town.Rows("bank-1")["void_message"], Is.EqualTo(lie is "" or "beside" ? 1 : 0));
        Assert.That(_town.UserBank.EvidenceFiles.Single().Reversals, Has.Count.EqualTo(lie is "" or "beside" ? 1 : 0));
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
        await _town.UserBank.Rebut(_h.Coin.Id, rebuttal, default);
        Assert.That(_town.UserBank.Stamped(_h.Coin.Id, rebuttal).Stamps.Single().Role, Is.EqualTo(StampRole.Bank));
        var witnessed = _town.ShopBank.Stamped(null, rebuttal);
        Assert.That((witnessed.Stamps.Single().Role, witnessed.Stamps.Single().Stamper), Is.EqualTo((StampRole.Witness, _town.ShopBank.Id)));
        Assert.That(witnessed.IsStampedBefore(_town.Options.Suite, _town.Scheme.Root, _file.Notice.Until));
    }

    private VoidStatement Void(CashPayment h) => VoidStatement.Of(h, _stolen.PublicKey.Bytes.ToArray(), _stolen.Sign(SignedMessage.Void(h.Id, h.Till)));

    private async Task<Rebuttal> Show(CoinId coin, Rebuttal rebuttal)
    {
        var answer = RebuttalMessages.ReadRebutAnswer(await _town.UserBank.Handle(LinkPeer.Wallet, RebuttalMessages.WriteRebut(coin, rebuttal), default))!;
        return rebuttal.With(answer.Stamp, [answer.Certificate]);
    }
}
