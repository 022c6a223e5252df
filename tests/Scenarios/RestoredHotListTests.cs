using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Cards that are reported while an issuer is put back to older copies: each till hears of each of them, and goes on taking payments
/// offline (rule R27, hole 11).
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredHotListTests : RestoredScenario
{
    private readonly TownCard _bob;
    private readonly TownCard _carol;

    public RestoredHotListTests()
    {
        _bob = Town.User("Bob", 3000);
        _carol = Town.User("Carol", 1000);
    }

    protected override void Dispose(bool disposing)
    {
        _bob.Dispose();
        _carol.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// The copy is put back a second time, and a second card is reported before the issuer has recovered. The list of both has another
    /// number than the list of the one that tills have.
    /// </summary>
    [Test, Rule(27), Hole(11)]
    public async Task AReportBetweenTwoRecoveriesIsHeardByEachTill()
    {
        var copy = await Copy();
        await PutBack(copy);
        await Report(_carol);
        await Hear();
        await PutBack(copy, () => Report(_bob));
        await Hear();
        AssertNobodyPays();
    }

    /// <summary>
    /// The till heard of two cards after the first recovery, and of none after the second: its list is longer, and not newer.
    /// </summary>
    [Test, Rule(27), Hole(11)]
    public async Task ATillThatHeardMoreTakesTheListOfTheSecondRecovery()
    {
        var copy = await Copy();
        await PutBack(copy);
        foreach (var card in new[] { _carol, _bob })
        {
            await Report(card);
            await Hear();
        }

        await PutBack(copy);
        await Hear();
        AssertNobodyPays();
        Town.Clock.Advance(Town.Scheme.Terms.HotListMaxAge - TimeSpan.FromMinutes(1));
        Assert.That(Town.Pay(Till, Alice, 100).Outcome, Is.EqualTo(TillOutcome.Accepted), "offline: what it was told is fresh");
        Assert.That(Town.Till(Till).Sum(CoinPaymentState.Queued).Minor, Is.EqualTo(100));
    }

    /// <summary>
    /// The first recovery was under a clock that was ahead by what is tolerated, the second under the right one; and a till that lies about
    /// what it has moves no number of the issuer's.
    /// </summary>
    [Test, Rule(27), Rule(26), Hole(11)]
    public async Task NoClockAndNoTillKeepsTheListOfALaterRecoveryBack()
    {
        var copy = await Copy();
        var clock = new OffsetClock(Town.Clock) { Off = TimeSpan.FromHours(20) };
        Town.GiveClock("issuer", clock);
        await PutBack(copy);
        await Report(_carol);
        ulong newest = await Ask(0);
        Assert.That(await Ask(newest + 1), Is.EqualTo(newest));
        await Hear();
        clock.Off = TimeSpan.Zero;
        Town.Clock.Advance(TimeSpan.FromMinutes(10));
        await PutBack(copy);
        await Hear();
        await Report(_bob);
        await Hear();
        AssertNobodyPays();
    }

    /// <summary>
    /// No bank has visited yet, nor a till that has a newer receipt, so the issuer does not know that it is an older copy. It finds a
    /// copied card, and lists it under a number that tills have.
    /// </summary>
    [Test, Rule(27), Hole(11)]
    public async Task WhatWasListedBeforeTheCopyWasNoticedIsHeard()
    {
        string bar = Town.AddTill("Bar");
        string[] takers = [Town.AddTill("Kiosk"), Town.AddTill("Corner")];
        var copy = await Copy();
        await Report(_carol);
        await Hear(bar);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Cut = "bank";
        Town.Replace("issuer", copy);
        using var stolen = _bob.Clone();
        foreach (var (till, card, minor) in new[] { (takers[0], _bob, 500UL), (takers[1], stolen, 600UL) })
        {
            Assert.That(Town.Pay(till, card, minor).Outcome, Is.EqualTo(TillOutcome.Accepted));
            await Town.Settle(till);
        }

        Assert.That(Town.Issuer.Behind, Is.Null, "nobody has shown it anything");
        await Hear(bar);
        Cut = null;
        var report = WalletTerminal.SignLostReport(_carol.Card, _carol.Pin, Timestamp.Now(Town.Clock));
        (await Town.UserBank.ReportLost(report, default)).OrRefuse();
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        await Recover();
        await Hear(bar);
        AssertNobodyPays(bar);
    }

    /// <summary>The version of the list that the issuer gives to a till that says to have that one.</summary>
    private async Task<ulong> Ask(ulong version)
    {
        var request = new HotListMessage(version, Town.Till(Till).W, Timestamp.Now(Town.Clock)).ToMessage();
        return (await Town.TillLink(Till).Call(request, default)).As<HotListReply>()!.List.Version;
    }

    private async Task<byte[]> Copy()
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        await Trade(100);
        await Hear();
        return copy;
    }

    private async Task PutBack(byte[] copy, Func<Task>? meanwhile = null)
    {
        await Trade(100);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("issuer", copy);
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        await Recover();
    }

    private async Task Report(TownCard card)
    {
        await Town.Wallet.ReportLost(WalletTerminal.SignLostReport(card.Card, card.Pin, Timestamp.Now(Town.Clock)), default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
    }

    private Task Hear() => Hear(Till);

    private async Task Hear(string till) =>
        Assert.That((await Town.Till(till).Synchronise(Town.TillLink(till), default).OrRefuse()).Left.Select(l => l.Why), Is.Empty);

    private void AssertNobodyPays() => AssertNobodyPays(Till);

    private void AssertNobodyPays(string till) => Assert.That(
        new[] { _bob, _carol }.Select(c => Town.Pay(till, c, 500).Outcome), Is.All.EqualTo(TillOutcome.Refused),
        "whoever found the card, or has a copy, is not paid for at a till that visits");
}
