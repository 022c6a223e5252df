namespace HierCash.Tests.Scenarios;

/// <summary>Copies of a card, and shops that take payments back: where the money goes that comes free (R2).</summary>
[Parallelizable]
public sealed class FreedMoneyTests
{
    /// <summary>
    /// Kiosk was paid 30.00 by a copy, 10.00 of it by the guarantee. When it takes the payment back, it gives back both parts.
    /// </summary>
    [Test, Rule(2)]
    public async Task WhoWasPaidByTheGuaranteeGivesThatBackToo()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        town.Pay(cafe, mallory, 3000);
        var second = town.Pay(kiosk, copy, 3000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        await town.LetDaysPass(33);
        Assert.That((town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims), Is.EqualTo((3000UL, -1000L)));
        await town.Till(kiosk).Refund(second.Sale.Time, copy.Card, town.TillLink(kiosk), default).OrRefuse();
        await town.RunCycles();
        Assert.That((town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims), Is.EqualTo((0UL, 0L)),
            "or a friendly shop and a copy print money");
        town.AssertSound();
    }

    /// <summary>Cafe took a payment back; a copy signs another one under the same seq. It is as much a copy as before.</summary>
    [Test, Rule(2)]
    public async Task AReversedPaymentStillShowsACopy()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var first = town.Pay(cafe, mallory, 3000);
        await town.Settle(cafe);
        await town.Till(cafe).Refund(first.Sale.Time, mallory.Card, town.TillLink(cafe), default).OrRefuse();
        var second = town.Sign(copy, kiosk, 2000);
        Assert.That(second.Seq, Is.EqualTo(first.Payments.Single().Seq));
        var receipt = (await town.Submit(kiosk, second)).Single();
        Assert.That((receipt.Verdict, receipt.Share.Credited.Minor), Is.EqualTo((Verdict.Equivocation, 2000UL)));
        await town.RunCycle();
        await town.Till(cafe).FetchHotList(town.TillLink(cafe), default).OrRefuse();
        town.Clock.Advance(TimeSpan.FromHours(1));
        Assert.That(town.Pay(cafe, mallory, 100).Outcome, Is.EqualTo(Shop.TillOutcome.Refused), "the coin is on the hot list");
        town.AssertSound();
    }

    /// <summary>Two copies exceed the coin, and nothing is promised. Of what Cafe takes back the one that came first is paid.</summary>
    [Test, Rule(2)]
    public async Task WhoCameFirstIsPaidFirst()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { Excess = ExcessPolicy.Refuse } });
        var (refund, second, third, tills) = await PaidInTwoParts(town, 2000, 3000);
        Assert.That(await town.Shares(tills[0], second), Is.EqualTo((0UL, 0UL, 2000UL)));
        await refund();
        Assert.That(await town.Shares(tills[0], second), Is.EqualTo((2000UL, 0UL, 0UL)));
        Assert.That(await town.Shares(tills[1], third), Is.EqualTo((0UL, 0UL, 3000UL)));
        await town.RunCycles();
        town.AssertSound();
    }

    /// <summary>
    /// 40.00 are promised to Kiosk, then 20.00 of the coin come free: 20.00 of the promise are left, and no more is claimed.
    /// </summary>
    [Test, Rule(2)]
    public async Task AGuaranteeFallsByWhatCameFree()
    {
        using var town = Towns.Make();
        var (refund, second, _, tills) = await PaidInTwoParts(town, 4000, 0);
        Assert.That(await town.Shares(tills[0], second), Is.EqualTo((0UL, 4000UL, 0UL)));
        await refund();
        Assert.That(await town.Shares(tills[0], second), Is.EqualTo((2000UL, 2000UL, 0UL)));
        await town.LetDaysPass(40);
        Assert.That((town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims), Is.EqualTo((4000UL, -2000L)));
        Assert.That(town.Issuer.Parked, Is.Empty, "nothing is claimed that the bank does not book");
        town.AssertSound();
    }

    /// <summary>A coin of 50.00 pays Cafe 20.00 and 30.00, and by copies Kiosk and Bakery these.</summary>
    /// <returns>How Cafe takes the first back; what the copies paid; their tills.</returns>
    private static async Task<(Func<Task> Refund, CashPayment Second, CashPayment Third, string[] Tills)> PaidInTwoParts(
        SimulatedTown town, ulong kiosks, ulong bakerys)
    {
        string cafe = town.AddTill("Cafe");
        string[] tills = [town.AddTill("Kiosk"), town.AddTill("Bakery")];
        using var mallory = town.User("Mallory", 5000);
        using var one = mallory.Clone();
        using var two = mallory.Clone();
        var first = town.Pay(cafe, mallory, 2000);
        town.Pay(cafe, mallory, 3000);
        await town.Settle(cafe);
        var second = town.Sign(one, tills[0], kiosks);
        await town.Submit(tills[0], second);
        var third = bakerys == 0 ? second : town.Sign(two, tills[1], bakerys);
        if (bakerys != 0)
        {
            await town.Submit(tills[1], third);
        }

        return (async () => await town.Till(cafe).Refund(first.Sale.Time, null, town.TillLink(cafe), default).OrRefuse(), second, third,
            tills);
    }
}
