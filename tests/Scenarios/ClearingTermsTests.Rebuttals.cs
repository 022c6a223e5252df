using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

public sealed partial class ClearingTermsTests
{
    /// <summary>
    /// In a coin's last hour Den voids Alice's 30.00 and settles them on top of her 50.00. Her bank comes on day 20, her wallet shows S_W
    /// on day 45: in time. The coin's terms are over by then, but not the promise: nothing is claimed, and nobody of that bank is stopped.
    /// </summary>
    [Test, Rule(4), Rule(5), Rule(8)]
    public async Task ARebuttalInTimeStopsNoBank()
    {
        using var town = Towns.Make();
        string den = town.AddTill("Den");
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        using var bob = town.User("Bob", 1000);
        var expiry = alice.Coins()[0].Coin.Terms.Expiry.End;
        town.Clock.Advance(TimeSpan.FromMicroseconds(expiry.Microseconds - Timestamp.Now(town.Clock).Microseconds) - TimeSpan.FromHours(1));
        var h = town.SignAndVoid(alice, den, 3000);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(town.Pay(cafe, alice, 5000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        await town.Settle(cafe);
        Assert.That((await town.Submit(den, h)).Single().Share.Guaranteed.Minor, Is.EqualTo(3000));
        for (int day = 1; day <= 120; day++)
        {
            town.Clock.Advance(TimeSpan.FromDays(1));
            town.Issuer.CloseCycle();
            (await town.ShopBank.Run(default)).ThrowIfAny();
            if (day >= 20)
            {
                (await town.UserBank.Run(default)).ThrowIfAny();
            }

            if (day == 45)
            {
                Assert.That((await town.Wallet.Rebut(alice.Card, alice.Pin, default)).Single().Stands, Is.False);
            }

            Assert.That(town.Issuer.Parked.Where(p => p.StopsIssuing), Is.Empty, $"day {day}");
        }

        Assert.That((town.ShopAccount("Den").Minor, town.UserBank.Audit.Claims, town.UserBank.Parked.Count), Is.EqualTo((0UL, 0L, 0)));
        Assert.That(town.Withdraw(bob, 200).Outcome, Is.EqualTo(Wallet.WithdrawalOutcome.Issued));
    }

    /// <summary>
    /// Holder and shop, in the last hours of a coin: 45.00 to the friend, and copies. An honest shop refunds weeks later, so there is a
    /// second dossier, whose notice runs beyond all terms of the coin. The friend's S_W, stamped by the issuer on its last day but one,
    /// acquits the holder, whenever it is shown: it costs the friend what it had, and the bank nothing. When the issuer forgets the coin,
    /// it moves no claim any more.
    /// </summary>
    [TestCase(0, false)]
    [TestCase(100, false)]
    [TestCase(165, true)]
    [Rule(4), Rule(5), Rule(8)]
    public async Task WhatAcquitsTheHolderInTheLastDaysMovesTheMoneyToo(int shownLater, bool isTooLate)
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var other = mallory.Clone();
        string friend = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        string bakery = town.AddTill("Bakery");
        var expiry = mallory.Coins()[0].Coin.Terms.Expiry.End;
        town.Clock.Advance(TimeSpan.FromMicroseconds(expiry.Microseconds - Timestamp.Now(town.Clock).Microseconds) - TimeSpan.FromHours(2));
        await town.RunCycle();
        var sale = town.Pay(friend, mallory, 4500).Payments.Single();
        town.Pay(kiosk, copy, 5000);
        var third = town.Pay(bakery, other, 5000);
        town.Clock.Advance(TimeSpan.FromHours(1));
        await town.Settle(friend);
        await town.Settle(kiosk);
        await town.Settle(bakery);
        await Days(town, 20);
        await town.Till(bakery).Refund(third.Sale.Time, null, town.TillLink(bakery), default).OrRefuse();
        await town.RunCycle();
        var until = town.UserBank.EvidenceFiles.Single().Notice.Until;
        Assert.That(until, Is.GreaterThan(expiry.Plus(town.Options.Terms.SettlePeriod + town.Options.Terms.DisputeTerm)));
        await Days(town, 28);
        Assert.That((town.UserBank.Audit.Claims, town.ShopAccount("Kiosk").Minor), Is.EqualTo((-4500L, 5000UL)),
            "the bank has paid for the holder by then");
        using var key = town.TillKey(friend);
        using var issuer = town.StatementKey;
        var rebuttal = new Rebuttal([VoidStatement.Sign(key, sale)], [], []);
        rebuttal = rebuttal.With(Stamp.Sign(issuer, new PartyId(1), StampRole.Issuer, rebuttal.Digest, Timestamp.Now(town.Clock)), []);
        await Days(town, shownLater);
        var answer = await town.UserBank.Handle(LinkPeer.Wallet, new RebutMessage(sale.Coin.Id, rebuttal).ToMessage(), default);
        Assert.That(answer.As<RebutReply>()!.Stands, Is.EqualTo(isTooLate));
        Assert.That(
            answer.As<RebutReply>()!.Stamp.Role, Is.EqualTo(
                isTooLate ? StampRole.Witness : StampRole.Bank), "no shop is named where no reversal can come any more");
        await Days(town, 20);
        Assert.That(
            (town.UserBank.Audit.Claims, town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor),
            Is.EqualTo(isTooLate ? (-4500L, 4500UL, 5000UL) : (0L, 0UL, 5000UL)));
        town.AssertSound();
        await Days(town, 150);
        Assert.That(town.Rows("issuer")["trace_case"], Is.Zero, "and then it is forgotten");
    }

    /// <summary>
    /// Holder and shop show two S_W early, one of a payment that no dossier holds yet, and bring a third on the last day of the case's
    /// term. A dossier that is made then holds the second: its S_W comes too late for the issuer, so it acquits nobody for money.
    /// </summary>
    [Test, Rule(4), Rule(5)]
    public async Task WhatWasHeardEarlyAcquitsNobodyOnceItMovesNothing()
    {
        using var town = Towns.Make();
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var second = mallory.Clone();
        using var third = mallory.Clone();
        string friend = town.AddTill("Den");
        string kiosk = town.AddTill("Kiosk");
        using var key = town.TillKey(friend);
        var expiry = mallory.Coins()[0].Coin.Terms.Expiry.End;
        town.Clock.Advance(TimeSpan.FromMicroseconds(expiry.Microseconds - Timestamp.Now(town.Clock).Microseconds) - TimeSpan.FromHours(2));
        await town.RunCycle();
        CashPayment At(TownCard card)
        {
            town.Clock.Advance(TimeSpan.FromSeconds(1));
            return town.Sign(card, friend, 4500);
        }

        CashPayment[] sales = [town.Pay(friend, mallory, 4500).Payments.Single(), At(second), At(third)];
        sales = [.. sales.OrderBy(h => h.Id.ToString(), StringComparer.Ordinal)];
        await town.Settle(friend);
        town.Pay(kiosk, copy, 5000);
        await town.Settle(kiosk);
        await Days(town, 3);
        await town.Submit(friend, sales[0], sales[1], sales[2]);
        await Days(town, 60);
        Evidence Newest() => town.UserBank.EvidenceFiles.Single();
        var inFile = sales.First(h => Newest().Dossier.Payments.Any(p => p.Id == h.Id));
        var others = sales.Where(h => h.Id != inFile.Id).ToList();
        using var issuer = town.StatementKey;
        var shown = new Rebuttal([VoidStatement.Sign(key, inFile), VoidStatement.Sign(key, others[1])], [], []);
        shown = shown.With(Stamp.Sign(issuer, new PartyId(1), StampRole.Issuer, shown.Digest, Newest().Date), []);
        (await town.UserBank.Rebut(inFile.Coin.Id, shown, default)).OrRefuse();
        await Days(town, 2);
        Assert.That(Newest().Dossier.Payments.Select(h => h.Id), Does.Contain(others[0].Id).And.Not.Contain(others[1].Id));
        var lastDay = expiry.Plus(town.Options.Terms.DisputedTerm);
        town.Clock.Advance(TimeSpan.FromMicroseconds(lastDay.Microseconds - Timestamp.Now(town.Clock).Microseconds) - TimeSpan.FromHours(
            1));
        Assert.That(RawMessages.UploadVoid(town, others[0], key), "one hour before the end");
        await town.RunCycle();
        Assert.That(Newest().Dossier.Payments.Select(h => h.Id), Does.Contain(others[1].Id));
        await Days(town, 3);
        Assert.That(town.UserBank.Notices(Newest().Order.User), Has.Count.EqualTo(1),
            "the accusation stands: nothing was given back for that");
    }
}
