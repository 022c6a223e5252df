using HierCash.Protocol.Cash;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Tests.Cheating;
using HierCash.Simulation;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A bank keeps back what an issuer that was restored from a copy had issued to it: the issuer's own signature is good all the same (rule
/// R27).
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredHonouredTests : RestoredScenario
{
    /// <summary>
    /// Honest shops are paid up to X for coins that a bank kept back, and the issuer bears that, by its own books and by the auditor's.
    /// Then the bank asks for one of them again, and gives another back: it bears them, and hears who overspent. What is never given back
    /// is forgotten after its terms.
    /// </summary>
    [Test, Rule(27), Waits(WaitingKind.HonouredCoin)]
    public async Task AShopIsPaidForWhatABankKeptBack()
    {
        Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromDays(3));
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        using var bob = Town.User("Bob", 4000);
        using var carol = Town.User("Carol", 2000);
        using var dave = Town.User("Dave", 900);
        using var clone = bob.Clone();
        using var eve = await OwnKeyCoin.Withdraw(Town, new Amount(800));
        await Trade(100);
        await IssuerIsPutBack(copy, 4000, 2000, 900);
        await Visit(Till);
        Assert.That((Town.ShopAccount().Minor, Town.Issuer.Audit.Borne.Minor), Is.EqualTo((500UL, 0UL)), "Alice's");

        var first = Town.Sign(bob, Till, 1500);
        await IsAnswered(first, Verdict.Settled, 1500, 0);
        await IsAnswered(first, Verdict.Settled, 1500, 0);
        await IsAnswered(Town.Sign(clone, Till, 3000), Verdict.Equivocation, 2500, 500);
        await IsAnswered(Town.Sign(clone, Till, 600), Verdict.Excess, 0, 600);
        await IsAnswered(Town.Sign(carol, Till, 700), Verdict.Settled, 700, 0);
        await IsAnswered(Town.Sign(dave, Till, 300), Verdict.Settled, 300, 0);
        var refunded = Town.Sign(dave, Till, 200);
        await IsAnswered(refunded, Verdict.Settled, 200, 0);
        await IsAnswered(eve.Pay(Timestamp.Now(Town.Clock), Town.Till(Till).W, 1, 800, 800), Verdict.Settled, 800, 0);
        Assert.That(await eve.WithdrawAnother(tm: 1), "her key is no other bank's");
        Assert.That(AsksFor(900, minor: 100), Is.False, "no bank bears 1.00 for a coin of 9.00");
        await CoinsOfOtherTimesAreUnknown(bob);
        var account = Town.Account(carol).Minor;
        var waits = (await Town.Wallet.Redeem(carol.Card, carol.Pin, null, default).OrRefuse()).Single();
        Assert.That((waits.Done, waits.Message), Is.EqualTo(
            (false, "13.00 EUR wait: the issuer does not know yet to which bank's account they go. Tell your bank; this stays open, and "
                + "'hiercash-wallet redeem' asks again.")));
        await Town.RunCycles();
        Assert.That((Town.ShopAccount().Minor, Town.Issuer.Audit.Borne.Minor, Town.Issuer.Queues.Cases), Is.EqualTo((6500UL, 6000UL, 0L)));
        Assert.That(Town.Issuer.Waits.One(WaitingKind.HonouredCoin).What, Is.EqualTo("4 coins of no bank, which have paid 60.00 EUR"));
        Assert.That(Town.Issuer.Alarms.Count(a => a.Kind == "honoured coin"), Is.EqualTo(4));
        Assert.That(Bears(), Is.EqualTo(6000));
        Assert.That(Audit().Select(f => f.Books).Distinct(), Is.EqualTo(new[] { "bank-1" }), "who kept something back is named");

        using var till = Town.TillKey(Till);
        Assert.That(RawMessages.Reverse(Town.TillLink(Till), till, refunded));
        await Town.RunCycles();
        Assert.That((Town.ShopAccount().Minor, Bears()), Is.EqualTo((6300UL, 5800L)));

        BankAsksAgain(4000);
        await Town.RunCycles();
        Assert.That((Bears(), Town.UserBank.EvidenceFiles.Single().Name), Is.EqualTo((1800L, "Bob")));

        copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromMinutes(10));
        await Town.RunCycle();
        await IssuerIsPutBack(copy, 900);
        Assert.That((await Town.Wallet.Redeem(carol.Card, carol.Pin, null, default).OrRefuse()).Single().Done);
        await Town.RunCycles();
        Assert.That((Bears(), Town.Account(carol).Minor), Is.EqualTo((1100L, account + 1300)));
        Assert.That(Town.Issuer.Registry.FindBank(Town.UserBank.Id)!.Circulation.Issued.Minor, Is.EqualTo(11_800UL));

        // Dave's and Eve's are never given back: nothing of them returns, and they are forgotten after their terms. What was borne stays.
        Town.Clock.Advance(TimeSpan.FromDays(700));
        await Town.RunCycles();
        await Town.RunCycles();
        Assert.That((Town.Rows("issuer")["inspection"], Town.Rows("issuer")["closed_coin"], Bears()), Is.EqualTo((0L, 0L, 1100L)));
    }

    private async Task IsAnswered(CashPayment h, Verdict verdict, ulong credited, ulong waiting)
    {
        var receipt = (await Town.Submit(Till, h)).Single();
        Assert.That((receipt.Verdict, receipt.Share.Credited.Minor, receipt.Share.Guaranteed.Minor, receipt.Share.Waiting.Minor),
            Is.EqualTo((verdict, credited, 0UL, waiting)));
    }

    /// <summary>
    /// Whoever has a coin key makes no coin of another quarter good by it, and with one that was retired before the copy none at all.
    /// </summary>
    private async Task CoinsOfOtherTimesAreUnknown(TownCard like)
    {
        using var holder = Town.Options.Suite.GenerateKey();
        foreach (var (quarters, isRetired) in new[] { (-1, false), (1, false), (0, true) })
        {
            using var stolen = Town.CoinKeyAfter(isRetired ? 0 : 1);
            var terms = like.Coins().Single().Coin.Terms;
            var unsigned = new Coin(terms with { Expiry = terms.Expiry.Plus(quarters), IssuerKey = stolen.PublicKey.Id },
                holder.PublicKey.Compress(), []);
            var h = new CashPayment(unsigned with { SI = stolen.Sign(unsigned.Message) }, 1, new Amount(4000), Timestamp.Now(Town.Clock),
                Town.Till(Till).W, new Amount(700), []);
            await IsAnswered(h with { SU = holder.Sign(h.Message) }, Verdict.UnknownCoin, 0, 0);
        }
    }

    /// <summary>The bank asks for the same E_I once more: it gets the same coin, and bears it.</summary>
    private void BankAsksAgain(ulong minor)
    {
        using var key = Town.BankKey("bank-1");
        long coins = Town.Rows("issuer")["inspection"] + Town.Rows("issuer")["closed_coin"];
        var order = RawMessages.Orders(Town).Last(o => o.FaceValue.Minor == minor);
        Assert.That(RawMessages.Issue(Town.UserBankLink(), key, Town.UserBank.Id, order, minor, Timestamp.Now(Town.Clock)));
        Assert.That(Town.Rows("issuer")["inspection"] + Town.Rows("issuer")["closed_coin"], Is.EqualTo(coins));
    }

    /// <summary>The bank asks for the order of one amount with another one; true if it gets a coin.</summary>
    private bool AsksFor(ulong ordered, ulong minor)
    {
        using var key = Town.BankKey("bank-1");
        return RawMessages.Issue(Town.UserBankLink(), key, Town.UserBank.Id,
            RawMessages.Orders(Town).Last(o => o.FaceValue.Minor == ordered), minor, Timestamp.Now(Town.Clock));
    }

    /// <summary>What the issuer bears by the auditor's note; its books hold, by the auditor's check and its own.</summary>
    private long Bears()
    {
        Assert.That(Town.Issuer.Audit.Run(), Is.Empty);
        var result = Audit(banks: []);
        Assert.That(result.Findings, Is.Empty);
        Assert.That(result.Notes.SingleOrDefault()?.What.Split(' ')[3] ?? "0", Is.EqualTo($"{Town.Issuer.Audit.Borne.Minor}"));
        return (long)Town.Issuer.Audit.Borne.Minor;
    }

    /// <summary>
    /// The copy has a bank that had not visited yet. Whoever stole a coin key that was retired long before makes no good coins with it.
    /// </summary>
    [Test, Rule(27)]
    public async Task ABankThatHadNotVisitedOpensNoOtherTime()
    {
        Town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromDays(200));
        await Town.RunCycle();
        using var bob = Town.User("Bob", 4000);
        Town.Pay(Till, bob, 400);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Town.Settle(Till);
        await Town.RunCycle();
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromMinutes(10));
        await Town.RunCycle();
        Town.Replace("issuer", copy);
        using (var store = new SqliteConnection($"Data Source={IssuerFile}"))
        {
            store.Open();
            using var forget = store.CreateCommand();
            forget.CommandText = $"DELETE FROM position WHERE bank = {Town.ShopBank.Id.Value}";
            Assert.That(forget.ExecuteNonQuery(), Is.Positive);
        }

        Assert.That(await Town.ShopBank.Run(default), Is.Not.Null);
        await Recover();
        await Visit(Till);
        using var holder = Town.Options.Suite.GenerateKey();
        using var stolen = Town.CoinKeyAfter(0);
        var like = bob.Coins().Single().Coin.Terms;
        var unsigned = new Coin(like with { IssuerKey = stolen.PublicKey.Id }, holder.PublicKey.Compress(), []);
        var h = new CashPayment(unsigned with { SI = stolen.Sign(unsigned.Message) }, 1, new Amount(4000), Timestamp.Now(Town.Clock),
            Town.Till(Till).W, new Amount(700), []);
        Assert.That((await Town.Submit(Till, h with { SU = holder.Sign(h.Message) })).Single().Verdict, Is.EqualTo(Verdict.UnknownCoin));
    }
}
