using HierCash.Shop;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Issuer and banks of one machine are put back to one snapshot (rule R27): they agree with each other, and only a till's receipt shows it.
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredTogetherTests : RestoredScenario
{
    /// <summary>
    /// The issuer stops at the first visit of a till that had settled since, be there something to settle or not. It recovers, and shops
    /// have their money to the cent: also for the payment of a coin that it did not know and had refused. The coin's bank bears it once the
    /// wallet shows its order. A receipt of before the recovery, or a forged one, stops it no more.
    /// </summary>
    [Test, Rule(27)]
    public async Task ATillShowsThatAllWerePutBackTogether([Values] bool sellsFirst)
    {
        using var database = Database.OpenMemory(WalletRecords.Schema);
        var wallet = Town.WalletWith(new WalletRecords(database));
        string kiosk = Town.AddTill("Kiosk");
        using var bob = Town.NewCard("Bob");
        Town.OpenAccount(bob, new Amount(5000));
        await Trade(400);
        var copies = CopyAll();
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await wallet.Withdraw(bob.Card, bob.Pin, new Amount(2000), default)).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        var sale = Town.Pay(Till, bob, 700);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Visit(Till);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(1100));
        var word = Town.Till(Till).CoinPayments(sale.Sale.Time).Single().Receipt!;
        var unsent = Town.Pay(kiosk, bob, 300);
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        PutBack(copies);
        await Town.RunCycle();
        await Visit(kiosk);
        Assert.That((Town.Till(kiosk).CoinPayments(unsent.Sale.Time).Single().Receipt!.Verdict, Town.Issuer.Behind),
            Is.EqualTo((Verdict.UnknownCoin, (Timestamp?)null)));
        using var strange = Town.Options.Suite.GenerateKey();
        await Show(Receipt.Sign(strange, word.Issuer, word.Subject, word.Verdict, word.Paid, word.Currency, word.Share, 1, word.Date));
        Assert.That(Town.Issuer.Behind, Is.Null, "not its signature");

        Town.Clock.Advance(TimeSpan.FromHours(3));
        if (sellsFirst)
        {
            Town.Pay(Till, Alice, 200);
        }

        var visit = await VisitOnce();
        Assert.That(visit, Does.Contain("hiercash-issuer recover"));
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        Assert.That(Town.Issuer.Alarms[0].Kind, Is.EqualTo("issuer restored from an older copy"));
        await Recover();
        await Show(word);
        Assert.That(Town.Issuer.Behind, Is.Null, "it has recovered from that");

        await Visit(Till);
        await Visit(kiosk);
        Assert.That((Town.ShopAccount().Minor, Town.ShopAccount("Kiosk").Minor), Is.EqualTo((1100UL + (sellsFirst ? 200UL : 0), 300UL)));
        Assert.That((Town.Issuer.Audit.Borne.Minor, Town.Issuer.Audit.Run()), Is.EqualTo((1000UL, Array.Empty<string>())));
        Assert.That(Audit(), Is.Empty);

        await wallet.Resume(bob.Card, bob.Pin, default).OrRefuse();
        await Town.RunCycles();
        Assert.That((Town.Account(bob).Minor, Town.Issuer.Audit.Borne.Minor), Is.EqualTo((3000UL, 0UL)));
        Assert.That((Audit(), Town.Issuer.Behind), Is.EqualTo((Array.Empty<object>(), (Timestamp?)null)));
    }

    /// <summary>
    /// The issuer has forgotten a payment when its coin's last term was over. Who shows the receipt of it afterwards stops nobody.
    /// </summary>
    [Test, Rule(27)]
    public async Task AnOldReceiptStopsNobody()
    {
        var end = Alice.Coins().Single().Coin.Terms.Expiry.End;
        Town.Clock.Advance(end.Minus(TimeSpan.FromHours(1)).ToDate()!.Value - Town.Clock.GetUtcNow());
        var sale = Town.Pay(Till, Alice, 5000);
        await Town.RunCycle();
        await Visit(Till);
        var word = Town.Till(Till).CoinPayments(sale.Sale.Time).Single().Receipt!;
        Assert.That(word.Verdict, Is.EqualTo(Verdict.Settled));
        Town.Clock.Advance(Town.Options.Terms.SettlePeriod + Town.Options.Terms.DisputeTerm + TimeSpan.FromDays(1));
        await Town.RunCycles();
        Assert.That(Town.Rows("issuer")["history"], Is.Zero, "forgotten");
        await Show(word);
        await Visit(Till);
        Assert.That(Town.Issuer.Behind, Is.Null);
    }

    /// <summary>
    /// Issuer and banks are put back to one snapshot of three days ago, and have served since; a key was made meanwhile. A till shows that
    /// key before it can show a receipt. Its shop has all that it settled.
    /// </summary>
    [Test, Rule(27)]
    public async Task AShopLosesNothingWhereALostKeyShowsWhatWasPutBackTogether([Values] bool rotates)
    {
        var copies = await ThreeDays(rotates);
        PutBack(copies);
        await BanksVisit();
        Assert.That(Town.Issuer.Behind, Is.Null, "issuer and banks agree");
        await Tries(Till);
        Assert.That((Town.Issuer.Behind is not null, Town.Issuer.LostKeys.Count), Is.EqualTo((true, rotates ? 1 : 0)));
        await RecoverAndVisit();
        Assert.That((Town.ShopAccount().Minor, Town.Till(Till).Sum(CoinPaymentState.Settled).Minor), Is.EqualTo((1200UL, 1200UL)));
    }

    /// <summary>
    /// The same without a new key; the issuer's clock was a little ahead before it was put back, and somebody else settled a little
    /// thereafter.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task AShopLosesNothingWhereTheIssuersClockWasALittleAhead([Values(0, 10, 20 * 60)] int minutes)
    {
        string kiosk = Town.AddTill("Kiosk");
        var clock = new OffsetClock(Town.Clock) { Off = TimeSpan.FromMinutes(minutes) };
        Town.GiveClock(SimulatedTown.IssuerName, clock);
        var copies = await ThreeDays(rotates: false);
        clock.Off = TimeSpan.Zero;
        PutBack(copies);
        await BanksVisit();
        Town.Clock.Advance(TimeSpan.FromMinutes(2));
        Town.Pay(kiosk, Alice, 10);
        await Tries(kiosk);
        Town.Clock.Advance(TimeSpan.FromMinutes(minutes + 2));
        await Tries(Till);
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        await RecoverAndVisit();
        await Tries(kiosk);
        Assert.That((Town.ShopAccount().Minor, Town.Till(Till).Sum(CoinPaymentState.Settled).Minor), Is.EqualTo((1200UL, 1200UL)));
    }

    /// <summary>The key was made in another quarter than the copy. What was issued between the two pays, though no bank knows it.</summary>
    [Test, Rule(27)]
    public async Task WhatWasIssuedBetweenTheCopyAndALostKeyPays()
    {
        var end = Quarter.Of(Timestamp.Now(Town.Clock)).End;
        Town.Clock.Advance(end.Minus(TimeSpan.FromDays(2)).ToDate()!.Value - Town.Clock.GetUtcNow());
        await Trade(400);
        var copies = CopyAll();
        Town.Clock.Advance(TimeSpan.FromHours(1));
        using var bob = Town.User("Bob", 2000);
        Town.Pay(Till, bob, 700);
        await Visit(Till);
        Town.Clock.Advance(TimeSpan.FromDays(5));
        Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        await Visit(Till);
        Town.Clock.Advance(TimeSpan.FromMinutes(2));
        PutBack(copies);
        await BanksVisit();
        await Tries(Till);
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        await RecoverAndVisit();
        Assert.That((Town.ShopAccount().Minor, Town.Issuer.Audit.Borne.Minor), Is.EqualTo((1100UL, 700UL)));
    }

    /// <summary>
    /// A till has a certificate of the lost coin key of before the issuer's clock was set right: of 40 days later. What the key signed pays
    /// all the same.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task WhatALostKeyOfADayToComeSignedPays()
    {
        await Trade(400);
        var copies = CopyAll();
        Town.Clock.Advance(TimeSpan.FromHours(1));
        var clock = new OffsetClock(Town.Clock) { Off = TimeSpan.FromDays(40) };
        Town.GiveClock(SimulatedTown.IssuerName, clock);
        Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        await Tries(Till);
        clock.Off = TimeSpan.Zero;
        Town.Issuer.AcceptClock();
        await Town.RunCycles();
        using var bob = Town.User("Bob", 2000);
        await Visit(Till);
        Town.Pay(Till, bob, 700);
        await Visit(Till);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(1100));
        Town.Clock.Advance(TimeSpan.FromHours(3));
        PutBack(copies);
        await BanksVisit();
        await Tries(Till);
        Assert.That(Town.Issuer.LostKeys.Single().NotBefore > Timestamp.Now(Town.Clock));
        await RecoverAndVisit();
        Assert.That((Town.ShopAccount().Minor, Town.Issuer.Audit.Borne.Minor), Is.EqualTo((1100UL, 700UL)));

        // All are put back once more. What was signed meanwhile with the key in its place pays, though it is of a day to come, too.
        copies = CopyAll();
        Town.Clock.Advance(TimeSpan.FromHours(1));
        await Town.RunCycles();
        using var carol = Town.User("Carol", 2000);
        await Visit(Till);
        Town.Pay(Till, carol, 900);
        await Visit(Till);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(2000));
        Town.Clock.Advance(TimeSpan.FromHours(3));
        PutBack(copies);
        await BanksVisit();
        await Tries(Till);
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        await RecoverAndVisit();
        Assert.That((Town.ShopAccount().Minor, Town.Issuer.Audit.Borne.Minor), Is.EqualTo((2000UL, 1600UL)));
    }

    /// <summary>4.00 before a copy of issuer and banks; after it 7.00, three days, perhaps a new key, 1.00.</summary>
    private async Task<List<byte[]>> ThreeDays(bool rotates)
    {
        await Trade(400);
        var copies = CopyAll();
        Town.Clock.Advance(TimeSpan.FromHours(1));
        await Trade(700);
        await Visit(Till);
        Town.Clock.Advance(TimeSpan.FromDays(3));
        if (rotates)
        {
            Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        }

        await Trade(100);
        await Visit(Till);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(1200));
        Town.Clock.Advance(TimeSpan.FromMinutes(2));
        return copies;
    }

    private async Task<string> VisitOnce()
    {
        var done = await Town.Till(Till).Synchronise(Town.TillLink(Till), default);
        return done.Has(out var settled) ? string.Join(' ', settled.Left.Select(l => l.Why)) : done.Refused!.Sentence;
    }

    /// <summary>
    /// A person confirmed an issuer's clock that was years ahead, and it forgot coins. When the clock is right, a till's receipts of before
    /// are unknown, and that makes no older copy of it.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task WhatWasForgottenByAWrongClockMakesNoOlderCopy()
    {
        await Trade(400);
        Town.Clock.Advance(TimeSpan.FromMinutes(2));
        var clock = new OffsetClock(Town.Clock) { Off = TimeSpan.FromDays(1100) };
        Town.GiveClock(SimulatedTown.IssuerName, clock);
        Town.Issuer.AcceptClock();
        Town.Issuer.CloseCycle();
        Town.Issuer.CloseCycle();
        Assert.That(Town.Issuer.CoinCounts, Is.EqualTo((0L, 0L)), "forgotten");
        clock.Off = TimeSpan.Zero;
        Town.Issuer.AcceptClock();
        await Town.RunCycles();
        Town.Pay(Till, Alice, 3000);
        await Town.Till(Till).Synchronise(Town.TillLink(Till), default).OrRefuse();
        Assert.That(Town.Issuer.Behind, Is.Null);
    }
}
