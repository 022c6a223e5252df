using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// The finder of a lost card, and what an honest till loses if the issuer is away, the list is fetched too early, or money returns too
/// early (R6).
/// </summary>
[Parallelizable]
public sealed class LostCardTermsTests : LostCardScenario
{
    /// <summary>
    /// The finder pays within the age of a list, and then the issuer is away for 40 hours: the shop is paid all the same.
    /// </summary>
    [Test, Rule(6)]
    public async Task HoursWithoutTheIssuerAreNotCounted()
    {
        var h = await PaidWhileListsAreOld();
        Town.Clock.Advance(TimeSpan.FromHours(40));
        Town.Restart(SimulatedTown.IssuerName);
        Town.Clock.Advance(TimeSpan.FromHours(10));
        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        await NothingIsLost(1000);
    }

    /// <summary>
    /// The issuer's machine stood still for 40 hours, and nothing was started again: what it did not hear is not held against the shop
    /// either.
    /// </summary>
    [Test, Rule(6)]
    public async Task HoursInWhichTheIssuerStoodStillAreNotCounted([Values(0, 10)] int hoursAfter)
    {
        await using (Town.Issuer.StartService())
        {
            var h = await PaidWhileListsAreOld();
            Town.Clock.Advance(TimeSpan.FromMinutes(5));
            Town.Clock.Jump(TimeSpan.FromHours(40 + 10 - hoursAfter));
            Town.Clock.Advance(TimeSpan.FromHours(hoursAfter));
            Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
            await NothingIsLost(1000);
        }
    }

    /// <summary>
    /// The bank's line broke, and it reports once more a day later: the first day stands, and what the finder signs after a list's age from
    /// then on counts for nobody.
    /// </summary>
    [Test, Rule(6), Hole(10)]
    public async Task AReportThatIsRepeatedMovesNoDate()
    {
        using var key = Town.BankKey("bank-1");
        Town.Clock.Advance(TimeSpan.FromHours(23));
        Assert.That(RawMessages.Cancel(Town.UserBankLink(), key, Town.UserBank.Id, RawMessages.Orders(Town).First().Request,
            Timestamp.Now(Town.Clock)));
        Town.Clock.Advance(TimeSpan.FromHours(2));
        var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Cancelled));
        await NothingIsLost(0);
    }

    /// <summary>
    /// What is left comes back to the hour: a payment that a till took within a list's age may be settled for a settle term after that.
    /// </summary>
    [Test, Rule(6), Hole(10)]
    public async Task MoneyReturnsNoHourTooEarly()
    {
        Town.Clock.Advance(Town.Options.Terms.SettlePeriod + Town.Options.Terms.HotListMaxAge - TimeSpan.FromHours(1));
        await Town.RunCycles();
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(80_000));
        Town.Clock.Advance(TimeSpan.FromHours(2));
        await Town.RunCycles();
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(100_000));
    }

    /// <summary>
    /// Days after the report a second message under one seq comes in. What was paid to tills that had not heard of that case may still
    /// arrive, so its date counts for what goes back.
    /// </summary>
    [Test, Rule(6), Rule(2)]
    public async Task MoneyReturnsAfterTheLaterOfReportAndCase()
    {
        using var twin = Found.Clone();
        var one = Sign(Colluding, Before, 100);
        var other = Town.Sign(twin, Offline, 200, Before);
        await Town.Submit(Colluding, one);
        Town.Clock.Advance(TimeSpan.FromDays(5));
        await Town.Submit(Offline, other);
        Town.Clock.Advance(TimeSpan.FromDays(4));
        await Town.RunCycles();
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(80_000), "eight days after the report, and four after the case");
        Town.Clock.Advance(TimeSpan.FromDays(5));
        await Town.RunCycles();
        Assert.That(Town.Account(Alice).Minor, Is.GreaterThan(99_000));
    }

    /// <summary>
    /// A till whose clock is of another day has no contact with the issuer: neither a list nor money. It cannot date its contacts as it
    /// likes.
    /// </summary>
    [Test, Rule(6)]
    public async Task ATillWithAWrongClockGetsNeitherMoneyNorList([Values(-25, 25)] int hours)
    {
        var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
        var wrong = new Timestamp(checked((ulong)(
            (long)Timestamp.Now(Town.Clock).Microseconds + (long)TimeSpan.FromHours(hours).TotalMicroseconds)));
        using var key = Town.TillKey(Colluding);
        var batch = await Town.TillLink(Colluding).Call(SettleMessage.Sign(key, new PartyId(1), [h], wrong).ToMessage(), default);
        Assert.That(Refusal.Read(batch)?.Reason, Is.EqualTo(RefusalReason.OutOfDate));
        var list = await Town.TillLink(Colluding).Call(new HotListMessage(0, h.Till, wrong).ToMessage(), default);
        Assert.That(Refusal.Read(list)?.Reason, Is.EqualTo(RefusalReason.OutOfDate));
        await NothingIsLost(0);
    }

    /// <summary>
    /// The finder pays an honest till, and redeems the whole coin with a copy: the redemption is not taken, and neither Alice nor the till
    /// loses.
    /// </summary>
    [Test, Rule(6)]
    public async Task AFinderRedeemsNothing()
    {
        using var copy = Found.Clone();
        var h = await PaidWhileListsAreOld();
        var redeemed = (await Town.Wallet.Redeem(copy.Card, copy.Pin, null, default).OrRefuse()).Single();
        Assert.That(redeemed.Message, Does.Contain("cancelled coin"));
        Assert.That(await Town.Shares(Colluding, h), Is.EqualTo((1000UL, 0UL, 0UL)));
        await NothingIsLost(1000);
    }

    /// <summary>
    /// What is left of a lost coin does not return while a payment of before may still arrive: else Alice would be accused of it.
    /// </summary>
    [Test, Rule(6)]
    public async Task MoneyReturnsOnlyAfterAllThatMayArrive()
    {
        var h = await PaidWhileListsAreOld();
        Town.Clock.Advance(TimeSpan.FromHours(30));
        await Town.RunCycles();
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(80_000));
        Town.Clock.Advance(TimeSpan.FromHours(17));
        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        await NothingIsLost(1000);
    }

    /// <summary>
    /// A till that was away for days settles what it took before the report, and only then has the contact of a hot list.
    /// </summary>
    [Test, Rule(6)]
    public async Task ATillSettlesBeforeItHearsOfTheList()
    {
        using var town = Towns.Make();
        string kiosk = town.AddTill("Kiosk");
        using var bob = town.User("Bob", 5000);
        var report = WalletTerminal.SignLostReport(bob.Card, bob.Pin, Timestamp.Now(town.Clock));
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        var paid = town.Pay(kiosk, bob, 1000);
        town.Clock.Advance(TimeSpan.FromHours(1));
        await town.Wallet.ReportLost(report, default).OrRefuse();
        await town.RunCycle();
        town.Clock.Advance(TimeSpan.FromDays(5));
        await town.Till(kiosk).FetchHotList(town.TillLink(kiosk), default).OrRefuse();
        Assert.That(town.Till(kiosk).CoinPayments(paid.Sale.Time).Single().Receipt!.Verdict, Is.EqualTo(Verdict.Settled));
        town.AssertSoundAfterCycle(bob);
    }

    /// <summary>
    /// The finder pays an honest till whose list is from before the report, on a line on which lists do not come through. What was sold is
    /// settled all the same, while it counts.
    /// </summary>
    [Test, Rule(6)]
    public async Task ATillIsPaidThoughTheListDoesNotCome()
    {
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        var paid = Town.Pay(Offline, Found, 1000);
        Assert.That(paid.Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That(async () => await Town.Till(Offline).FetchHotList(new DeafLink(Town.TillLink(Offline)), default).OrRefuse(),
            Throws.TypeOf<LinkException>());
        Town.Clock.Advance(TimeSpan.FromDays(3));
        await Town.Till(Offline).FetchHotList(Town.TillLink(Offline), default).OrRefuse();
        Assert.That(Town.Till(Offline).CoinPayments(paid.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Settled));
        await NothingIsLost(1000);
    }

    /// <summary>
    /// A till that never got a hot list takes nothing offline, as little as one whose list is old: the finder goes there first.
    /// </summary>
    [Test, Rule(6)]
    public void ATillWithoutAListTakesNothingOffline()
    {
        using var town = Towns.Make(with: o =>
            o with { Faults = (_, _, m) => m.Type == MessageType.HotList ? LinkFault.LoseRequest : LinkFault.None });
        string kiosk = town.AddTill("Kiosk");
        using var finder = town.User("Bob", 5000);
        town.Till(kiosk).Online = null;
        Assert.That(town.Pay(kiosk, finder, 1000).Outcome, Is.Not.EqualTo(TillOutcome.Accepted));
        Assert.That(town.Till(kiosk).Accepted.IsZero);
    }

    /// <summary>The finder pays 10.00 right after the report, at a till that is in touch with the issuer.</summary>
    private async Task<CashPayment> PaidWhileListsAreOld()
    {
        await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        return Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
    }

    /// <summary>
    /// The issuer's clock was ahead for a minute, while it served all the time: no hour of that is an outage, also once its date has come.
    /// </summary>
    [Test, Rule(6)]
    public async Task AClockThatWasAheadForAMinuteIsNoOutage([Values] bool wasAhead)
    {
        await using (Town.Issuer.StartService())
        {
            await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default).OrRefuse();
            Town.Clock.Advance(TimeSpan.FromMinutes(1));
            var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
            Town.Clock.Advance(TimeSpan.FromMinutes(5));
            if (wasAhead)
            {
                Town.Clock.Jump(TimeSpan.FromHours(40));
                Town.Clock.Advance(TimeSpan.FromMinutes(1));
                Assert.That(Town.Rows("issuer")["outage"], Is.EqualTo(1));
                Town.Clock.Jump(TimeSpan.FromHours(-40));
            }

            Town.Clock.Advance(TimeSpan.FromHours(60));
            Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Cancelled), "60 hours after the report");
        }
    }

    /// <summary>
    /// The issuer was away for two days, and started with a clock that was ahead for a minute; or its clock was behind for a minute soon
    /// after that. What it was away stays an outage, and a payment by the book is paid.
    /// </summary>
    [Test, Rule(6)]
    public async Task AWrongClockForgetsNoOutage([Values(3, -12)] int hours)
    {
        await using (Town.Issuer.StartService())
        {
            await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default).OrRefuse();
            Town.Clock.Advance(TimeSpan.FromMinutes(1));
            var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
            Town.Clock.Advance(TimeSpan.FromMinutes(5));
            Town.Clock.Jump(TimeSpan.FromHours(50 + Math.Max(hours, 0)));
            Town.Clock.Advance(TimeSpan.FromMinutes(1));
            Town.Clock.Jump(TimeSpan.FromHours(-Math.Abs(hours)));
            Town.Clock.Advance(TimeSpan.FromMinutes(2));
            Town.Clock.Jump(TimeSpan.FromHours(-Math.Min(hours, 0)));
            Town.Clock.Advance(TimeSpan.FromMinutes(2));
            Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        }
    }

    /// <summary>A process that stood still, and the one that was started after it, both write that outage: each hour counts once.</summary>
    [Test, Rule(6)]
    public async Task AnOutageThatTwoProcessesSawCountsOnce()
    {
        await using (Town.Issuer.StartService())
        {
            await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default).OrRefuse();
            Town.Clock.Advance(TimeSpan.FromMinutes(1));
            var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
            Town.Clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(30));
            (await Town.UserBank.Run(default)).ThrowIfAny();
            Town.Clock.Jump(TimeSpan.FromHours(30));
            Town.Restart(SimulatedTown.IssuerName);
            Town.Clock.Advance(TimeSpan.FromHours(58));
            Assert.That(Town.Rows("issuer")["outage"], Is.EqualTo(2));
            Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Cancelled),
                "48 hours of service after the report");
        }
    }

    /// <summary>
    /// Each further payment of a copied coin leaves the date of its case where it is: a day after that no shop is promised anything more.
    /// </summary>
    [Test, Rule(6), Hole(10), Hole(13)]
    public async Task FurtherPaymentsMoveNoDateOfACase()
    {
        using var copied = await CopiedCard.Spend(Town, ("Cafe", 3000), ("Kiosk", 3000));
        using var third = copied.Cards[0].Clone();
        var half = Town.Options.Terms.HotListMaxAge / 2;
        Town.Clock.Advance(half);
        await Town.Submit(copied.Tills[0], Town.Sign(third, copied.Tills[0], 100));
        Town.Clock.Advance(half + TimeSpan.FromHours(2));
        Assert.That((await Town.Submit(copied.Tills[1], Town.Sign(third, copied.Tills[1], 100))).Single().Verdict,
            Is.EqualTo(Verdict.Cancelled));
    }
}
