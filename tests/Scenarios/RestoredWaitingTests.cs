using HierCash.Terminals;
using HierCash.Wallet;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// What waits because a party was restored from an older copy, or a payment came early, is shown, and is gone from there when it has ended
/// (rules R24 and R27, docs/waiting.md).
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredWaitingTests : RestoredScenario
{
    [Test, Rule(27), Waits(WaitingKind.RestoredIssuer, WaitingKind.RecoveredCredit, WaitingKind.BroughtAgain)]
    public async Task WhatARestoredIssuerHasForgotten()
    {
        await Restore("issuer");
        Assert.That(Town.Issuer.Waits.One(WaitingKind.RestoredIssuer).Ends, Does.Contain("hiercash-issuer recover"));
        Town.Issuer.Recover().OrRefuse();
        Assert.That(Town.Issuer.Waits.Single(w => w.Kind == WaitingKind.RestoredIssuer).Ends, Does.Contain("visited: "));
        await Recover();
        var credit = Town.Issuer.Waits.One(WaitingKind.RecoveredCredit);
        Assert.That((credit.What, Town.Issuer.Waits.Shows(WaitingKind.RestoredIssuer)), Is.EqualTo(("10.00 EUR of 1 shops", false)));
        var till = Town.Till(Till);
        Assert.That(async () => await till.Synchronise(new Broken(Town.TillLink(Till), m => m.Type == MessageType.Settle), default)
            .OrRefuse(),
            Throws.TypeOf<LinkException>());
        Assert.That(till.Waits.One(WaitingKind.BroughtAgain).What, Does.StartWith("14.00 EUR in 2"));
        await Visit(Till);
        Assert.That(till.Waits.Shows(WaitingKind.BroughtAgain), Is.False);
        Assert.That(Town.Issuer.Waits.Shows(WaitingKind.RecoveredCredit), Is.False);
    }

    [Test, Rule(27), Waits(WaitingKind.RestoredBank, WaitingKind.UnorderedWithdrawal)]
    public async Task WhatARestoredBankDoesNotKnow()
    {
        using var database = Database.OpenMemory(WalletRecords.Schema);
        var wallet = Town.WalletWith(new WalletRecords(database));
        await Trade(400);
        var copy = Town.StoreBytes("bank-1");
        await wallet.Withdraw(Alice.Card, Alice.Pin, new Amount(4000), default);
        await Trade(1000);
        Town.Replace("bank-1", copy);
        Assert.That(Town.UserBank.Waits.One(WaitingKind.RestoredBank).Ends, Does.Contain("hiercash-bank recover"));
        (await Town.UserBank.Recover(default)).OrRefuse();
        var unordered = Town.UserBank.Waits.One(WaitingKind.UnorderedWithdrawal);
        Assert.That((unordered.What, unordered.Ends.Contains("hiercash-wallet resume", StringComparison.Ordinal)),
            Is.EqualTo(("40.00 EUR in 1 withdrawals", true)));
        await wallet.Resume(Alice.Card, Alice.Pin, default).OrRefuse();
        Assert.That((Town.UserBank.Waits.Shows(WaitingKind.RestoredBank), Town.UserBank.Waits.Shows(WaitingKind.UnorderedWithdrawal)),
            Is.EqualTo((false, false)));
    }

    [Test, Rule(27), Waits(WaitingKind.RestoredTill)]
    public async Task ARestoredTill()
    {
        var copy = Town.StoreBytes(Till);
        await Trade(400);
        Town.Replace(Till, copy);
        var till = Town.Till(Till);
        Assert.That((await till.Synchronise(Town.TillLink(Till), default)).Refused?.Sentence, Is.Not.Null);
        Assert.That(till.Waits.One(WaitingKind.RestoredTill).Ends, Does.Contain("hiercash-shop recover"));
        await till.Recover(Town.TillLink(Till), default).OrRefuse();
        Assert.That(till.Waits.Shows(WaitingKind.RestoredTill), Is.False);
    }

    [Test, Rule(24), Waits(WaitingKind.EarlyArrival)]
    public async Task APaymentThatCameEarly()
    {
        var h = Town.Sign(Alice, Till, 100, Timestamp.Now(Town.Clock).Plus(TimeSpan.FromDays(3)));
        await Town.Submit(Till, h);
        Assert.That(Town.Issuer.Waits.One(WaitingKind.EarlyArrival).What, Is.EqualTo("1 payments of tills"));
        Town.Clock.Advance(TimeSpan.FromDays(3));
        await Town.Submit(Till, h);
        Assert.That(Town.Issuer.Waits.Shows(WaitingKind.EarlyArrival), Is.False);
    }

    /// <summary>
    /// A till was told of two lost cards, one after the other, and the issuer is put back to before. The banks report both again: the list
    /// of then is newer for the till, and it takes it.
    /// </summary>
    [Test, Rule(27), Hole(11)]
    public async Task AHotListAfterARecoveryIsNewer()
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        using var bob = Town.User("Bob", 1000);
        using var carol = Town.User("Carol", 1000);
        foreach (var lost in new[] { bob, carol })
        {
            var report = WalletTerminal.SignLostReport(lost.Card, lost.Pin, Timestamp.Now(Town.Clock));
            (await Town.UserBank.ReportLost(report, default)).OrRefuse();
            await Trade(100);
            Assert.That((await Town.Till(Till).Synchronise(Town.TillLink(Till), default).OrRefuse()).Left, Is.Empty);
        }

        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("issuer", copy);
        await Recover();
        var again = await Town.Till(Till).Synchronise(Town.TillLink(Till), default).OrRefuse();
        Assert.That(again.Left.Select(l => l.Why), Is.Empty);
    }

    /// <summary>A bank that is awaited has its key revoked: nobody waits for it any more.</summary>
    [Test, Rule(27)]
    public async Task ARevokedBankIsNotAwaited()
    {
        await Restore("issuer");
        Assert.That(Town.Issuer.Recover().OrRefuse(), Has.Count.EqualTo(2));
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Assert.That(Town.Issuer.Awaited, Is.EqualTo(new[] { Town.ShopBank.Id }));
        Town.Issuer.Revoke(Town.ShopBank.Id).ThrowIfAny();
        Assert.That(Town.Issuer.Awaited, Is.Empty);
        Assert.That(Town.Issuer.Waits.One(WaitingKind.RestoredIssuer).Ends, Does.Contain("'hiercash-issuer recover'"));
        Assert.That(Town.Issuer.Recover().OrRefuse(), Is.Empty);
        Assert.That(Town.Issuer.Behind, Is.Null);
    }

    /// <summary>
    /// An issuer was restored twice, the first time under a clock that was ahead. Tills are told of the one that was entered last.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task TheLastRestorationIsTheOneThatWasEnteredLast()
    {
        long now = Timestamp.Now(Town.Clock).ToLedger();
        using (var store = new SqliteConnection($"Data Source={IssuerFile}"))
        {
            store.Open();
            using var insert = store.CreateCommand();
            insert.CommandText = $"INSERT INTO restoration(ended, since, brought) VALUES({now + 9_000_000}, {now + 7_000_000}, "
                + $"{now + 8_000_000}), ({now - 1_000_000}, {now - 1_500_000}, {now - 2_000_000})";
            insert.ExecuteNonQuery();
        }

        var reply = await Town.TillLink(Till).Call(
            new HotListMessage(0, Town.Till(Till).W, Timestamp.Now(Town.Clock)).ToMessage(), default);
        Assert.That(reply.As<HotListReply>()!.Restored, Is.EqualTo(
            new Restoration(Timestamp.FromLedger(now - 2_000_000), Timestamp.FromLedger(now - 1_000_000))));
    }
}
