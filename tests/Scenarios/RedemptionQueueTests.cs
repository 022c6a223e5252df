using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Simulation;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Who has a copy of a card redeems what others were paid with: a redemption is whole, or it waits behind all shops (R1).
/// </summary>
[Parallelizable]
public sealed class RedemptionQueueTests
{
    /// <summary>Cafe was paid 20.00 of 50.00, and a copy redeems 50.00: nothing of it, until Cafe refunds and it fits whole.</summary>
    [Test, Rule(1), Waits(WaitingKind.QueuedRedemption, WaitingKind.ReturnToCome)]
    public async Task ARedemptionIsNeverSplit()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var paid = town.Pay(cafe, mallory, 2000);
        await town.Settle(cafe);
        Assert.That(await Redeem(town, copy), Is.False);
        await town.RunCycles();
        Assert.That((town.Account(mallory).Minor, town.ShopAccount("Cafe").Minor), Is.EqualTo((95_000UL, 2000UL)));
        Assert.That(town.Issuer.Waits.One(WaitingKind.QueuedRedemption).What, Is.EqualTo("50.00 EUR in 1 redemptions"));
        Assert.That(town.Issuer.Waits.One(WaitingKind.ReturnToCome).What, Is.EqualTo("30.00 EUR of 1 cancelled coins"));
        await town.Till(cafe).Refund(paid.Sale.Time, mallory.Card, town.TillLink(cafe), default).OrRefuse();
        await town.RunCycles();
        Assert.That((town.Account(mallory).Minor, town.ShopAccount("Cafe").Minor), Is.EqualTo((100_000UL, 0UL)), "now it fits");
        Assert.That(town.Issuer.Waits.Shows(WaitingKind.QueuedRedemption), Is.False);
        town.AssertSound();
    }

    /// <summary>
    /// A coin of 50.00 paid Cafe. Copies redeem 20.00 first, then pay Bakery 30.00 and Kiosk 20.00. Cafe refunds: the shops are paid, the
    /// overspender is not.
    /// </summary>
    [Test, Rule(1)]
    public async Task ARedemptionWaitsBehindAllShops()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string bakery = town.AddTill("Bakery");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var one = mallory.Clone();
        using var two = mallory.Clone();
        var refunded = town.Pay(cafe, mallory, 5000);
        await town.Settle(cafe);
        var second = town.Sign(one, bakery, 3000);
        Assert.That(await Redeem(town, one), Is.False);
        var third = town.Sign(two, kiosk, 2000);
        Assert.That(await town.Shares(bakery, second), Is.EqualTo((0UL, 3000UL, 0UL)));
        Assert.That(await town.Shares(kiosk, third), Is.EqualTo((0UL, 2000UL, 0UL)));
        await town.Till(cafe).Refund(refunded.Sale.Time, mallory.Card, town.TillLink(cafe), default).OrRefuse();
        Assert.That((await town.Shares(bakery, second)).Credited, Is.EqualTo(3000));
        Assert.That((await town.Shares(kiosk, third)).Credited, Is.EqualTo(2000));
        await town.LetDaysPass(70);
        Assert.That((town.Account(mallory).Minor, town.UserBank.Audit.Claims), Is.EqualTo((95_000UL, 0L)));
        town.AssertSound();
    }

    /// <summary>
    /// Cafe gives 20.00 back to the card and settles them all the same. The redemption of the whole coin brings Cafe's own word with it.
    /// </summary>
    [Test, Rule(1), Rule(4)]
    public async Task ARedemptionBringsEveryVoidOfItsCoin()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var h = town.SignAndVoid(alice, cafe, 2000);
        Assert.That(await town.Shares(cafe, h), Is.EqualTo((2000UL, 0UL, 0UL)));
        Assert.That(await Redeem(town, alice));
        await town.RunCycles();
        Assert.That((town.Account(alice).Minor, town.ShopAccount("Cafe").Minor), Is.EqualTo((100_000UL, 0UL)));
        town.AssertSound(alice);
    }

    /// <summary>True if all of it is redeemed.</summary>
    private static async Task<bool> Redeem(SimulatedTown town, TownCard card) =>
        (await town.Wallet.Redeem(card.Card, card.Pin, null, default).OrRefuse()).Single().Done;
}
