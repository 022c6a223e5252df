using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>The finder of a lost card, and shops that let them have a TIME of their choice (R6).</summary>
[Parallelizable]
public sealed class LostCardTests : LostCardScenario
{
    /// <summary>
    /// A till in touch with the issuer claims, days later, to have been paid before the report: its contacts say otherwise.
    /// </summary>
    [Test, Rule(6), Hole(10)]
    public async Task ATillThatBackdatesTimeIsNotPaid()
    {
        await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromDays(5));
        var h = Sign(Colluding, Before, 1000);
        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Cancelled));
        await NothingIsLost(0);
    }

    /// <summary>
    /// A till whose list is older than the terms let it be is not paid for what it takes then, whoever runs it: the holder's risk ends with
    /// the age of a list.
    /// </summary>
    [Test, Rule(6)]
    public async Task AfterTheAgeOfAListNothingCounts()
    {
        await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default).OrRefuse();
        Town.Clock.Advance(Town.Options.Terms.HotListMaxAge + TimeSpan.FromMinutes(1));
        var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Cancelled));
        await NothingIsLost(0);
    }

    /// <summary>
    /// A till that truly was offline all the time is paid for what it took before the report, up to the floor limit: the holder's printed
    /// risk.
    /// </summary>
    [Test, Rule(6), Hole(10)]
    public async Task ATillThatWasOfflineIsPaidUpToTheFloorLimit()
    {
        Town.Clock.Advance(TimeSpan.FromDays(5));
        var small = Sign(Offline, Before, Town.Options.Terms.FloorLimit.Minor);
        var large = Sign(Offline, new Timestamp(Before.Microseconds + 1), Town.Options.Terms.FloorLimit.Minor + 1);
        Assert.That((await Town.Submit(Offline, small, large)).Select(r => r.Verdict),
            Is.EqualTo(new[] { Verdict.Settled, Verdict.Cancelled }));
        Assert.That((await Town.Submit(Offline, Sign(Offline, new Timestamp(Before.Microseconds + 2), 100))).Single().Verdict,
            Is.EqualTo(Verdict.Cancelled), "now it had contact");
        await NothingIsLost(Town.Options.Terms.FloorLimit.Minor);
    }

    /// <summary>
    /// Who reports her own card as lost gets nothing back of what honest shops took offline before: what she signed within her coin is
    /// theirs.
    /// </summary>
    [Test, Rule(6), Hole(10)]
    public async Task AReportTakesNothingFromShopsThatWereOffline()
    {
        string[] tills = [.. Enumerable.Range(0, 4).Select(i => Town.AddTill($"Shop {i}"))];
        using var mallory = Town.User("Mallory", 20_000);
        var report = WalletTerminal.SignLostReport(mallory.Card, mallory.Pin, Timestamp.Now(Town.Clock));
        var payments = tills.Select(t => Town.Sign(mallory, t, Town.Options.Terms.FloorLimit.Minor)).ToList();
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        await Town.Wallet.ReportLost(report, default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromDays(2) + TimeSpan.FromHours(1));
        foreach (var (till, h) in tills.Zip(payments))
        {
            Assert.That((await Town.Submit(till, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        }

        await NothingIsLost(0);
    }

    /// <summary>
    /// She lets a copy sign twice at a friend's first, and reports the card then: a case is a case, and TIME alone decides.
    /// </summary>
    [Test, Rule(6), Hole(10)]
    public async Task AReportAfterACaseTakesNothingFromShops()
    {
        using var mallory = Town.User("Mallory", 20_000);
        var report = WalletTerminal.SignLostReport(mallory.Card, mallory.Pin, Timestamp.Now(Town.Clock));
        using var copy = mallory.Clone();
        using var second = mallory.Clone();
        string honest = Town.AddTill("Honest");
        var taken = Town.Sign(mallory, honest, 2000);
        Town.Clock.Advance(TimeSpan.FromHours(1));
        await Town.Till(honest).FetchHotList(Town.TillLink(honest), default).OrRefuse();
        await Town.Submit(Colluding, Town.Sign(copy, Colluding, 1));
        await Town.Submit(Colluding, Town.Sign(second, Colluding, 2));
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        await Town.Wallet.ReportLost(report, default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromHours(49));
        Assert.That((await Town.Submit(honest, taken)).Single().Share.Credited.Minor, Is.EqualTo(2000));
    }

    /// <summary>The till asks for the list while it takes the payment, and is away for days then: that was no contact after TIME.</summary>
    [Test, Rule(6), Hole(10)]
    public async Task AListThatIsFetchedDuringAPaymentTakesNothing()
    {
        using var carol = Town.User("Carol", 5000);
        var report = WalletTerminal.SignLostReport(carol.Card, carol.Pin, Timestamp.Now(Town.Clock));
        var h = Town.Sign(carol, Offline, 1000, Timestamp.Now(Town.Clock));
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Town.Till(Offline).FetchHotList(Town.TillLink(Offline), default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromHours(1));
        await Town.Wallet.ReportLost(report, default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromDays(3));
        Assert.That((await Town.Submit(Offline, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
    }

    /// <summary>While lists may be old, whoever was paid is paid; it has to arrive soon.</summary>
    [TestCase(47, true)]
    [TestCase(50, false)]
    [Rule(6), Hole(10)]
    public async Task WithinTheAgeOfAListArrivalDecides(int hours, bool paid)
    {
        await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
        Town.Clock.Advance(TimeSpan.FromHours(hours));
        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(paid ? Verdict.Settled : Verdict.Cancelled));
        await NothingIsLost(paid ? 1000UL : 0);
    }

    /// <summary>
    /// An issuer that served all the time, and heard nothing on quiet days, was not away: nobody gets a longer term out of its nightly
    /// restarts.
    /// </summary>
    [TestCase(true)]
    [TestCase(false)]
    [Rule(6), Hole(10)]
    public async Task OnlyWhatTheIssuerDidNotServeLengthensATerm(bool serves)
    {
        await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
        for (int day = 0; day < 4; day++)
        {
            await using var service = serves ? Town.Issuer.StartService() : null;
            Town.Clock.Advance(TimeSpan.FromDays(1));
            Town.Restart(SimulatedTown.IssuerName);
        }

        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(serves ? Verdict.Cancelled : Verdict.Settled));
        await NothingIsLost(serves ? 0 : 1000UL);
    }

    /// <summary>
    /// A till that was told the list says, afterwards, that it still had something to send from before: no contact is taken back by that.
    /// </summary>
    [Test, Rule(6), Hole(10)]
    public async Task NoTillTakesItsContactBack()
    {
        await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromDays(3));
        using var key = Town.TillKey(Colluding);
        foreach (var h in new[] { Sign(Colluding, Before, 1000), Sign(Colluding, new Timestamp(Before.Microseconds + 1), 1000) })
        {
            var reply = await Town.TillLink(Colluding).Call(
                SettleMessage.Sign(key, new PartyId(1), [h], Timestamp.Now(Town.Clock), Before).ToMessage(), default);
            Assert.That(reply.As<SettleReply>()!.Receipts.Single().Verdict, Is.EqualTo(Verdict.Cancelled));
        }

        await NothingIsLost(0);
    }

    /// <summary>
    /// A finder's friend cuts the link between two batches of an honest till, and the card is reported as lost: what stood in the second is
    /// paid all the same.
    /// </summary>
    [Test, Rule(6), Hole(10)]
    public async Task ALinkThatBreaksBetweenTwoBatchesTakesNothing()
    {
        using var bob = Town.User("Bob", 50_000);
        using var carol = Town.User("Carol", 5000);
        using var records = Database.OpenMemory(WalletRecords.Schema);
        var report = WalletTerminal.SignLostReport(carol.Card, carol.Pin, Timestamp.Now(Town.Clock));
        await Town.Till(Offline).FetchHotList(Town.TillLink(Offline), default).OrRefuse();
        for (int i = 1; i <= 256; i++)
        {
            Assert.That(Town.Pay(Offline, bob, 10).Outcome, Is.EqualTo(TillOutcome.Accepted));
            if (i % 30 == 0)
            {
                new WalletRecords(records).Keep(bob.Card, bob.Pin);
            }
        }

        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        var last = Town.Pay(Offline, carol, 1000);
        Assert.That(last.Outcome, Is.EqualTo(TillOutcome.Accepted));
        Town.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.That(async () => await Town.Till(Offline).Settler.Settle(new CutLink(Town.TillLink(Offline), 3), default).OrRefuse(),
            Throws.TypeOf<LinkException>());
        Town.Clock.Advance(TimeSpan.FromMinutes(10));
        await Town.Wallet.ReportLost(report, default).OrRefuse();
        await Town.RunCycle();
        Town.Clock.Advance(TimeSpan.FromHours(60));
        Assert.That((await Town.Settle(Offline)).Settled, Is.EqualTo(1));
        await NothingIsLost(0);
        Assert.That(Town.ShopAccount("Kiosk").Minor, Is.EqualTo(3560));
    }
}

/// <summary>A link that is cut after so many answers.</summary>
internal sealed class CutLink(ILink inner, int answers) : ILink
{
    private int _left = answers;

    public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
        _left-- > 0 ? inner.Call(request, cancel) : throw new LinkException("the link is cut");
}
