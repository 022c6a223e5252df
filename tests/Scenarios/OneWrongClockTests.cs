using HierCash.Shop;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Each party's clock is wrong for two cycles, one party at a time, and right again: nothing is lost, what is refused says both times, and
/// all goes on by itself (rules R25 and R26).
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class OneWrongClockTests
{
    private const string Cafe = "till-1";
    private const string Kiosk = "till-2";

    [Test, Rule(26), Rule(25)]
    public async Task CostsNobodyAnything(
        [Values(SimulatedTown.IssuerName, "bank-1", "bank-2", Cafe, SimulatedTown.WalletName)] string party,
        [Values(-8 * 24, -24, 25, 40 * 24, 1100 * 24)] int hours)
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        town.AddTill("Cafe");
        town.AddTill("Kiosk");
        using var alice = town.User("Alice", 5000, 3000);
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(party, clock);
        ulong sold = Sell(town, Cafe, alice, 500) + Sell(town, Kiosk, alice, 250);
        await town.RunCycle();

        clock.Off = TimeSpan.FromHours(hours);
        if (party == SimulatedTown.IssuerName)
        {
            // It may be that nothing ran while the clock was set.
            town.Restart(party);
        }

        // What was heard a moment ago is asked for once more.
        town.Clock.Advance(TimeSpan.FromMinutes(2));
        var said = new List<string>();
        for (int cycle = 0; cycle < 2; cycle++)
        {
            sold += Sell(town, Cafe, alice, 300, said) + Sell(town, Kiosk, alice, 200, said);
            await Try(said, async () => await town.Till(Cafe).Synchronise(town.TillLink(Cafe), default).OrRefuse());
            await Try(said, async () => await town.Till(Kiosk).Synchronise(town.TillLink(Kiosk), default).OrRefuse());
            await Try(said, async () => said.AddRange(
                Refused(await town.Wallet.Withdraw(alice.Card, alice.Pin, new Amount(1000), default))));
            await Try(said, async () => await town.Wallet.Redeem(
                alice.Card, alice.Pin, c => c.Coin.Terms.FaceValue.Minor == 3000, default).OrRefuse());
            await Try(said, async () => await town.RunCycle());
            foreach (var bank in town.Banks)
            {
                await Try(said, async () => (await bank.Run(default)).ThrowIfAny());
            }

            town.Clock.Advance(TimeSpan.FromHours(6));
        }

        bool within = Math.Abs(hours) <= town.Scheme.Terms.ClockTolerance.TotalHours;
        Assert.That(said, within ? Is.Empty : Is.Not.Empty);
        Assert.That(said, Is.All.Contains("clock").IgnoreCase, "each says what is wrong");

        clock.Off = TimeSpan.Zero;
        Assert.That(town.Issuer.Clock.IsBehind, Is.False, "nothing was signed of which a person has to hear");
        for (int cycle = 0; cycle < 3; cycle++)
        {
            await town.RunCycle();
            foreach (string till in new[] { Cafe, Kiosk })
            {
                Assert.That((await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse()).Left, Is.Empty);
            }

            town.Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.That(town.Till(Cafe).WhyNoPayment, Is.Null);
        sold += Sell(town, Cafe, alice, 100) + Sell(town, Kiosk, alice, 100);
        Assert.That((await town.Wallet.Resume(alice.Card, alice.Pin, default).OrRefuse()).All(r => r.Outcome == WithdrawalOutcome.Issued));
        foreach (string till in new[] { Cafe, Kiosk })
        {
            Assert.That((await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse()).Left, Is.Empty);
            Assert.That(town.Till(till).Sum(CoinPaymentState.Queued).IsZero);
        }

        Assert.That((await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).All(r => r.Done));
        await town.RunCycles();
        Assert.That(alice.Balance().IsZero);
        Assert.That(town.ShopAccount("Cafe").Minor + town.ShopAccount("Kiosk").Minor, Is.EqualTo(sold));
        Assert.That(town.Account(alice).Minor + sold, Is.EqualTo(100_000), "to the cent");
        town.AssertSound(alice);
        Assert.That(town.UserBank.Contradictions.Concat(town.ShopBank.Contradictions), Is.Empty);
    }

    /// <summary>
    /// 'serve' was started under a clock that was ahead, and goes on when it is right: whoever connects finds a certificate of today.
    /// </summary>
    [Test, Rule(26)]
    public void AnIssuerThatStartedUnderAClockAheadIsReachedOnceItIsRight()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        var clock = new OffsetClock(town.Clock) { Off = TimeSpan.FromDays(40) };
        town.GiveClock(SimulatedTown.IssuerName, clock);
        Assert.That(town.Issuer.LinkCertificate().NotBefore.ToUniversalTime(), Is.GreaterThan(town.Clock.GetUtcNow().UtcDateTime));

        clock.Off = TimeSpan.Zero;
        town.Issuer.AcceptClock();
        var certificate = town.Issuer.LinkCertificate();
        Assert.That(certificate.NotBefore.ToUniversalTime(), Is.LessThanOrEqualTo(town.Clock.GetUtcNow().UtcDateTime));
        Assert.That(town.Issuer.LinkCertificate(), Is.SameAs(certificate), "it is not made anew with each connection");
    }

    /// <summary>What the shop may count on: only what it said OK to.</summary>
    private static ulong Sell(SimulatedTown town, string till, TownCard card, ulong minor, List<string>? said = null)
    {
        var paid = town.Pay(till, card, minor);
        if (paid.Outcome == TillOutcome.Accepted)
        {
            return minor;
        }

        Assert.That(said, Is.Not.Null, paid.Message);
        said!.Add(paid.Message);
        return 0;
    }

    private static IEnumerable<string> Refused(WithdrawalResult result) =>
        result.Outcome == WithdrawalOutcome.Issued ? [] : [result.Message];

    private static async Task Try(List<string> said, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is RefusedException or LinkException)
        {
            said.Add(e.Message);
        }
    }
}
