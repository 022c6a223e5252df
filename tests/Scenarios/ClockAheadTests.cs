using HierCash.Protocol.Cash;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Somebody sets a till's clock ahead, and back again: the till takes nothing that nobody would settle, and never asks a card for an old
/// TIME (rule R21).
/// </summary>
[Parallelizable]
public sealed class ClockAheadTests
{
    private static readonly TimeSpan TwoMonths = TimeSpan.FromDays(60);

    /// <summary>
    /// A prankster reaches the till's clock for a minute. The shop would give its goods for promises that the issuer calls early for two
    /// months.
    /// </summary>
    [Test, Rule(21)]
    public async Task APrankWithTheClockCostsTheShopNothing()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(till, clock);
        using var alice = town.User("Alice", 5000);
        var before = town.Pay(till, alice, 700);
        Assert.That(before.Outcome, Is.EqualTo(TillOutcome.Accepted));

        clock.Off = TwoMonths;
        town.Till(till).Online = new Broken(town.TillLink(till), _ => true);
        var ahead = town.Pay(till, alice, 100);
        town.Till(till).Online = town.TillLink(till);
        Assert.That(ahead.Outcome, Is.Not.EqualTo(TillOutcome.Accepted),
            "by then the issuer has to be asked, and hears nobody with a clock like that");
        clock.Off = TimeSpan.Zero;

        var refused = town.Pay(till, alice, 300);
        Assert.That(refused.Outcome, Is.EqualTo(TillOutcome.Refused), "with a TIME of two months ahead nobody would pay the shop");
        Assert.That(refused.Message, Does.Contain(ahead.Sale.Time.ToString()).And.Contain(Timestamp.Now(town.Clock).ToString()),
            "both times");
        Assert.That(refused.Message, Does.Contain("takes no payment for 59 days").And.Contain("'hiercash-shop init'"),
            "how long, and the way on");
        Assert.That(town.Till(till).WhyNoPayment, Is.EqualTo(refused.Message));
        Assert.That(alice.Balance().Minor, Is.EqualTo(4200), "the card was not asked");
        Assert.That(town.Till(till).Journal, Has.Count.EqualTo(2), "a payment that is not begun leaves nothing");

        // The old key gives back what was signed under the wrong time, settles, and takes back.
        await town.Till(till).Cancel(ahead.Sale, alice.Card, town.TillLink(till), default).OrRefuse();
        Assert.That(alice.Balance().Minor, Is.EqualTo(4300));
        await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse();
        Assert.That(town.Till(till).CoinPayments(before.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Settled));
        await town.Till(till).Refund(before.Sale.Time, alice.Card, town.TillLink(till), default).OrRefuse();
        Assert.That(alice.Balance().Minor, Is.EqualTo(5000));

        // A further till of the shop has a new N_W, and takes payments at once.
        string next = town.AddTill("Cafe");
        Assert.That(town.Pay(next, alice, 300).Outcome, Is.EqualTo(TillOutcome.Accepted));
        await town.Settle(next);
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(300));

        // Or it waits.
        town.Clock.Advance(TwoMonths - town.Scheme.Terms.ClockTolerance + TimeSpan.FromSeconds(1));
        Assert.That(town.Till(till).WhyNoPayment, Is.Null);
        Assert.That(town.Pay(till, alice, 200).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// The shop sets its clock back to the very moment of a payment: the card would give its S_U of then once more, and the customer the
    /// money once.
    /// </summary>
    [Test, Rule(21), Hole(8)]
    public void AClockThatIsSetBackGetsNoOldSignature()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(till, clock);
        using var alice = town.User("Alice", 5000);
        var old = town.Pay(till, alice, 700);
        town.Clock.Advance(TimeSpan.FromDays(5));
        var newest = town.Pay(till, alice, 700);

        clock.Off = TimeSpan.FromDays(-5);
        Assert.That(Timestamp.Now(clock), Is.EqualTo(old.Sale.Time));
        var again = town.Pay(till, alice, 700);
        Assert.That(again.Outcome, Is.EqualTo(TillOutcome.Refused));
        Assert.That(alice.Balance().Minor, Is.EqualTo(3600));
        Assert.That(town.Till(till).CoinPayments(old.Sale.Time), Has.Count.EqualTo(1));

        clock.Off = -town.Scheme.Terms.ClockTolerance;
        var within = town.Pay(till, alice, 700);
        Assert.That((within.Outcome, within.Sale.Time > newest.Sale.Time), Is.EqualTo((TillOutcome.Accepted, true)),
            "clocks differ by as much, and TIME goes on");
        Assert.That(alice.Balance().Minor, Is.EqualTo(2900), "a payment of its own");
    }

    /// <summary>It was begun while the clock ran ahead, and the PIN is typed when the clock is right again.</summary>
    [Test, Rule(21)]
    public void WhatWasBegunAheadIsNotGoneOnWith()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(till, clock);
        using var alice = town.User("Alice", 20_000);
        Assert.That(town.Pay(till, alice, 5000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That(town.Pay(till, alice, 4000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        clock.Off = TwoMonths;
        town.Till(till).Online = new Broken(town.TillLink(till), _ => true);
        var begun = town.Till(till).Pay(alice.Card, new Amount(4000));
        Assert.That(begun.Outcome, Is.EqualTo(TillOutcome.PinRequired));

        clock.Off = TimeSpan.Zero;
        var ended = town.Till(till).Continue(begun.Sale, alice.Card, alice.PaymentPin);
        Assert.That(ended.Outcome, Is.EqualTo(TillOutcome.Refused), "an accepted payment would wait two months for its money");
        Assert.That(ended.Message, Does.StartWith("This till takes no payment for 59 days").And.Contain(begun.Sale.Time.ToString()));
        Assert.That(town.Till(till).OpenSales, Is.Empty);
        Assert.That(town.Till(till).HeldPayments, Is.Empty, "what the card may have signed was asked for, and given back");
        Assert.That(alice.Balance().Minor, Is.EqualTo(11_000));
    }
}
