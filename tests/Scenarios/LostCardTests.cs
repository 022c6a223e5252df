using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Terminals;
using HierCash.Town;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>The finder of a lost card, and shops that let them have a TIME of their choice (R6).</summary>
public sealed class LostCardTests
{
    private TownWorld _town = null!;
    private TownCard _alice = null!;
    private TownCard _found = null!;
    private string _colluding = null!;
    private string _offline = null!;
    private Timestamp _before;

    /// <summary>Alice loses her card and reports it an hour later; it is hot at once.</summary>
    [SetUp]
    public async Task Lose()
    {
        _town = Towns.Make(with: o => o with { Terms = new SchemeTerms { FloorLimit = new Amount(3000) } });
        _colluding = _town.AddTill("Cafe");
        _offline = _town.AddTill("Kiosk");
        _alice = _town.User("Alice", 20_000);
        var report = WalletTerminal.SignLostReport(_alice.Card, _alice.Pin, Timestamp.Now(_town.Clock));
        _found = _alice.Clone();
        _before = Timestamp.Now(_town.Clock);
        _town.Clock.Advance(TimeSpan.FromHours(1));
        Assert.That(await _town.Wallet.ReportLost(report, default), Is.EqualTo(1UL));
        await _town.RunCycle();
    }

    [TearDown]
    public void End()
    {
        _found.Dispose();
        _alice.Dispose();
        _town.Dispose();
    }

    /// <summary>A till in touch with the issuer claims, days later, to have been paid before the report: its contacts say otherwise.</summary>
    [Test, Rule(6), Hole(10)]
    public async Task ATillThatBackdatesTimeIsNotPaid()
    {
        await _town.Till(_colluding).FetchHotList(_town.TillLink(_colluding), default);
        _town.Clock.Advance(TimeSpan.FromDays(5));
        var h = Sign(_colluding, _before, 1000);
        Assert.That((await _town.Submit(_colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Cancelled));
        await NothingIsLost(0);
    }

    /// <summary>A till that truly was offline all the time is paid for what it took before the report, up to the floor limit: the holder's printed risk.</summary>
    [Test, Rule(6), Hole(10)]
    public async Task ATillThatWasOfflineIsPaidUpToTheFloorLimit()
    {
        _town.Clock.Advance(TimeSpan.FromDays(5));
        var small = Sign(_offline, _before, _town.Options.Terms.FloorLimit.Minor);
        var large = Sign(_offline, new Timestamp(_before.Microseconds + 1), _town.Options.Terms.FloorLimit.Minor + 1);
        Assert.That((await _town.Submit(_offline, small, large)).Select(r => r.Verdict), Is.EqualTo(new[] { Verdict.Settled, Verdict.Cancelled }));
        Assert.That((await _town.Submit(_offline, Sign(_offline, new Timestamp(_before.Microseconds + 2), 100))).Single().Verdict, Is.EqualTo(Verdict.Cancelled), "now it had contact");
        await NothingIsLost(_town.Options.Terms.FloorLimit.Minor);
    }

    /// <summary>A finder and a till without contact make small ones of it, and a second such till joins: together they get the floor limit of that coin, and no more.</summary>
    [Test, Rule(6), Hole(10)]
    public async Task ManySmallPaymentsAreWorthNoMoreThanOneLarge()
    {
        _town.Clock.Advance(TimeSpan.FromDays(5));
        CashPayment Nth(string till, int i) => Sign(till, new Timestamp(_before.Microseconds + (ulong)i), 1000);
        var receipts = await _town.Submit(_offline, [.. Enumerable.Range(0, 4).Select(i => Nth(_offline, i))]);
        Assert.That(receipts.Select(r => r.Verdict), Is.EqualTo(new[] { Verdict.Settled, Verdict.Settled, Verdict.Settled, Verdict.Cancelled }));
        Assert.That((await _town.Submit(_colluding, Nth(_colluding, 4))).Single().Verdict, Is.EqualTo(Verdict.Cancelled));
        await NothingIsLost(_town.Options.Terms.FloorLimit.Minor);
    }

    /// <summary>While lists may be old, whoever was paid is paid; it has to arrive soon.</summary>
    [TestCase(47, true)]
    [TestCase(50, false)]
    [Rule(6), Hole(10)]
    public async Task WithinTheAgeOfAListArrivalDecides(int hours, bool paid)
    {
        await _town.Till(_colluding).FetchHotList(_town.TillLink(_colluding), default);
        _town.Clock.Advance(TimeSpan.FromMinutes(1));
        var h = Sign(_colluding, Timestamp.Now(_town.Clock), 1000);
        _town.Clock.Advance(TimeSpan.FromHours(hours));
        Assert.That((await _town.Submit(_colluding, h)).Single().Verdict, Is.EqualTo(paid ? Verdict.Settled : Verdict.Cancelled));
        await NothingIsLost(paid ? 1000UL : 0);
    }

    /// <summary>A till that was told the list says, afterwards, that it still had something to send from before: no contact is taken back by that.</summary>
    [Test, Rule(6), Hole(10)]
    public async Task NoTillTakesItsContactBack()
    {
        await _town.Till(_colluding).FetchHotList(_town.TillLink(_colluding), default);
        _town.Clock.Advance(TimeSpan.FromDays(3));
        using var key = _town.TillKey(_colluding);
        foreach (var h in new[] { Sign(_colluding, _before, 1000), Sign(_colluding, new Timestamp(_before.Microseconds + 1), 1000) })
        {
            var reply = await _town.TillLink(_colluding).Call(SettleMessage.Write(key, new PartyId(1), [h], Timestamp.Now(_town.Clock), _before), default);
            Assert.That(SettleReply.Read(reply)!.Receipts.Single().Verdict, Is.EqualTo(Verdict.Cancelled));
        }

        await NothingIsLost(0);
    }

    /// <summary>A finder's friend cuts the link between two batches of an honest till, and the card is reported as lost: what stood in the second is paid all the same.</summary>
    [Test, Rule(6), Hole(10)]
    public async Task ALinkThatBreaksBetweenTwoBatchesTakesNothing()
    {
        using var bob = _town.User("Bob", 50_000);
        using var carol = _town.User("Carol", 5000);
        using var records = Database.OpenMemory(WalletRecords.Schema);
        var report = WalletTerminal.SignLostReport(carol.Card, carol.Pin, Timestamp.Now(_town.Clock));
        await _town.Till(_offline).FetchHotList(_town.TillLink(_offline), default);
        for (int i = 1; i <= 256; i++)
        {
            Assert.That(_town.Pay(_offline, bob, 10).Outcome, Is.EqualTo(TillOutcome.Accepted));
            if (i % 30 == 0)
            {
                new WalletRecords(records).Keep(bob.Card, bob.Pin);
            }
        }

        _town.Clock.Advance(TimeSpan.FromMinutes(1));
        var last = _town.Pay(_offline, carol, 1000);
        Assert.That(last.Outcome, Is.EqualTo(TillOutcome.Accepted));
        _town.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(async () => await _town.Till(_offline).Settler.Settle(new CutLink(_town.TillLink(_offline), 1), default), Throws.TypeOf<LinkException>());
        _town.Clock.Advance(TimeSpan.FromMinutes(10));
        await _town.Wallet.ReportLost(report, default);
        await _town.RunCycle();
        _town.Clock.Advance(TimeSpan.FromHours(60));
        Assert.That((await _town.Settle(_offline)).Settled, Is.EqualTo(1));
        await NothingIsLost(0);
        Assert.That(_town.ShopAccount("Kiosk").Minor, Is.EqualTo(3560));
    }

    private CashPayment Sign(string till, Timestamp time, ulong y)
    {
        var card = new WalletCard(_found.Card);
        card.Select();
        var w = _town.Till(till).W;
        Assert.That(card.Pay(PayCommand.Fast(time, w, new Amount(y), Currency.Eur), out var reply).IsSuccess);
        return new CashPayment(reply!.Coin!, reply.Seq, reply.Balance, time, w, new Amount(y), reply.SU);
    }

    /// <summary>What was not paid out comes back to Alice, and nobody is accused.</summary>
    private async Task NothingIsLost(ulong paid)
    {
        await _town.RunCycle();
        _town.Clock.Advance(TimeSpan.FromDays(40));
        await _town.RunCycle();
        await _town.RunCycle();
        Assert.That(_town.Account(_alice).Minor, Is.EqualTo(100_000 - paid));
        Assert.That(_town.UserBank.EvidenceFiles, Is.Empty);
        Assert.That(TownAudit.RunQuiet(_town), Is.Empty);
    }
}

/// <summary>A link that is cut after so many answers.</summary>
internal sealed class CutLink(ILink inner, int answers) : ILink
{
    private int _left = answers;

    public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
        _left-- > 0 ? inner.Call(request, cancel) : throw new LinkException("the link is cut");
}
