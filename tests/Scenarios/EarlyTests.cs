using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// "Early" is no last word: whoever hears it asks again later, and nothing of anybody's is gone (hole 9; settlement.md, verdicts).
/// </summary>
[Parallelizable]
public sealed class EarlyTests
{
    /// <summary>
    /// A prankster set the holder's clock two days ahead. What closes a coin counts when it comes: its holder says nothing about TIME that
    /// anybody else could lose by.
    /// </summary>
    [Test, Hole(9), Rule(24)]
    public async Task ARedemptionIsNeverEarly()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var ahead = new WalletTerminal(new ToBank(town), town.Options.Suite, new OffsetClock(town.Clock) { Off = TimeSpan.FromDays(2) },
            town.Options.Crash);
        Assert.That((await ahead.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).Single().Done);
        Assert.That(await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse(), Is.Empty);
        await town.RunCycle();
        Assert.That(town.Account(alice).Minor, Is.EqualTo(100_000));
        town.AssertSound(alice);
    }

    /// <summary>All clocks of the town were two days ahead when a till took a payment. It stays queued, and is paid.</summary>
    [Test, Hole(9)]
    public async Task APaymentThatCameEarlyIsPaidLater()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        Assert.That(town.Pay(cafe, alice, 300).Outcome, Is.EqualTo(TillOutcome.Accepted));
        town.Clock.Advance(TimeSpan.FromDays(-2));
        town.Issuer.AcceptClock();
        Assert.That((await town.Settle(cafe)).StillQueued, Is.EqualTo(1));
        await town.RunCycle();
        Assert.That(town.ShopAccount("Cafe").IsZero);
        town.Clock.Advance(TimeSpan.FromDays(3));
        Assert.That((await town.Settle(cafe)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(300));
    }
}
