using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Until when, and by whom, a settled payment is taken back; and what S_W of a key that is revoked later still does (R4).
/// </summary>
[Parallelizable]
public sealed class TakingBackTests
{
    /// <summary>
    /// Cafe gave 20.00 back to the card and settled them all the same. After its terms it takes nothing back any more, not in a bank's name
    /// either: what it may be asked for is over. The holder's side brings S_W for as long as the coin is known.
    /// </summary>
    [Test, Rule(4)]
    public async Task AShopsTermEndsAndTheHoldersDoesNot()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 2000);
        var h = town.SignAndVoid(alice, cafe, 2000);
        await town.Submit(cafe, h);
        await town.RunCycles();
        town.Clock.Advance(town.Options.Terms.SettlePeriod + town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        Assert.That(Refusal.Read(await town.ForwardVoid(cafe, h))?.Reason, Is.EqualTo(RefusalReason.OutOfDate));
        using var key = town.TillKey(cafe);
        var asBank = new BankVoidMessage(new(h, VoidStatement.Sign(key, h))).ToMessage();
        Assert.That(Refusal.Read(await town.TillLink(cafe).Call(asBank, default))?.Reason, Is.EqualTo(RefusalReason.NotAllowed));
        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(2000));
        await town.Wallet.Recover(alice.Card, alice.Pin, _ => false, default).OrRefuse();
        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").IsZero);
        town.AssertSound(alice);
    }

    /// <summary>
    /// The word that clears the shop is given to whoever asks for it, also when all terms of the coin are over: a case may be heard after
    /// that.
    /// </summary>
    [Test, Rule(4), Rule(3)]
    public async Task TheReversalIsGivenWhateverIsOver()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 2000);
        var h = town.SignAndVoid(alice, cafe, 2000);
        await town.Submit(cafe, h);
        await town.RunCycles();
        using var key = town.TillKey(cafe);
        Assert.That(RawMessages.UploadVoid(town, h, key));
        var over = h.Coin.Terms.Expiry.End.Plus(town.Options.Terms.SettlePeriod + town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        town.Clock.Advance(TimeSpan.FromMicroseconds(over.Microseconds - Timestamp.Now(town.Clock).Microseconds));
        Assert.That(RawMessages.UploadVoid(town, h, key), "to the holder");
        Assert.That(VoidedPayment.ReversalOf(await town.ForwardVoid(cafe, h)), Is.Not.Null, "to the shop");
    }

    /// <summary>Until its last hour a shop takes back by the book.</summary>
    [Test, Rule(4)]
    public async Task AShopsTermLastsSoLong()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 2000);
        var h = town.SignAndVoid(alice, cafe, 2000);
        await town.Submit(cafe, h);
        await town.RunCycles();
        town.Clock.Advance(town.Options.Terms.SettlePeriod + town.Options.Terms.DisputeTerm - TimeSpan.FromHours(1));
        Assert.That(Refusal.Read(await town.ForwardVoid(cafe, h)), Is.Null);
        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").IsZero);
        town.AssertSound(alice);
    }

    /// <summary>
    /// Cafe gave 20.00 back to the card and settled them all the same. Whatever the holder does next with the wallet, it is at Cafe's cost.
    /// </summary>
    [Test, Rule(4)]
    public async Task AnyContactOfTheWalletBringsTheVoid([Values("withdraw", "same key", "resume", "recover")] string contact)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 2000);
        var h = town.SignAndVoid(alice, cafe, 1200);
        await town.Submit(cafe, h);
        Assert.That(contact switch
        {
            "withdraw" => (await town.Wallet.Withdraw(alice.Card, alice.Pin, new Amount(500), default)).Outcome == WithdrawalOutcome.Issued,
            "same key" => (await town.Wallet.WithdrawSameKey(alice.Card, alice.Pin, 0, new Amount(500), default))
                .Outcome == WithdrawalOutcome.Issued,
            "resume" => (await town.Wallet.Resume(alice.Card, alice.Pin, default).OrRefuse()).Count == 0,
            _ => (await town.Wallet.Recover(alice.Card, alice.Pin, _ => false, default).OrRefuse()).Count == 0,
        });
        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").IsZero);
        town.AssertSound(alice);
    }

    /// <summary>Once all terms of the coin are over nothing of it is taken back, whether or not it was forgotten already.</summary>
    [Test, Rule(4), Rule(5)]
    public async Task NothingIsTakenBackOnceAllTermsAreOver([Values] bool over)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 2000);
        var h = town.SignAndVoid(alice, cafe, 2000);
        await town.Submit(cafe, h);
        await town.RunCycles();
        var end = h.Coin.Terms.Expiry.End.Plus(town.Options.Terms.SettlePeriod + town.Options.Terms.DisputeTerm);
        town.Clock.Advance(TimeSpan.FromMicroseconds(end.Microseconds - Timestamp.Now(town.Clock).Microseconds)
            + TimeSpan.FromHours(over ? 1 : -1));
        using var key = town.TillKey(cafe);
        Assert.That(RawMessages.UploadVoid(town, h, key), Is.EqualTo(!over));
    }

    /// <summary>
    /// Cafe's till gave 20.00 back, settled them, and its key was revoked before Alice's next contact. S_W moves nothing by itself; once
    /// her honest payment elsewhere needs it, Cafe pays, and not Alice's bank.
    /// </summary>
    [Test, Rule(4)]
    public async Task AVoidOfARevokedTillGivesBackWhatAnExcessNeeds()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var alice = town.User("Alice", 5000);
        var h = town.SignAndVoid(alice, cafe, 2000);
        await town.Submit(cafe, h);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        await town.Wallet.Recover(alice.Card, alice.Pin, _ => false, default).OrRefuse();
        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(2000));
        var paid = town.Pay(kiosk, alice, 4000);
        Assert.That(paid.Outcome, Is.EqualTo(TillOutcome.Accepted));
        await town.Settle(kiosk);
        Assert.That(await town.Shares(kiosk, paid.Payments.Single()), Is.EqualTo((4000UL, 0UL, 0UL)));
        await town.LetDaysPass(40);
        Assert.That(
            (town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims), Is.EqualTo((1000UL, 4000UL, 0L)),
            "10.00 were needed, and no more");
        Assert.That(town.UserBank.EvidenceFiles, Is.Empty);
        town.AssertSound(alice);
    }

    /// <summary>
    /// Mallory overspends a coin at Cafe and Kiosk, takes the payment at Cafe back with Cafe's stolen key, and then brings Kiosk's goods
    /// back: what Kiosk refunds is Cafe's again, and not hers.
    /// </summary>
    [Test, Rule(4)]
    public async Task WhatAnExcessNoLongerNeedsGoesBackToTheShopWhoseKeyWasStolen()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var atCafe = town.Pay(cafe, mallory, 3000);
        var atKiosk = town.Pay(kiosk, copy, 4000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        Assert.That(await town.Shares(kiosk, atKiosk.Payments.Single()), Is.EqualTo((2000UL, 2000UL, 0UL)));
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        using var key = town.TillKey(cafe);
        Assert.That(RawMessages.UploadVoid(town, atCafe.Payments.Single(), key), Is.True,
            "a revoked till is not answered on its link; a wallet brings S_W for whoever has one");
        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(1000), "Kiosk's excess needs 20.00");
        await town.Till(kiosk).Refund(atKiosk.Sale.Time, copy.Card, town.TillLink(kiosk), default).OrRefuse();
        await town.LetDaysPass(500);
        await town.RunCycles();
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor), Is.EqualTo((3000UL, 0UL)));
        Assert.That(town.Account(mallory).Minor, Is.EqualTo(100_000 - 3000));
        town.AssertSound();
    }

    /// <summary>
    /// Mallory has the keys of two tills, and takes back at both. What a later excess of her coin needs, Den pays, and no more: it does not
    /// pay as well for what was moved from Cafe before.
    /// </summary>
    [Test, Rule(4)]
    public async Task AnExcessMovesNoMoreThanItNeeds()
    {
        using var town = Towns.Make();
        string[] tills = [town.AddTill("Cafe"), town.AddTill("Den"), town.AddTill("Kiosk"), town.AddTill("Bakery")];
        using var mallory = town.User("Mallory", 5000);
        using var second = mallory.Clone();
        using var third = mallory.Clone();
        using var fourth = mallory.Clone();
        var atCafe = town.Pay(tills[0], mallory, 2000);
        var atDen = town.Pay(tills[1], second, 2000);
        town.Pay(tills[2], third, 3000);
        town.Pay(tills[3], fourth, 500);
        foreach (string till in tills[..3])
        {
            await town.Settle(till);
        }

        foreach (var (till, paid) in new[] { (tills[0], atCafe), (tills[1], atDen) })
        {
            town.Issuer.Revoke(town.Till(till).W).OrRefuse();
            town.Clock.Advance(TimeSpan.FromMinutes(1));
            using var key = town.TillKey(till);
            Assert.That(RawMessages.UploadVoid(town, paid.Payments.Single(), key), Is.True);
        }

        await town.Settle(tills[3]);
        await town.RunCycles();
        Assert.That(
            new[] { "Cafe", "Den", "Kiosk", "Bakery" }.Select(s => town.ShopAccount(s).Minor),
            Is.EqualTo(new[] { 0UL, 1500UL, 3000UL, 500UL }), "Kiosk's excess needed 20.00, and Bakery's 5.00");
        town.AssertSound();
    }

    /// <summary>
    /// Mallory overspends at Cafe and Kiosk with Cafe's stolen key, and copies redeem all that the coin was, which never fits: it gets
    /// nothing of Cafe's, and keeps Cafe from nothing.
    /// </summary>
    [Test, Rule(4)]
    public async Task ARedemptionThatNeverFitsTakesNothingOfTheRobbedShop([Values] bool before)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        string bakery = town.AddTill("Bakery");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        using var second = mallory.Clone();
        using var third = mallory.Clone();
        var atCafe = town.Pay(cafe, mallory, 3000);
        var atKiosk = town.Pay(kiosk, copy, 4000);
        town.Pay(bakery, second, 500);
        await town.Settle(bakery);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        async Task Redeem() => Assert.That((await town.Wallet.Redeem(third.Card, third.Pin, null, default).OrRefuse()).Single().Message,
            Does.Contain("wait"));
        if (before)
        {
            await Redeem();
        }

        using var key = town.TillKey(cafe);
        Assert.That(RawMessages.UploadVoid(town, atCafe.Payments.Single(), key), Is.True,
            "a revoked till is not answered on its link; a wallet brings S_W for whoever has one");
        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(500), "Kiosk and Bakery have 45.00 of 50.00");
        if (!before)
        {
            await Redeem();
        }

        await town.RunCycles();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(500), "50.00 do not fit beside 45.00");
        await town.Till(kiosk).Refund(atKiosk.Sale.Time, copy.Card, town.TillLink(kiosk), default).OrRefuse();
        await town.LetDaysPass(500);
        await town.RunCycles();
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor, town.ShopAccount("Bakery").Minor),
            Is.EqualTo((3000UL, 0UL, 500UL)));
        Assert.That(town.Account(mallory).Minor, Is.EqualTo(100_000 - 3500));
        town.AssertSound();
    }

    /// <summary>
    /// Den voided Alice's 30.00, settled them on top of her 50.00, and has its till revoked. What Cafe refunds is Alice's, and Den, which
    /// got nothing, gets nothing of it.
    /// </summary>
    [Test, Rule(4)]
    public async Task ARevokedTillThatWasPaidNothingIsPaidNothing()
    {
        using var town = Towns.Make();
        string den = town.AddTill("Den");
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var h = town.SignAndVoid(alice, den, 3000);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        var paid = town.Pay(cafe, alice, 5000);
        await town.Settle(cafe);
        Assert.That((await town.Submit(den, h)).Single().Share.Credited.IsZero);
        town.Issuer.Revoke(town.Till(den).W).OrRefuse();
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        await town.Wallet.Recover(alice.Card, alice.Pin, _ => false, default).OrRefuse();
        await town.Till(cafe).Refund(paid.Sale.Time, alice.Card, town.TillLink(cafe), default).OrRefuse();
        await town.RunCycles();
        await town.Wallet.ReportLost(WalletTerminal.SignLostReport(alice.Card, alice.Pin, Timestamp.Now(town.Clock)), default).OrRefuse();
        await town.LetDaysPass(60);
        await town.RunCycles();
        Assert.That((town.Account(alice).Minor, town.ShopAccount("Den").Minor, town.ShopAccount("Cafe").Minor),
            Is.EqualTo((100_000UL, 0UL, 0UL)));
    }
}
