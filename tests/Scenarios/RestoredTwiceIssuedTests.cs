using HierCash.Shop;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Issuer and banks were put back together, and an order is carried out a second time, under a newer coin key or in a later quarter (rule
/// R27): its withdrawal has two S_I then, and pays once.
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredTwiceIssuedTests : RestoredScenario
{
    private readonly Database _records = Database.OpenMemory(WalletRecords.Schema);
    private readonly TownCard _bob;

    public RestoredTwiceIssuedTests() => _bob = Town.NewCard("Bob");

    /// <summary>What happens between the recovery and the second time.</summary>
    public enum Meanwhile
    {
        Nothing,
        NewKey,
        NextQuarter,
    }

    protected override void Dispose(bool disposing)
    {
        _bob.Dispose();
        _records.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// The wallet shows its order before a till brings what its coin has paid. The shop is paid, the account bears it, and what is left
    /// comes back once.
    /// </summary>
    [Test, Rule(27)]
    public async Task OneOrderIsOneCoinAlsoWithAnotherSignature([Values] Meanwhile what)
    {
        if (what == Meanwhile.NextQuarter)
        {
            Town.Clock.Advance(Quarter.Of(Timestamp.Now(Town.Clock)).End.Minus(TimeSpan.FromHours(6))
                .ToDate()!.Value - Town.Clock.GetUtcNow());
            await Town.RunCycle();
        }

        await AllArePutBack(BobPays);
        if (what == Meanwhile.NewKey)
        {
            Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        }

        Town.Clock.Advance(TimeSpan.FromHours(what == Meanwhile.NextQuarter ? 8 : 1));
        await Town.RunCycles();
        await Resume();
        await Visit(Till);
        Assert.That((Town.Account(_bob).Minor, Town.ShopAccount().Minor), Is.EqualTo((3000UL, 1200UL)));
        Assert.That(Town.Rows("issuer")["hot"], Is.Zero, "the card is good");
        await ComesToTheCent();
    }

    /// <summary>
    /// The issuer is put back once more, to before the second time. The bank keeps that withdrawal back until a till has brought the first
    /// coin: then it bears what that has paid.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhoGivesTheSecondBackBearsWhatTheFirstHasPaid()
    {
        await AllArePutBack(BobPays);
        Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        await Town.RunCycles();
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        await Resume();
        await Town.RunCycle();
        await IssuerIsPutBack(copy, 2000);
        await Visit(Till);
        Assert.That(Town.Issuer.Audit.Borne.Minor, Is.EqualTo(700));

        copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromMinutes(10));
        await Town.RunCycle();
        await IssuerIsPutBack(copy);
        await Visit(Till);
        Assert.That((Town.Account(_bob).Minor, Town.ShopAccount().Minor), Is.EqualTo((3000UL, 1200UL)));
        await ComesToTheCent();
    }

    /// <summary>
    /// Who has broken a card signs with both. Shops are paid up to X in all; of what exceeds it nothing is guaranteed that no dossier can
    /// show, and a person has to look.
    /// </summary>
    [Test, Rule(27)]
    public async Task BothTogetherPayUpToX()
    {
        var eve = await EveWithdrawsBeforeANewKey();
        var second = await eve.WithdrawAgain();
        Assert.That(second.Id, Is.Not.EqualTo(eve.Coin.Id));
        await IsAnswered(eve, second, 1, 700, Verdict.Settled, 700);
        await IsAnswered(eve, eve.Coin, 1, 600, Verdict.Equivocation, 600);
        await IsAnswered(eve, eve.Coin, 2, 1500, Verdict.Excess, 700);

        // Nor is promised what no dossier with this one alone would prove: nobody would pay it.
        await IsAnswered(eve, second, 3, 500, Verdict.Excess, 0);
        eve.Dispose();
        await Town.RunCycles();
        Assert.That(Town.Issuer.Queues.Cases, Is.EqualTo(1), "no bank is told what proves nothing");
        Assert.That(Town.Rows("issuer")["hot"], Is.EqualTo(2));
        Assert.That((Town.Issuer.Audit.Borne.Minor, Town.Issuer.Audit.Run()), Is.EqualTo((0UL, Array.Empty<string>())));
        Assert.That(Audit(banks: []).Findings, Is.Empty);
    }

    /// <summary>
    /// All that was paid has the S_I that is not the coin's, and would prove the excess: no dossier of the coin's bank holds it, so nothing
    /// is promised.
    /// </summary>
    [Test, Rule(27)]
    public async Task NothingIsPromisedOfTheOtherSignatureAlone()
    {
        var eve = await EveWithdrawsBeforeANewKey();
        var second = await eve.WithdrawAgain();
        await IsAnswered(eve, eve.Coin, 1, 1, Verdict.Settled, 1);
        await IsAnswered(eve, second, 2, 2000, Verdict.Excess, 1999);
        await IsAnswered(eve, second, 3, 2000, Verdict.Excess, 0);
        eve.Dispose();
        await Town.RunCycles();
        Assert.That((Town.Issuer.Audit.Borne.Minor, Town.Issuer.Audit.Run()), Is.EqualTo((0UL, Array.Empty<string>())));
    }

    /// <summary>
    /// What is promised to a shop is paid, whatever comes free: 20.00 with one S_I, 4.00 with the other, which waits, and 20.00 with the
    /// first again, which are promised. The first shop takes its 20.00 back. By arrival 4.00 would go to the one that waits, and nobody
    /// could prove the rest of the promise any more.
    /// </summary>
    [Test, Rule(27), Rule(2)]
    public async Task WhatIsPromisedGoesFirst()
    {
        var eve = await EveWithdrawsBeforeANewKey();
        var second = await eve.WithdrawAgain();
        var (bar, kiosk) = (Town.AddTill("Bar"), Town.AddTill("Kiosk"));
        var first = eve.Pay(Timestamp.Now(Town.Clock), Town.Till(Till).W, 1, 2000, 2000);
        Assert.That((await Town.Submit(Till, first)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        var waits = eve.Pay(Timestamp.Now(Town.Clock), Town.Till(bar).W, 2, 2000, 400, second);
        Assert.That((await Town.Submit(bar, waits)).Single().Share.Waiting.Minor, Is.EqualTo(400));
        var promised = eve.Pay(Timestamp.Now(Town.Clock), Town.Till(kiosk).W, 3, 2000, 2000);
        Assert.That((await Town.Submit(kiosk, promised)).Single().Share.Guaranteed.Minor, Is.EqualTo(2000));
        using var key = Town.TillKey(Till);
        Assert.That(RawMessages.UploadVoid(Town, first, key));
        Assert.That((await Town.Submit(kiosk, promised)).Single().Share.Credited.Minor, Is.EqualTo(2000));
        Assert.That((await Town.Submit(bar, waits)).Single().Share.Waiting.Minor, Is.EqualTo(400));
        eve.Dispose();
        Assert.That(Town.Issuer.Audit.Run(), Is.Empty);
    }

    /// <summary>
    /// The card was reported as lost before any payment of it came: the S_I that is on the hot list is not the one on the card. Shops are
    /// paid, and the issuer bears it.
    /// </summary>
    [Test, Rule(27)]
    public async Task AReportThatNoShopCouldHearCostsNoShop()
    {
        await BobsOrderIsCarriedOutTwice();
        Assert.That(Town.Account(_bob).Minor, Is.EqualTo(3000));
        await Town.Wallet.ReportLost(WalletTerminal.SignLostReport(_bob.Card, _bob.Pin, Timestamp.Now(Town.Clock)), default).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromDays(2));
        await Visit(Till);
        Town.Pay(Till, _bob, 700);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Visit(Till);
        Assert.That(Town.Pay(Till, _bob, 100).Outcome, Is.EqualTo(TillOutcome.Refused), "now shops know it");
        Assert.That((Town.ShopAccount().Minor, Town.Issuer.Audit.Borne.Minor), Is.EqualTo((1200UL, 700UL)));
        Assert.That((Town.Issuer.Audit.Run(), Audit()), Is.EqualTo((Array.Empty<string>(), Array.Empty<object>())));
    }

    /// <summary>
    /// No payment has shown the S_I of a card before its holder takes one back. A shop that has signed S_W, and settles all the same, gets
    /// nothing: the holder spends that money, and overspends nothing. What was never settled is pronounced dead, and what came early is
    /// known, as of any coin.
    /// </summary>
    [Test, Rule(27), Rule(4)]
    public async Task WhatIsTakenBackWithTheOtherSignatureIsDead()
    {
        await BobsOrderIsCarriedOutTwice();
        using var till = Town.TillKey(Till);
        var taken = Town.Sign(_bob, Till, 700);
        var lost = Town.Sign(_bob, Till, 300);
        var early = Town.Sign(_bob, Till, 100, Timestamp.Now(Town.Clock).Plus(TimeSpan.FromDays(3)));
        Assert.That(RawMessages.Void(_bob, taken, till));
        Assert.That(RawMessages.UploadVoid(Town, taken, till), "the issuer knows it by its key");
        Assert.That((await Town.Submit(Till, taken)).Single().Verdict, Is.EqualTo(Verdict.Dead));
        Assert.That((await Town.Submit(Till, early)).Single().Verdict, Is.EqualTo(Verdict.Early));
        Assert.That(Town.Rows("issuer")["early"], Is.EqualTo(1));
        Town.Clock.Advance(TimeSpan.FromDays(10));
        await Town.RunCycles();
        Assert.That(RawMessages.AskDead(Town, lost));
        Town.Pay(Till, _bob, 1600);
        await Visit(Till);
        Assert.That((Town.ShopAccount().Minor, Town.Issuer.Queues.Cases, Town.Rows("issuer")["hot"]), Is.EqualTo((500UL + 1600, 0L, 0L)));
        Assert.That((Town.Issuer.Audit.Run(), Audit()), Is.EqualTo((Array.Empty<string>(), Array.Empty<object>())));
    }

    /// <summary>
    /// Who has broken a card has one message under a number taken back, before the coin is known by that S_I, and another one under it
    /// paid: that is an equivocation, as of any coin.
    /// </summary>
    [Test, Rule(27), Rule(2)]
    public async Task ATakenBackMessageIsRememberedUnderEitherSignature()
    {
        var eve = await EveWithdrawsBeforeANewKey();
        await eve.WithdrawAgain();
        using var till = Town.TillKey(Till);
        Assert.That(RawMessages.UploadVoid(Town, eve.Pay(Timestamp.Now(Town.Clock), Town.Till(Till).W, 1, 2000, 700), till));
        await IsAnswered(eve, eve.Coin, 1, 600, Verdict.Equivocation, 600);
        eve.Dispose();
    }

    /// <summary>
    /// One S_I expires a quarter after the other. The coin is not forgotten before the later one is over: whoever shows it gets nothing
    /// once more.
    /// </summary>
    [Test, Rule(27)]
    public async Task TheCoinIsKnownUntilTheLaterOfTheTwoExpires([Values] bool isLaterShownFirst)
    {
        Town.Clock.Advance(Quarter.Of(Timestamp.Now(Town.Clock)).End.Minus(TimeSpan.FromHours(6)).ToDate()!.Value - Town.Clock.GetUtcNow());
        await Town.RunCycle();
        OwnKeyCoin eve = null!;
        await AllArePutBack(async () => eve = await OwnKeyCoin.Withdraw(Town, new Amount(2000)));
        Town.Clock.Advance(TimeSpan.FromHours(8));
        await Town.RunCycles();
        var second = await eve.WithdrawAgain();
        Assert.That(second.Terms.Expiry, Is.EqualTo(eve.Coin.Terms.Expiry.Plus(1)));
        if (isLaterShownFirst)
        {
            await IsAnswered(eve, second, 1, 400, Verdict.Settled, 400);
            await IsAnswered(eve, eve.Coin, 2, 1600, Verdict.Settled, 1600);
        }
        else
        {
            await IsAnswered(eve, eve.Coin, 1, 2000, Verdict.Settled, 2000);
        }

        var over = eve.Coin.Terms.Expiry.End.Plus(Town.Options.Terms.SettlePeriod + Town.Options.Terms.DisputeTerm + TimeSpan.FromDays(3))
            .ToDate()!.Value;
        while (Town.Clock.GetUtcNow() < over)
        {
            Town.Clock.Advance(TimeSpan.FromDays(90) < over - Town.Clock.GetUtcNow() ? TimeSpan.FromDays(90)
                : over - Town.Clock.GetUtcNow());
            await Town.RunCycles();
        }

        await IsAnswered(eve, second, 3, 2000, Verdict.Excess, 0);
        eve.Dispose();
        Assert.That((Town.Issuer.Audit.Borne.Minor, Town.Issuer.Audit.Run()), Is.EqualTo((0UL, Array.Empty<string>())));
        Assert.That(Audit(banks: []).Findings, Is.Empty);
    }

    private async Task IsAnswered(OwnKeyCoin eve, Coin coin, ushort seq, ulong minor, Verdict verdict, ulong credited)
    {
        var receipt = (await Town.Submit(Till, eve.Pay(Timestamp.Now(Town.Clock), Town.Till(Till).W, seq, 2000, minor, coin))).Single();
        Assert.That((receipt.Verdict, receipt.Share.Credited.Minor, receipt.Share.Guaranteed.Minor), Is.EqualTo((verdict, credited, 0UL)));
    }

    /// <summary>A holder who knows SS_U has a coin that all parties have forgotten, and the coin key was changed.</summary>
    private async Task<OwnKeyCoin> EveWithdrawsBeforeANewKey()
    {
        OwnKeyCoin eve = null!;
        await AllArePutBack(async () => eve = await OwnKeyCoin.Withdraw(Town, new Amount(2000)));
        Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        await Town.RunCycles();
        return eve;
    }

    private async Task BobWithdraws() => Assert.That(
        (await Town.WalletWith(new WalletRecords(_records)).Withdraw(_bob.Card, _bob.Pin, new Amount(2000), default)).Outcome,
        Is.EqualTo(WithdrawalOutcome.Issued));

    private async Task BobPays()
    {
        await BobWithdraws();
        Town.Pay(Till, _bob, 700);
    }

    /// <summary>
    /// His wallet shows the order after the coin key was changed: the issuer's S_I of his coin is another one than the card's, and no
    /// payment has shown either.
    /// </summary>
    private async Task BobsOrderIsCarriedOutTwice()
    {
        await AllArePutBack(BobWithdraws);
        Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        await Town.RunCycles();
        await Resume();
        await Town.RunCycles();
    }

    private async Task Resume() => await Town.WalletWith(new WalletRecords(_records)).Resume(_bob.Card, _bob.Pin, default).OrRefuse();

    /// <summary>
    /// Something happens after a copy of issuer and banks, and a till settles. All are put back to it, the till shows that, and the issuer
    /// recovers.
    /// </summary>
    private async Task AllArePutBack(Func<Task> what)
    {
        Town.OpenAccount(_bob, new Amount(5000));
        await Trade(400);
        var copies = CopyAll();
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        await what();
        Town.Pay(Till, Alice, 100);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Visit(Till);
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        PutBack(copies);
        await Town.RunCycle();
        Assert.That(async () => await Visit(Till), Throws.TypeOf<RefusedException>().With.Message.Contain("hiercash-issuer recover"));
        await Recover();
        Assert.That(Town.Account(_bob).Minor, Is.EqualTo(5000));
    }

    /// <summary>Of 20.00 the coin has paid 7.00; the rest comes back when its terms are over, and nobody bears anything.</summary>
    private async Task ComesToTheCent()
    {
        Assert.That(Audit(), Is.Empty);
        for (int i = 0; i < 7; i++)
        {
            Town.Clock.Advance(TimeSpan.FromDays(100));
            await Town.RunCycles();
        }

        Assert.That((Town.Account(_bob).Minor, Town.Issuer.Audit.Borne.Minor), Is.EqualTo((4300UL, 0UL)));
        Assert.That((Town.Issuer.Audit.Run(), Audit()), Is.EqualTo((Array.Empty<string>(), Array.Empty<object>())));
    }
}
