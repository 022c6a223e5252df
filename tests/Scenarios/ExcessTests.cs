using HierCash.Protocol.Cash;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;

namespace HierCash.Tests.Scenarios;

/// <summary>Holders who copy their card: what is excess, and who gets what comes free of their coin (R1, R2).</summary>
[Parallelizable]
public sealed class ExcessTests
{
    /// <summary>
    /// X is 50.00, paid are 26.00 and 26.00 by two copies: 2.00 are anybody's loss, and the rest of the coin is not the overspender's.
    /// </summary>
    [Test, Rule(1)]
    public async Task OnlyWhatExceedsXIsExcess()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var first = town.Pay(cafe, mallory, 2600);
        var second = town.Pay(kiosk, copy, 2600);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        Assert.That(Parts(town, cafe, first), Is.EqualTo((Verdict.Settled, 2600UL, 0UL, 0UL)));
        Assert.That(Parts(town, kiosk, second), Is.EqualTo((Verdict.Equivocation, 2400UL, 200UL, 0UL)), "split");
        Assert.That(town.Issuer.CoinCounts, Is.EqualTo((0L, 1L)), "at X the coin leaves the inspection database (claim 6, 9d and 9e)");

        await town.LetDaysPass(70);
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims),
            Is.EqualTo((2600UL, 2600UL, -200L)));
        await town.LetDaysPass(500);
        Assert.That(town.Account(mallory).Minor, Is.EqualTo(95_000), "nothing of the coin comes back to the overspender");
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
    }

    /// <summary>
    /// Of a coin of 50.00 that paid 50.00, 20.00 and 30.00, the first shop refunds by the book: what comes free pays the other two, or, if
    /// claims paid them before, goes back to the claims; never to the overspender.
    /// </summary>
    [TestCase(false, TestName = "What comes free pays who waits")]
    [TestCase(true, TestName = "What comes free pays the claims back")]
    [Rule(2)]
    public async Task WhatComesFreeIsNotTheOverspenders(bool claimed)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        string bakery = town.AddTill("Bakery");
        using var mallory = town.User("Mallory", 5000);
        using var one = mallory.Clone();
        using var two = mallory.Clone();
        var refunded = town.Pay(cafe, mallory, 5000);
        var second = town.Pay(kiosk, one, 2000);
        var third = town.Pay(bakery, two, 3000);
        foreach (string till in new[] { cafe, kiosk, bakery })
        {
            await town.Settle(till);
        }

        Assert.That(Parts(town, kiosk, second), Is.EqualTo((Verdict.Equivocation, 0UL, 2000UL, 0UL)));
        Assert.That(Parts(town, bakery, third), Is.EqualTo((Verdict.Equivocation, 0UL, 3000UL, 0UL)));
        if (claimed)
        {
            await town.LetDaysPass(33);
            Assert.That((town.ShopAccount("Kiosk").Minor, town.ShopAccount("Bakery").Minor, town.UserBank.Audit.Claims),
                Is.EqualTo((2000UL, 3000UL, -5000L)));
        }

        await town.Till(cafe).Refund(refunded.Sale.Time, mallory.Card, town.TillLink(cafe), default).OrRefuse();
        await town.LetDaysPass(1);
        Assert.That(
            (town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor, town.ShopAccount("Bakery").Minor, town.UserBank.Audit.Claims),
            Is.EqualTo((0UL, 2000UL, 3000UL, 0L)));
        if (!claimed)
        {
            var newest = (await town.Submit(kiosk, second.Payments.Single())).Single();
            Assert.That((newest.Repeated, newest.Revision, newest.Share.Credited.Minor), Is.EqualTo((true, (ushort)2, 2000UL)),
                "a repeat gets the newest revision");
        }

        // 50.00 are on her card again, and no coin stands behind them.
        await town.LetDaysPass(500);
        Assert.That(town.Account(mallory).Minor, Is.EqualTo(95_000));
        Assert.That((town.ShopAccount("Kiosk").Minor, town.ShopAccount("Bakery").Minor, town.UserBank.Audit.Claims),
            Is.EqualTo((2000UL, 3000UL, 0L)));
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
    }

    private static (Verdict Verdict, ulong Credited, ulong Guaranteed, ulong Waiting) Parts(
        SimulatedTown town, string till, TillResult paid)
    {
        var receipt = town.Till(till).CoinPayments(paid.Sale.Time).Single().Receipt!;
        return (receipt.Verdict, receipt.Share.Credited.Minor, receipt.Share.Guaranteed.Minor, receipt.Share.Waiting.Minor);
    }
}
