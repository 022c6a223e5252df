using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Nothing goes before the maximum age of a backup: who was restored is still told again (R10; settlement.md, What is forgotten).
/// </summary>
[Parallelizable]
public sealed class ForgettingTermsTests
{
    /// <summary>A bank that is restored from before it reversed a withdrawal still finds its word: 90 days and disputeTerm.</summary>
    [Test, Rule(10)]
    public async Task AReversedWithdrawalIsKeptForABackupAndADispute()
    {
        using var town = Make(o => o with { Cap = new Amount(50_000) });
        using var alice = town.User("Alice");
        Assert.That(town.Withdraw(alice, 60_000).Outcome, Is.EqualTo(WithdrawalOutcome.Reversed), "more than the bank's cap");
        Assert.That(town.Withdraw(alice, 100).Outcome, Is.EqualTo(WithdrawalOutcome.Issued), "the newest row stays in any case");
        foreach (var (days, rows) in new[] { (1, 2L), (118, 2L), (2, 1L) })
        {
            town.Clock.Advance(TimeSpan.FromDays(days));
            await town.RunCycle();
            Assert.That(town.Rows("bank-1")["withdrawal"], Is.EqualTo(rows), $"after {days} more days");
        }

        town.AssertSound(alice);
    }

    /// <summary>A till that is restored asks on from the version that it had: an empty one stays for 90 days.</summary>
    [Test, Rule(10), Hole(11)]
    public async Task AVersionOfTheHotListIsKeptForABackup()
    {
        using var town = Make(o => o with { Terms = new SchemeParameters { LifetimeQuarters = 1 } });
        using var alice = town.User("Alice", 1000);
        using var bob = town.User("Bob", 1000);
        town.Clock.Advance(new DateTimeOffset(2027, 3, 29, 12, 0, 0, TimeSpan.Zero) - town.Clock.GetUtcNow());
        foreach (var card in new[] { alice, bob })
        {
            await town.Wallet.ReportLost(WalletTerminal.SignLostReport(card.Card, card.Pin, Timestamp.Now(town.Clock)), default).OrRefuse();
            town.Clock.Advance(TimeSpan.FromHours(2));
            await town.RunCycle();
        }

        await town.LetDaysPass(20);
        await town.LetDaysPass(30);
        Assert.That((town.Rows("issuer")["hot"], town.Rows("issuer")["hot_version"]), Is.EqualTo((0L, 2L)),
            "both coins are forgotten, after 37 days");
        await town.LetDaysPass(41);
        Assert.That(town.Rows("issuer")["hot_version"], Is.EqualTo(1L), "the newest stays");
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
    }

    private static SimulatedTown Make(Func<TownOptions, TownOptions> with) =>
        Towns.Make(with: o => with(o with { Suite = new BclSuite() }));
}
