using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;

namespace HierCash.Tests.Scenarios;

/// <summary>What of an excess is promised to a shop, and what its till keeps of the issuer's word (R1).</summary>
[Parallelizable]
public sealed class GuaranteeTermsTests
{
    /// <summary>Copies pay at one shop again and again: of one coin a shop's account is promised something once.</summary>
    [Test, Rule(1), Hole(13)]
    public async Task OfOneCoinAShopIsPromisedSomethingOnce()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var one = mallory.Clone();
        using var two = mallory.Clone();
        town.Pay(cafe, mallory, 5000);
        await town.Settle(cafe);
        Assert.That(await town.Shares(kiosk, town.Sign(one, kiosk, 2000)), Is.EqualTo((0UL, 2000UL, 0UL)));
        Assert.That(await town.Shares(kiosk, town.Sign(two, kiosk, 1000)), Is.EqualTo((0UL, 0UL, 1000UL)));
    }

    /// <summary>
    /// Mallory brings goods back after the day on which the guarantee was due, and before it is paid: what is left of the promise is not
    /// called paid.
    /// </summary>
    [Test, Rule(1)]
    public async Task APromiseThatIsNotPaidIsNotCalledPaid()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var first = town.Pay(cafe, mallory, 2000);
        town.Pay(cafe, mallory, 3000);
        await town.Settle(cafe);
        var second = town.Pay(kiosk, copy, 4000);
        await town.Settle(kiosk);
        town.Clock.Advance(TimeSpan.FromDays(31));
        await town.Till(cafe).Refund(first.Sale.Time, null, town.TillLink(cafe), default).OrRefuse();
        await town.Settle(kiosk);
        Shop.CoinPayment Part() => town.Till(kiosk).CoinPayments(second.Sale.Time).Single();
        Assert.That((Part().Receipt!.Share.Guaranteed.Minor, Part().Receipt!.GuaranteeIsPaid), Is.EqualTo((2000UL, false)));
        await town.LetDaysPass(64);
        await town.Settle(kiosk);
        Assert.That((Part().Receipt!.GuaranteeIsPaid, town.ShopAccount("Kiosk").Minor), Is.EqualTo((true, 4000UL)));
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-2000));
    }

    /// <summary>
    /// A copied card pays more than the floor limit, of which little exceeds X: the floor limit tests all of y, so nothing is promised.
    /// </summary>
    [Test, Rule(1)]
    public async Task TheFloorLimitTestsTheWholePayment()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { FloorLimit = new Amount(3000) } });
        Assert.That(await PaidTwice(town, 3100, 0), Is.EqualTo((2400UL, 0UL, 700UL)));
        await town.LetDaysPass(70);
        Assert.That((town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims), Is.EqualTo((2400UL, 0L)));
        town.AssertSound();
    }

    /// <summary>The cap counts what exceeds the coin: a copy that pays 26.00, of which 2.00 exceed, uses 2.00 of it.</summary>
    [Test, Rule(1)]
    public async Task TheCapCountsTheExcess()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { GuaranteeCap = new Amount(1000) } });
        Assert.That(await PaidTwice(town, 2600, 0), Is.EqualTo((2400UL, 200UL, 0UL)));
        await town.LetDaysPass(33);
        Assert.That((town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims), Is.EqualTo((2600UL, -200L)));
        town.AssertSound();
    }

    /// <summary>A friendly shop that keeps a copy's payment back until the holder is out of reach is promised nothing.</summary>
    [Test, Rule(1)]
    public async Task WhatComesLateIsNotPromised([Values(24, 25)] int hours)
    {
        using var town = Towns.Make();
        Assert.That(await PaidTwice(town, 2600, hours), Is.EqualTo(hours > 24 ? (2400UL, 0UL, 200UL) : (2400UL, 200UL, 0UL)));
    }

    /// <summary>
    /// A copy's second payment waits; the first shop refunds. The honest till hears of it by itself, and keeps both words of the issuer.
    /// </summary>
    [Test, Rule(1)]
    public async Task ATillAsksForTheNewestRevisionAndKeepsEach()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var refunded = town.Pay(cafe, mallory, 5000);
        var second = town.Pay(kiosk, copy, 2000);
        await town.Settle(cafe);
        Assert.That((await town.Settle(kiosk)).Guaranteed, Is.EqualTo(1));
        await town.Till(cafe).Refund(refunded.Sale.Time, mallory.Card, town.TillLink(cafe), default).OrRefuse();
        await town.Settle(kiosk);
        var part = town.Till(kiosk).CoinPayments(second.Sale.Time).Single();
        Assert.That((part.State, part.Receipt!.Revision, part.Receipt.Share.Credited.Minor),
            Is.EqualTo((CoinPaymentState.Settled, (ushort)2, 2000UL)));
        Assert.That(town.Rows(kiosk)["receipt"], Is.EqualTo(2), "each revision is kept");
    }

    /// <summary>
    /// An issuer signs that it credited half of a payment, and says nothing of the other half: the till takes no such receipt.
    /// </summary>
    [Test, Rule(1)]
    public async Task TheIssuerAccountsForAllOfAPayment()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var paid = town.Pay(cafe, alice, 2000);
        using var key = town.StatementKey;
        var lying = new ChangedAnswer(town.TillLink(cafe), MessageType.Settle, reply =>
            new SettleReply([.. reply.As<SettleReply>()!.Receipts.Select(r => Receipt.Sign(
            key, r.Issuer, r.Subject, r.Verdict, r.Paid, r.Currency, new Share(new Amount(1000), Amount.Zero, Amount.Zero, default),
            r.Revision, r.Date))]).ToMessage());
        Assert.That((await town.Till(cafe).Settler.Settle(lying, default)).Refused?.Sentence, Is.Not.Null);
        Assert.That(town.Till(cafe).Sum(CoinPaymentState.Queued).Minor, Is.EqualTo(2000));
        await town.Settle(cafe);
        Assert.That(town.Till(cafe).CoinPayments(paid.Sale.Time).Single().Receipt!.Share.Credited.Minor, Is.EqualTo(2000));
    }

    /// <summary>
    /// Of a coin of 50.00 Cafe is paid 26.00, and at the same time Kiosk this by a copy; Kiosk settles so many hours later.
    /// </summary>
    private static async Task<(ulong Credited, ulong Guaranteed, ulong Waiting)> PaidTwice(SimulatedTown town, ulong minor, int hours)
    {
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var first = town.Sign(mallory, cafe, 2600);
        var second = town.Sign(copy, kiosk, minor);
        Assert.That(await town.Shares(cafe, first), Is.EqualTo((2600UL, 0UL, 0UL)));
        town.Clock.Advance(TimeSpan.FromHours(hours));
        return await town.Shares(kiosk, second);
    }
}
