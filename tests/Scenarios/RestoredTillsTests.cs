using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Tills bring an issuer that was restored from a copy what it had answered since, with its own word of it (rule R27): no shop is credited
/// twice, none loses, and nothing final is said before.
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredTillsTests : RestoredScenario
{
    /// <summary>
    /// 10.00 that were settled after the copy go again at the till's next visit; the shop has them already, and what it takes next is
    /// credited whole.
    /// </summary>
    [Test, Rule(27)]
    public async Task ATillBringsAgainWhatTheIssuerForgot([Values(0, 9)] int daysLater)
    {
        await Restore("issuer");

        // Nine days later it would be late, but for the issuer's own word.
        Town.Clock.Advance(TimeSpan.FromDays(daysLater));
        await Recover();
        var shop = Town.ShopAccount();
        Assert.That(shop.Minor, Is.EqualTo(1400));
        await Visit(Till);
        Assert.That((Town.ShopAccount(), Town.Till(Till).Sum(CoinPaymentState.Settled).Minor), Is.EqualTo((shop, 1400UL)));
        Town.AssertSound(Alice);
        Town.Pay(Till, Alice, 2500);
        await Visit(Till);
        await Visit(Till);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(shop.Minor + 2500));
        Town.AssertSound(Alice);
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// A till that shows an issuer a word that it did not give, or gave of something else, gets what it would get without.
    /// </summary>
    [Test, Rule(27)]
    public async Task OnlyTheIssuersOwnWordCounts([Values("key", "other", "amount")] string lie)
    {
        var h = Town.Sign(Alice, Till, 1000);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        var other = Town.Sign(Alice, Till, 1000);
        var word = (await Town.Submit(Till, other)).Single();
        Town.Clock.Advance(TimeSpan.FromDays(8));
        await Town.RunCycle();
        using var key = Town.TillKey(Till);
        using var strange = Town.Options.Suite.GenerateKey();
        using var statement = Town.StatementKey;
        var shown = lie switch
        {
            "key" => Receipt.Sign(strange, word.Issuer, h.Id.Value, Verdict.Settled, h.Paid, word.Currency, word.Share, 1, word.Date),
            "other" => word,
            _ => Receipt.Sign(statement, word.Issuer, h.Id.Value, Verdict.Settled, new Amount(900), word.Currency,
                word.Share with { Credited = new Amount(900) }, 1, word.Date),
        };
        var reply = await Town.TillLink(Till).Call(
            SettleMessage.Sign(key, new PartyId(1), [h], Timestamp.Now(Town.Clock), default, [shown]).ToMessage(), default);
        Assert.That(reply.As<SettleReply>()!.Receipts.Single().Verdict, Is.EqualTo(Verdict.Late));
    }

    /// <summary>What was taken back after the copy is taken back again: the coin pays elsewhere, and nobody is accused.</summary>
    [Test, Rule(27)]
    public async Task WhatWasTakenBackIsTakenBackAgain([Values] bool isSettledBefore)
    {
        var copy = Town.StoreBytes("issuer");
        var sale = Town.Pay(Till, Alice, 1000);
        await Town.Settle(Till);
        await Town.RunCycle();
        copy = isSettledBefore ? Town.StoreBytes("issuer") : copy;
        await Town.Till(Till).Refund(sale.Sale.Time, Alice.Card, Town.TillLink(Till), default).OrRefuse();
        await Trade(400);
        await Town.RunCycle();
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(400));
        Town.Replace("issuer", copy);
        Town.Clock.Advance(TimeSpan.FromDays(1));
        await Recover();
        await Visit(Till);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(400));
        Town.Pay(Till, Alice, 4600);
        await Visit(Till);
        await Visit(Till);
        Assert.That((Town.ShopAccount().Minor, Town.Issuer.Queues.Cases), Is.EqualTo((5000UL, 0L)));
        Town.AssertSound(Alice);
    }

    /// <summary>
    /// Before all banks have visited, an issuer cannot know whether it has forgotten a coin: its payment stays queued, and the others are
    /// settled.
    /// </summary>
    [Test, Rule(27), Waits(WaitingKind.NotYetKnownPayment)]
    public async Task AnUnknownCoinIsRefusedByNobodyWhoMayHaveForgottenIt()
    {
        // A till that has no later receipt: one that has shows it.
        string kiosk = Town.AddTill("Kiosk");
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        using var bob = Town.User("Bob", 2000);
        await Trade(100);
        Cut = "bank-";
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("issuer", copy);
        Assert.That(Town.Issuer.Behind, Is.Null, "nobody could show it yet");
        var sale = Town.Pay(kiosk, bob, 700);
        Town.Pay(kiosk, Alice, 200);
        var settled = await Town.Settle(kiosk);
        Assert.That((settled.Settled, settled.Refused, settled.StillQueued), Is.EqualTo((1, 0, 1)));
        Assert.That(settled.Left.Single().Why, Does.Contain("restored from an older copy"));
        Assert.That(Town.Till(kiosk).CoinPayments(sale.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Queued));
        Town.Till(kiosk).Waits.One(WaitingKind.NotYetKnownPayment);
        Assert.That(Town.Till(kiosk).Waits.Shows(WaitingKind.QueuedPayment), Is.False);
        Cut = null;
        foreach (var bank in Town.Banks)
        {
            Assert.That(await bank.Run(default), Is.Not.Null);
        }

        await Recover();
        await Visit(kiosk);
        await Visit(Till);
        Assert.That((Town.ShopAccount().Minor, Town.ShopAccount("Kiosk").Minor, Town.Till(kiosk).Sum(CoinPaymentState.Queued).Minor),
            Is.EqualTo((500UL, 900UL, 0UL)));
        Town.AssertSound(Alice, bob);
    }

    /// <summary>
    /// A holder asks for the money of a payment that the issuer has forgotten: nothing is pronounced dead before the shops had their time.
    /// </summary>
    [Test, Rule(27)]
    public async Task NothingIsPronouncedDeadWhileShopsMayBringIt()
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        var h = Town.Pay(Till, Alice, 1000).Payments.Single();
        await Town.Settle(Till);
        await Town.RunCycle();
        Town.Clock.Advance(TimeSpan.FromDays(8));
        await Town.RunCycle();
        Town.Replace("issuer", copy);
        await Recover();
        Assert.That(RawMessages.Dead(Town, h), Is.Null);
        await Visit(Till);
        Town.Clock.Advance(TimeSpan.FromDays(8));
        await Town.RunCycle();
        Assert.That(RawMessages.Dead(Town, h), Is.Null, "it is settled");
        Town.AssertSound(Alice);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(1400));
    }

    /// <summary>The same before the bank of the coin has visited.</summary>
    [Test, Rule(27)]
    public async Task NothingIsPronouncedDeadBeforeTheCoinsBankHasVisited()
    {
        await Trade(400);
        var h = Town.Sign(Alice, Till, 1000);
        Town.Clock.Advance(TimeSpan.FromDays(8));
        await Town.RunCycle();
        Cut = "bank-1";
        Town.Restart("issuer");
        Cut = null;
        Assert.That(RawMessages.Dead(Town, h), Is.Null);
        await Town.RunCycle();
        Assert.That(RawMessages.Dead(Town, h), Is.Not.Null);
    }

    /// <summary>
    /// A guaranteed excess that was claimed and credited after the copy is neither claimed nor credited again, and the shop loses nothing
    /// of what it takes next.
    /// </summary>
    [Test, Rule(27)]
    public async Task AClaimOfAfterTheCopyIsPaidOnce()
    {
        string kiosk = Town.AddTill("Kiosk");
        using var mallory = Town.User("Mallory", 5000);
        using var clone = mallory.Clone();
        Town.Pay(Till, mallory, 5000);
        await Town.Settle(Till);
        Town.Pay(kiosk, clone, 2000);
        await Town.Settle(kiosk);
        await Town.RunCycles();
        var copy = Town.StoreBytes("issuer");
        await Town.LetDaysPass(64);
        Assert.That((Town.ShopAccount("Kiosk").Minor, Town.UserBank.Audit.Claims), Is.EqualTo((2000UL, -2000L)));
        Town.Replace("issuer", copy);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Recover();
        await Town.RunCycles();
        await Visit(Till);
        await Visit(kiosk);
        Assert.That((Town.ShopAccount("Kiosk").Minor, Town.UserBank.Audit.Claims), Is.EqualTo((2000UL, -2000L)));
        Town.Pay(kiosk, Alice, 700);
        await Visit(kiosk);
        await Visit(kiosk);
        Assert.That((Town.ShopAccount("Kiosk").Minor, Town.UserBank.Audit.Claims), Is.EqualTo((2700UL, -2000L)));
        Town.AssertSound(Alice);
    }

    /// <summary>A card that was reported as lost after the copy is lost again: its bank says so once more.</summary>
    [Test, Rule(27)]
    public async Task ALostCardStaysLost()
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        await Town.Wallet.ReportLost(WalletTerminal.SignLostReport(Alice.Card, Alice.Pin, Timestamp.Now(Town.Clock)), default).OrRefuse();
        await Town.RunCycle();
        Town.Replace("issuer", copy);
        await Recover();
        await Visit(Till);
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(Town.Pay(Till, Alice, 100).Message, Does.Contain("reported as lost"));
    }
}
