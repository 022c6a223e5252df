using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Who was restored from an older copy recovers what others know by its own signature (rule R27); the books are to the cent then, and the
/// auditor finds nothing.
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredRecoveryTests : RestoredScenario
{
    /// <summary>
    /// 40.00 that were withdrawn after the copy, and the 14.00 of instructions since: nothing is made of nothing. Whose the 40.00 are only
    /// the order shows.
    /// </summary>
    [Test, Rule(27)]
    public async Task ABankRecoversWhatItWithdrewAndBooked()
    {
        using var database = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(database);
        await Trade(400);
        var copy = Town.StoreBytes("bank-1");
        var withdrawn = await Town.WalletWith(records).Withdraw(Alice.Card, Alice.Pin, new Amount(4000), default);
        Assert.That(withdrawn.Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        await Trade(1000);
        var (before, floats) = (Town.Account(Alice), Town.UserBank.Audit.Float);
        Town.Replace("bank-1", copy);
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(before.Minor + 4000), "made of nothing, so far");
        var done = (await Town.UserBank.Recover(default)).OrRefuse();
        Assert.That((done.Withdrawals, done.Total.Minor, Town.UserBank.Behind), Is.EqualTo((1, 4000UL, (Timestamp?)null)));
        Assert.That((Town.UserBank.Audit.Float, Town.UserBank.Audit.Unordered), Is.EqualTo((floats, (1L, 4000L))));
        Town.AssertSoundAfterCycle(Alice);
        Assert.That(Audit(), Is.Empty);
        Assert.That((await Town.UserBank.Recover(default)).Refused?.Sentence, Does.Contain("no older copy"));

        // Days later the holder's wallet shows the order: the account bears it, once.
        Town.Clock.Advance(TimeSpan.FromDays(9));
        for (int time = 0; time < 2; time++)
        {
            await Town.WalletWith(records).Resume(Alice.Card, Alice.Pin, default).OrRefuse();
            Assert.That((Town.Account(Alice), Town.UserBank.Audit.Unordered.Times), Is.EqualTo((before, 0L)));
        }

        await Trade(1500);
        Town.AssertSound(Alice);
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>A shop's bank knows the accounts of shops again that came after its copy, and their credits.</summary>
    [Test, Rule(27)]
    public async Task ABankRecoversItsShops()
    {
        var copy = Town.StoreBytes("bank-2");
        string kiosk = Town.AddTill("Kiosk");
        Town.Pay(kiosk, Alice, 700);
        await Town.Settle(kiosk);
        await Trade(1000);
        await Town.RunCycle();
        Assert.That((Town.ShopAccount("Kiosk").Minor, Town.ShopAccount().Minor), Is.EqualTo((700UL, 1000UL)));
        Town.Replace("bank-2", copy);
        Assert.That(Town.ShopAccount().Minor, Is.Zero);
        Assert.That(((await Town.ShopBank.Recover(default)).OrRefuse()).Shops, Is.EqualTo(1));
        Assert.That((Town.ShopAccount("Kiosk").Minor, Town.ShopAccount().Minor), Is.EqualTo((700UL, 1000UL)));
        Town.AssertSoundAfterCycle(Alice);
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// The issuer has again what it issued, instructed and stated, from the banks; no number is given twice, no bank loses or gains a cent.
    /// </summary>
    [Test, Rule(27)]
    public async Task AnIssuerRecoversWhatItSigned()
    {
        await Restore("issuer");
        await RecoverToTheCent();

        // The coin of after the copy is known again: what it pays is settled, and the shop's credit comes once the suspense is used up.
        var shop = Town.ShopAccount();
        Town.Pay(Till, Alice, 3000);
        Assert.That((await Town.Settle(Till)).Settled, Is.EqualTo(1));
        await Town.RunCycle();
        await Town.RunCycle();
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(shop.Minor + 2000), "10.00 of it were credited before");
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>A bank that says that it was restored, and was not: it gets the same instructions again, and no money by them.</summary>
    [Test, Rule(27)]
    public async Task WhoPretendsToBeRestoredGetsNothing()
    {
        await Trade(400);
        await Trade(1000);
        var link = Town.UserBankLink();
        using var key = Town.BankKey("bank-1");
        var first = (await link.Ask(new InstructionsMessage(0), default)).Reply!.Transfers;
        var before = Town.Issuer.Registry.FindBank(Town.UserBank.Id)!.Circulation;
        var lie = new Position(PositionRole.Bank, Town.Issuer.Id, Town.UserBank.Id, 100_000, 0, 0, 0, true, Timestamp.Now(Town.Clock), []);
        Assert.That((await link.Ask(new AgreeMessage(Position.Sign(key, lie), null), default)).Reply?.Position, Is.Not.Null);
        var again = (await link.Ask(new InstructionsMessage(0), default)).Reply!.Transfers;
        Assert.That(again.Select(t => Convert.ToHexString(t.Encode())), Is.EqualTo(first.Select(t => Convert.ToHexString(t.Encode()))));
        Assert.That(Town.Issuer.Registry.FindBank(Town.UserBank.Id)!.Circulation, Is.EqualTo(before));
        Assert.That(Town.Issuer.Alarms.Select(a => a.Kind), Has.Some.EqualTo("bank restored from an older copy"));
    }

    /// <summary>An issuer that charges a restored bank with what that bank never asked for: it books nothing of it.</summary>
    [Test, Rule(27)]
    public async Task ABankTakesNoWithdrawalThatItDidNotAskFor()
    {
        await Restore("bank-1");
        using var other = Town.Options.Suite.GenerateKey();
        var lying = Town.BankOver("bank-1", new ChangedAnswer(Town.UserBankLink(), MessageType.Issued, reply => new IssuedReply(
            [.. reply.As<IssuedReply>()!.Issued.Select(i => i with { Asked = i.Asked with { FaceValue = new Amount(90_000) } })])
                .ToMessage()));
        Assert.That(((await lying.Recover(default)).OrRefuse()).Withdrawals, Is.Zero);
        Assert.That(lying.Audit.Unordered.Sum, Is.Zero);
    }

    /// <summary>A bank that gives a restored issuer what that had not signed: nothing of it is taken.</summary>
    [Test, Rule(27)]
    public async Task AnIssuerTakesBackOnlyWhatItSigned()
    {
        await Restore("issuer");
        Town.Issuer.Recover().OrRefuse();
        using var other = Town.Options.Suite.GenerateKey();
        var number = Town.Issuer.Registry.FindBank(Town.ShopBank.Id)!;
        var forged = ClearingInstruction.Sign(
            other, Town.Issuer.Id, 2, Town.ShopBank.Id, TransferKind.ShopCredit, Town.AccountOf("Cafe"), new Amount(99_000), Currency.Eur,
            Timestamp.Now(Town.Clock));
        var link = Town.IssuerLink(new LinkPeer(LinkRole.Bank, Town.ShopBank.Id), "bank-2");
        var reply = await link.Call(new ReturnMessage(true, [], [forged], []).ToMessage(), default);
        Assert.That((Refusal.Read(reply)?.Reason, Town.Issuer.Awaited.Count, number.Id),
            Is.EqualTo((RefusalReason.BadSignature, 2, Town.ShopBank.Id)));
    }

    /// <summary>A bank that will never come again keeps nobody waiting, once a person says so.</summary>
    [Test, Rule(27)]
    public async Task ABankThatWillNotComeIsLeftOut()
    {
        await Restore("issuer");
        Assert.That(Town.Issuer.Recover().OrRefuse(), Has.Count.EqualTo(2));
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        Assert.That(Town.Issuer.Recover(Town.ShopBank.Id).OrRefuse(), Is.Empty);
        Assert.That(Town.Issuer.Behind, Is.Null);
        Assert.That(Town.Issuer.Recover().Refused?.Sentence, Does.Contain("no older copy"));
    }

    /// <summary>
    /// A bank that was left out comes after all, in time or later. Before it has given back nothing is numbered for it: it books each
    /// instruction once, and its shops have their money.
    /// </summary>
    [Test, Rule(27)]
    public async Task ABankThatWasLeftOutComesBack([Values] bool inTime)
    {
        await Restore("issuer");
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Town.Issuer.Recover(Town.ShopBank.Id).OrRefuse();
        if (inTime)
        {
            Assert.That(await Town.ShopBank.Run(default), Is.Not.Null);
        }

        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Assert.That(Town.Issuer.Behind, Is.Null);
        for (int i = 0; i < 3; i++)
        {
            Town.Clock.Advance(TimeSpan.FromHours(1));
            Town.Pay(Till, Alice, 100);
            await Town.Till(Till).Synchronise(Town.TillLink(Till), default).OrRefuse();
            Town.Issuer.CloseCycle();
        }

        if (!inTime)
        {
            Assert.That(await Town.ShopBank.Run(default), Is.Not.Null);
            Assert.That(Town.Issuer.Behind, Is.Null, "it had stopped the issuer before");
        }

        await Town.RunCycles();
        await Visit(Till);
        Assert.That((Town.ShopAccount().Minor, Town.Till(Till).Sum(CoinPaymentState.Settled).Minor), Is.EqualTo((1700UL, 1700UL)));
        Assert.That(Audit(), Is.Empty);
    }
}
