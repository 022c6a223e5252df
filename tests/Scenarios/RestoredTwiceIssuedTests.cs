using HierCash.Protocol.Cash;
using HierCash.Terminals;
using HierCash.Town;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Issuer and banks were put back together, and an order is carried out a second time, under a newer coin key or in a later quarter (rule R27): its withdrawal has two S_I then, and pays once.
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

    /// <summary>The wallet shows its order before a till brings what its coin has paid. The shop is paid, the account bears it, and what is left comes back once.</summary>
    [Test, Rule(27)]
    public async Task OneOrderIsOneCoinAlsoWithAnotherSignature([Values] Meanwhile what)
    {
        if (what == Meanwhile.NextQuarter)
        {
            Town.Clock.Advance(Quarter.Of(Timestamp.Now(Town.Clock)).End.Minus(TimeSpan.FromHours(6)).ToDate()!.Value - Town.Clock.GetUtcNow());
            await Town.RunCycle();
        }

        await AllArePutBack(BobPays);
        if (what == Meanwhile.NewKey)
        {
            Town.Issuer.Rotate(KeyUsage.IssuerCoin);
        }

        Town.Clock.Advance(TimeSpan.FromHours(what == Meanwhile.NextQuarter ? 8 : 1));
        await Town.RunCycles();
        await Resume();
        await Visit(Till);
        Assert.That((Town.Account(_bob).Minor, Town.ShopAccount().Minor), Is.EqualTo((3000UL, 1200UL)));
        Assert.That(Town.Rows("issuer")["hot"], Is.Zero, "the card is good");
        await ComesToTheCent();
    }

    /// <summary>The issuer is put back once more, to before the second time. The bank keeps that withdrawal back until a till has brought the first coin: then it bears what that has paid.</summary>
    [Test, Rule(27)]
    public async Task WhoGivesTheSecondBackBearsWhatTheFirstHasPaid()
    {
        await AllArePutBack(BobPays);
        Town.Issuer.Rotate(KeyUsage.IssuerCoin);
        await Town.RunCycles();
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        await Resume();
        await Town.RunCycle();
        await IssuerIsPutBack(copy, keeps: 2000);
        await Visit(Till);
        Assert.That(Town.Issuer.Audit.Borne.Minor, Is.EqualTo(700));

        copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromMinutes(10));
        await Town.RunCycle();
        await IssuerIsPutBack(copy, keeps: 0);
        await Visit(Till);
        Assert.That((Town.Account(_bob).Minor, Town.ShopAccount().Minor), Is.EqualTo((3000UL, 1200UL)));
        await ComesToTheCent();
    }

    /// <summary>Who has broken a card signs with both. Shops are paid up to X in all; of what exceeds it nothing is guaranteed that no dossier can show, and a person has to look.</summary>
    [Test, Rule(27)]
    public async Task BothTogetherPayUpToX()
    {
        OwnKeyCoin eve = null!;
        await AllArePutBack(async () => eve = await OwnKeyCoin.Withdraw(Town, new Amount(2000)));
        Town.Issuer.Rotate(KeyUsage.IssuerCoin);
        await Town.RunCycles();
        var second = await eve.WithdrawAgain();
        Assert.That(second.Id, Is.Not.EqualTo(eve.Coin.Id));
        await IsAnswered(eve, second, 1, 700, Verdict.Settled, 700);
        await IsAnswered(eve, eve.Coin, 1, 600, Verdict.Equivocation, 600);
        await IsAnswered(eve, eve.Coin, 2, 1500, Verdict.Excess, 700);
        eve.Dispose();
        await Town.RunCycles();
        Assert.That(Town.Issuer.Queues.Cases, Is.EqualTo(1), "no bank is told what proves nothing");
        Assert.That(Town.Rows("issuer")["hot"], Is.EqualTo(2));
        Assert.That((Town.Issuer.Audit.Borne.Minor, Town.Issuer.Audit.Run()), Is.EqualTo((0UL, Array.Empty<string>())));
        Assert.That(Audit(banks: []).Findings, Is.Empty);
    }

    /// <summary>The card was reported as lost before any payment of it came: the S_I that is on the hot list is not the one on the card. Shops are paid, and the issuer bears it.</summary>
    [Test, Rule(27)]
    public async Task AReportThatNoShopCouldHearCostsNoShop()
    {
        await AllArePutBack(async () =>
            Assert.That((await Town.WalletWith(new WalletRecords(_records)).Withdraw(_bob.Card, _bob.Pin, new Amount(2000), default)).Outcome, Is.EqualTo(WithdrawalOutcome.Issued)));
        Town.Issuer.Rotate(KeyUsage.IssuerCoin);
        await Town.RunCycles();
        await Resume();
        await Town.RunCycles();
        Assert.That(Town.Account(_bob).Minor, Is.EqualTo(3000));
        await Town.Wallet.ReportLost(WalletTerminal.SignLostReport(_bob.Card, _bob.Pin, Timestamp.Now(Town.Clock)), default);
        Town.Clock.Advance(TimeSpan.FromDays(2));
        await Visit(Till);
        Town.Pay(Till, _bob, 700);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Visit(Till);
        Assert.That((Town.ShopAccount().Minor, Town.Issuer.Audit.Borne.Minor), Is.EqualTo((1200UL, 700UL)));
        Assert.That((Town.Issuer.Audit.Run(), Audit()), Is.EqualTo((Array.Empty<string>(), Array.Empty<object>())));
    }

    private async Task IsAnswered(OwnKeyCoin eve, Coin coin, ushort seq, ulong minor, Verdict verdict, ulong credited)
    {
        var receipt = (await Town.Submit(Till, eve.Pay(Timestamp.Now(Town.Clock), Town.Till(Till).W, seq, 2000, minor, coin))).Single();
        Assert.That((receipt.Verdict, receipt.Share.Credited.Minor, receipt.Share.Guaranteed.Minor), Is.EqualTo((verdict, credited, 0UL)));
    }

    private async Task BobPays()
    {
        Assert.That((await Town.WalletWith(new WalletRecords(_records)).Withdraw(_bob.Card, _bob.Pin, new Amount(2000), default)).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        Town.Pay(Till, _bob, 700);
    }

    private async Task Resume() => await Town.WalletWith(new WalletRecords(_records)).Resume(_bob.Card, _bob.Pin, default);

    /// <summary>Something happens after a copy of issuer and banks, and a till settles. All are put back to it, the till shows that, and the issuer recovers.</summary>
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
        Assert.That(async () => await Visit(Till), Throws.InvalidOperationException.With.Message.Contain("hiercash-issuer recover"));
        await Recover();
        Assert.That(Town.Account(_bob).Minor, Is.EqualTo(5000));
    }

    /// <summary>The issuer alone is put back, and the users' bank gives back all but what it keeps.</summary>
    private async Task IssuerIsPutBack(byte[] copy, ulong keeps)
    {
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("issuer", copy);
        Assert.That(async () => await Town.UserBank.Run(default), Throws.InvalidOperationException);
        Town.Issuer.Recover();
        Assert.That(async () => await Town.ShopBank.Run(default), Throws.InvalidOperationException);
        Assert.That(async () => await Town.BankOver("bank-1", new KeepingBack(Town.UserBankLink(), [keeps])).Run(default), Throws.InvalidOperationException);
        Assert.That(Town.Issuer.Behind, Is.Null);
        await Town.RunCycle();
        await Town.RunCycle();
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
