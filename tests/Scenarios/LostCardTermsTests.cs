using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Terminals;
using HierCash.Town;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>The finder of a lost card, and what an honest till loses if the issuer is away, the list is fetched too early, or money returns too early (R6).</summary>
public sealed class LostCardTermsTests : LostCardScenario
{
    /// <summary>The finder pays within the age of a list, and then the issuer is away for 40 hours: the shop is paid all the same.</summary>
    [Test, Rule(6)]
    public async Task HoursWithoutTheIssuerAreNotCounted()
    {
        var h = await PaidWhileListsAreOld();
        Town.Clock.Advance(TimeSpan.FromHours(40));
        Town.Restart(TownWorld.IssuerName);
        Town.Clock.Advance(TimeSpan.FromHours(10));
        Assert.That((await Town.Submit(Colluding, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        await NothingIsLost(1000);
    }

    /// <summary>A till whose clock is of another day has no contact with the issuer: neither a list nor money. It cannot date its contacts as it likes.</summary>
    [Test, Rule(6)]
    public async Task ATillWithAWrongClockGetsNeitherMoneyNorList([Values(-25, 25)] int hours)
    {
        var h = Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
        var wrong = new Timestamp(checked((ulong)((long)Timestamp.Now(Town.Clock).Microseconds + (long)TimeSpan.FromHours(hours).TotalMicroseconds)));
        using var key = Town.TillKey(Colluding);
        var batch = await Town.TillLink(Colluding).Call(SettleMessage.Write(key, new PartyId(1), [h], wrong), default);
        Assert.That(Refusal.Read(batch)?.Reason, Is.EqualTo(RefusalReason.OutOfDate));
        var list = await Town.TillLink(Colluding).Call(LossMessages.WriteHotList(0, h.Till, wrong), default);
        Assert.That(Refusal.Read(list)?.Reason, Is.EqualTo(RefusalReason.OutOfDate));
        await NothingIsLost(0);
    }

    /// <summary>The finder pays an honest till, and redeems the whole coin with a copy: the redemption is not taken, and neither Alice nor the till loses.</summary>
    [Test, Rule(6)]
    public async Task AFinderRedeemsNothing()
    {
        using var copy = Found.Clone();
        var h = await PaidWhileListsAreOld();
        var redeemed = (await Town.Wallet.Redeem(copy.Card, copy.Pin, null, default)).Single();
        Assert.That(redeemed.Message, Does.Contain("cancelled coin"));
        Assert.That(await Town.Shares(Colluding, h), Is.EqualTo((1000UL, 0UL, 0UL)));
        await NothingIsLost(1000);
    }

    /// <summary>What is left of a lost coin does not return while a payment of before may still arrive: else Alice would be accused of it.</summary>
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

    /// <summary>A till that was away for days settles what it took before the report, and only then has the contact of a hot list.</summary>
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
        await town.Wallet.ReportLost(report, default);
        await town.RunCycle();
        town.Clock.Advance(TimeSpan.FromDays(5));
        await town.Till(kiosk).FetchHotList(town.TillLink(kiosk), default);
        Assert.That(town.Till(kiosk).Parts(paid.Ticket.Time).Single().Receipt!.Verdict, Is.EqualTo(Verdict.Settled));
        town.AssertSoundAfterCycle(bob);
    }

    /// <summary>
    /// The finder pays an honest till whose list is from before the report, on a line on which lists do not come through. What was sold is settled all the same, while it counts.
    /// </summary>
    [Test, Rule(6)]
    public async Task ATillIsPaidThoughTheListDoesNotCome()
    {
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        var paid = Town.Pay(Offline, Found, 1000);
        Assert.That(paid.Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That(async () => await Town.Till(Offline).FetchHotList(new DeafLink(Town.TillLink(Offline)), default), Throws.TypeOf<LinkException>());
        Town.Clock.Advance(TimeSpan.FromDays(3));
        await Town.Till(Offline).FetchHotList(Town.TillLink(Offline), default);
        Assert.That(Town.Till(Offline).Parts(paid.Ticket.Time).Single().State, Is.EqualTo(PartState.Settled));
        await NothingIsLost(1000);
    }

    /// <summary>A till that never got a hot list takes nothing offline, as little as one whose list is old: the finder goes there first.</summary>
    [Test, Rule(6)]
    public void ATillWithoutAListTakesNothingOffline()
    {
        using var town = Towns.Make(with: o => o with { Faults = (_, _, m) => m.Type == MessageType.HotList ? LinkFault.LoseRequest : LinkFault.None });
        string kiosk = town.AddTill("Kiosk");
        using var finder = town.User("Bob", 5000);
        town.Till(kiosk).Online = null;
        Assert.That(town.Pay(kiosk, finder, 1000).Outcome, Is.Not.EqualTo(TillOutcome.Accepted));
        Assert.That(town.Till(kiosk).Accepted.IsZero);
    }

    /// <summary>The finder pays 10.00 right after the report, at a till that is in touch with the issuer.</summary>
    private async Task<CashPayment> PaidWhileListsAreOld()
    {
        await Town.Till(Colluding).FetchHotList(Town.TillLink(Colluding), default);
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        return Sign(Colluding, Timestamp.Now(Town.Clock), 1000);
    }
}
