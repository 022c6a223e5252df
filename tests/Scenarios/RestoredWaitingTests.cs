using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>What waits because a party was restored from an older copy, or a payment came early, is shown, and is gone from there when it has ended (rules R24 and R27, docs/waiting.md).</summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredWaitingTests : RestoredScenario
{
    private static List<WaitingKind> Kinds(IReadOnlyList<Waiting> waits) => [.. waits.Select(w => w.Kind)];

    [Test, Rule(27)]
    public async Task WhatARestoredIssuerHasForgotten()
    {
        await Restore("issuer");
        Assert.That(Town.Issuer.Waits.Single(w => w.Kind == WaitingKind.RestoredIssuer).Ends, Does.Contain("hiercash-issuer recover"));
        Town.Issuer.Recover();
        Assert.That(Town.Issuer.Waits.Single(w => w.Kind == WaitingKind.RestoredIssuer).Ends, Does.Contain("visited: "));
        await Recover();
        var credit = Town.Issuer.Waits.Single(w => w.Kind == WaitingKind.RecoveredCredit);
        Assert.That((credit.What, Kinds(Town.Issuer.Waits).Contains(WaitingKind.RestoredIssuer)), Is.EqualTo(("10.00 EUR of 1 shops", false)));
        var till = Town.Till(Till);
        Assert.That(async () => await till.RunOnline(new Broken(Town.TillLink(Till), m => m.Type == MessageType.Settle), default), Throws.TypeOf<LinkException>());
        Assert.That(till.Waits.Single(w => w.Kind == WaitingKind.BroughtAgain).What, Does.StartWith("14.00 EUR in 2"));
        await Visit(Till);
        Assert.That(Kinds(till.Waits), Has.None.EqualTo(WaitingKind.BroughtAgain));
        Assert.That(Kinds(Town.Issuer.Waits), Has.None.EqualTo(WaitingKind.RecoveredCredit));
    }

    [Test, Rule(27)]
    public async Task WhatARestoredBankDoesNotKnow()
    {
        using var database = Database.OpenMemory(WalletRecords.Schema);
        var wallet = Town.WalletWith(new WalletRecords(database));
        await Trade(400);
        var copy = Town.StoreBytes("bank-1");
        await wallet.Withdraw(Alice.Card, Alice.Pin, new Amount(4000), default);
        await Trade(1000);
        Town.Replace("bank-1", copy);
        Assert.That(Town.UserBank.Waits.Single(w => w.Kind == WaitingKind.RestoredBank).Ends, Does.Contain("hiercash-bank recover"));
        await Town.UserBank.Recover(default);
        var unordered = Town.UserBank.Waits.Single(w => w.Kind == WaitingKind.UnorderedWithdrawal);
        Assert.That((unordered.What, unordered.Ends.Contains("hiercash-wallet resume", StringComparison.Ordinal)), Is.EqualTo(("40.00 EUR in 1 withdrawals", true)));
        await wallet.Resume(Alice.Card, Alice.Pin, default);
        Assert.That(Kinds(Town.UserBank.Waits).Intersect([WaitingKind.RestoredBank, WaitingKind.UnorderedWithdrawal]), Is.Empty);
    }

    [Test, Rule(27)]
    public async Task ARestoredTill()
    {
        var copy = Town.StoreBytes(Till);
        await Trade(400);
        Town.Replace(Till, copy);
        var till = Town.Till(Till);
        Assert.That(async () => await till.RunOnline(Town.TillLink(Till), default), Throws.InvalidOperationException);
        Assert.That(till.Waits.Single(w => w.Kind == WaitingKind.RestoredTill).Ends, Does.Contain("hiercash-shop recover"));
        await till.Recover(Town.TillLink(Till), default);
        Assert.That(Kinds(till.Waits), Has.None.EqualTo(WaitingKind.RestoredTill));
    }

    [Test, Rule(24)]
    public async Task APaymentThatCameEarly()
    {
        var h = Town.Sign(Alice, Till, 100, Timestamp.Now(Town.Clock).Plus(TimeSpan.FromDays(3)));
        await Town.Submit(Till, h);
        Assert.That(Town.Issuer.Waits.Single(w => w.Kind == WaitingKind.EarlyArrival).What, Is.EqualTo("1 payments of tills"));
        Town.Clock.Advance(TimeSpan.FromDays(3));
        await Town.Submit(Till, h);
        Assert.That(Kinds(Town.Issuer.Waits), Has.None.EqualTo(WaitingKind.EarlyArrival));
    }
}
