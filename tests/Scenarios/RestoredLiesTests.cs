using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using HierCash.Wallet;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Scenarios;

/// <summary>Somebody makes use of a restoration that was, or that he only says was (rule R27).</summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed partial class RestoredLiesTests : RestoredScenario
{
    private ulong _number = 100_000;

    /// <summary>
    /// A bank says again and again that it was restored. What it does not book waits since the first day, and stops its issuing.
    /// </summary>
    [Test, Rule(27), Rule(8)]
    public async Task WhoSaysThatItWasRestoredStaysInArrears([Values] bool says)
    {
        Town.Pay(Till, Alice, 300);
        await Town.Settle(Till);
        Town.Issuer.CloseCycle();
        var bank = new BankThatLies(Town, "bank-1");
        await bank.Say(1, bank.Sign(1, BookingOutcome.BeyondFloat));
        for (int month = 0; month < 3; month++)
        {
            Town.Clock.Advance(TimeSpan.FromDays(29));
            if (says)
            {
                await Town.UserBankLink().Call(new AgreeMessage(Own(isRestored: true), null).ToMessage(), default);
                await bank.Say(1, bank.Sign(1, BookingOutcome.BeyondFloat));
            }

            Town.Issuer.CloseCycle();
        }

        var parked = Town.Issuer.Parked.Single(p => p.Bank == Town.UserBank.Id);
        Assert.That((parked.TermOver, parked.StopsIssuing), Is.EqualTo((true, true)));
    }

    /// <summary>What such a bank books this time is no arrears any more.</summary>
    [Test, Rule(27), Rule(8)]
    public async Task WhatIsBookedAfterARestorationWaitsNoLonger()
    {
        Town.Pay(Till, Alice, 300);
        await Town.Settle(Till);
        Town.Issuer.CloseCycle();
        var bank = new BankThatLies(Town, "bank-1");
        await bank.Say(1, bank.Sign(1, BookingOutcome.BeyondFloat));
        Assert.That(Town.Issuer.Parked, Has.Count.EqualTo(1));
        await Town.UserBankLink().Call(new AgreeMessage(Own(isRestored: true), null).ToMessage(), default);
        await bank.Say(1);
        Assert.That(Town.Issuer.Parked, Is.Empty);
    }

    /// <summary>
    /// A bank was restored. What the issuer knew of instructions and statements after its copy is forgotten, of those before it stays; and
    /// its cases it is told again, nobody else's.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhatABankHasForgottenItIsToldAgain()
    {
        uint bank = Town.UserBank.Id.Value;
        uint other = Town.ShopBank.Id.Value;
        using var store = new SqliteConnection($"Data Source={IssuerFile}");
        store.Open();
        foreach (string sql in new[]
        {
            "DELETE FROM mark", $"INSERT INTO mark VALUES({bank}, 'instruction', 5, 1), ({bank}, 'instruction', 6, 1), ({bank}, "
                + $"'statement', 7, 1), ({bank}, 'statement', 8, 1), ({other}, 'instruction', 6, 1)",
            $"INSERT INTO parked VALUES({bank}, 5, 1, 1, 1, x'01'), ({bank}, 6, 0, 1, 1, x'01'), ({bank}, 7, 1, 1, 1, x'01'), ({other}, 6, "
                + $"0, 1, 1, x'01')",
            $"INSERT INTO trace_case(coin, coin_id, bank, is_excess, opened, changed) VALUES(91, x'01', {bank}, 0, 1, 0), (92, x'02', "
                + $"{other}, 0, 1, 0)",
            $"UPDATE bank SET acknowledged = 9, told = 9",
        })
        {
            using var command = store.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        string Now(string sql)
        {
            using var command = store.CreateCommand();
            command.CommandText = sql;
            return (string)command.ExecuteScalar()!;
        }

        Assert.That((await Town.UserBankLink().Ask(new AgreeMessage(Own(true, 5, 7), null), default)).Reply?.Position, Is.Not.Null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Now($"SELECT group_concat(what || ' ' || number, ',') FROM (SELECT * FROM mark WHERE bank = {bank} ORDER BY what, "
                + $"number)"), Is.EqualTo("instruction 5,statement 7"));
            Assert.That(Now("SELECT group_concat(bank || ' ' || number || ' ' || date, ',') FROM (SELECT * FROM parked ORDER BY bank, "
                + "number)"), Is.EqualTo($"{bank} 5 1,{bank} 7 0,{other} 6 1"));
            Assert.That(Now("SELECT group_concat(changed, ',') FROM (SELECT * FROM trace_case ORDER BY coin)"), Is.EqualTo("1,0"));
            Assert.That(Now("SELECT group_concat(acknowledged || ' ' || told, ',') FROM (SELECT * FROM bank ORDER BY id)"),
                Is.EqualTo("5 7,9 9"));
            Assert.That(Now($"SELECT count(*) || '' FROM mark WHERE bank = {other}"), Is.EqualTo("1"));
        }
    }

    /// <summary>
    /// First a bank is put back and recovers, then the issuer. What the bank has no order of yet it gives back as well: the coin pays.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhatHasNoOrderYetIsGivenBackToo()
    {
        using var database = Database.OpenMemory(WalletRecords.Schema);
        var wallet = Town.WalletWith(new WalletRecords(database));
        await Trade(400);
        var (issuer, bank) = (Town.StoreBytes("issuer"), Town.StoreBytes("bank-1"));
        Assert.That((await wallet.Withdraw(Alice.Card, Alice.Pin, new Amount(4000), default)).Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));
        await Trade(1000);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("bank-1", bank);
        (await Town.UserBank.Recover(default)).OrRefuse();
        Assert.That(Town.UserBank.Audit.Unordered.Times, Is.EqualTo(1));
        await Town.RunCycle();
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("issuer", issuer);
        await Visits();
        await Recover();
        await wallet.Resume(Alice.Card, Alice.Pin, default).OrRefuse();
        Assert.That(Town.Pay(Till, Alice, 7000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        await Visit(Till);
        await Visit(Till);
        Assert.That((Town.ShopAccount().Minor, Town.UserBank.Audit.Unordered.Times), Is.EqualTo((8400UL, 0L)));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// A bank that was restored has a withdrawal without an order; its coin was spent, and forgotten after its terms. It gives that back to
    /// a restored issuer, which does not return it once more.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhatIsForgottenIsNotGivenBack()
    {
        await Trade(400);
        var bank = Town.StoreBytes("bank-1");
        Assert.That(Town.Withdraw(Alice, 4000).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        Town.Pay(Till, Alice, 8600);
        await Visit(Till);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("bank-1", bank);
        (await Town.UserBank.Recover(default)).OrRefuse();
        await Town.RunCycles();
        Assert.That((Town.ShopAccount().Minor, Town.UserBank.Audit.Unordered.Sum), Is.EqualTo((9000UL, 4000L)));
        for (int i = 0; i < 7; i++)
        {
            Town.Clock.Advance(TimeSpan.FromDays(100));
            await Town.RunCycles();
        }

        Assert.That(Town.Issuer.CoinCounts, Is.EqualTo((0L, 0L)), "forgotten");
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromHours(1));
        await Town.RunCycle();
        Town.Clock.Advance(TimeSpan.FromHours(1));
        Town.Replace("issuer", copy);
        await Visits();
        await Recover();
        for (int i = 0; i < 2; i++)
        {
            Town.Clock.Advance(TimeSpan.FromDays(9));
            await Town.RunCycles();
        }

        Assert.That((Town.UserBank.Parked.Count, Town.Issuer.Registry.FindBank(Town.UserBank.Id)!.Circulation.Returned.Minor),
            Is.EqualTo((0, 0UL)));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// An order was declined, and its card has forgotten it. Whatever its holder pays in later, and whoever is restored: it is not carried
    /// out.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhatWasDeclinedIsNeverCarriedOut([Values] bool isRestored)
    {
        using var database = Database.OpenMemory(WalletRecords.Schema);
        var wallet = Town.WalletWith(new WalletRecords(database));
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        Assert.That((await wallet.Withdraw(Alice.Card, Alice.Pin, new Amount(200_000), default)).Outcome,
            Is.EqualTo(WithdrawalOutcome.Refused));
        await Trade(500);
        Town.UserBank.Deposit(Town.UserBank.Accounts.Single(a => a.Name == "Alice").User, new Amount(200_000), 992).OrRefuse();
        Town.Clock.Advance(TimeSpan.FromHours(1));
        if (isRestored)
        {
            Town.Replace("issuer", copy);
            await Visits();
            await Recover();
        }
        else
        {
            Cut = "bank-1";
        }

        var account = Town.Account(Alice).Minor;
        await wallet.Resume(Alice.Card, Alice.Pin, default).OrRefuse();
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(account));
        Cut = null;
        await Town.RunCycles();
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(account));
        Assert.That((await wallet.Withdraw(Alice.Card, Alice.Pin, new Amount(1000), default)).Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>A bank gives back nothing of what the issuer's own word, which it has shown, names: somebody has to look at that.</summary>
    [Test, Rule(27)]
    public async Task WhatIsNotGivenBackIsSeen([Values] bool givesBack)
    {
        await Restore("issuer");
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Town.Issuer.Recover().OrRefuse();
        Assert.That(await Town.ShopBank.Run(default), Is.Not.Null);
        if (givesBack)
        {
            Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        }
        else
        {
            await Town.UserBankLink().Call(new ReturnMessage(true, [], [], []).ToMessage(), default);
        }

        Assert.That(Town.Issuer.Behind, Is.Null);
        Assert.That(Town.Issuer.Alarms.Any(a => a.Kind == "bank gave back less than was signed for it"), Is.EqualTo(!givesBack));
    }

    /// <summary>
    /// An issuer recovers while its clock is 40 days ahead, or years. Once the clock is right and accepted, nothing waits for that day, and
    /// nothing counts as long over.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task ARecoveryUnderAWrongClockPutsNothingOff([Values(40, 1100)] int days)
    {
        await Restore("issuer");
        await Visits();
        var clock = new OffsetClock(Town.Clock) { Off = TimeSpan.FromDays(days) };
        Town.GiveClock(SimulatedTown.IssuerName, clock);
        Town.Issuer.Recover().OrRefuse();
        foreach (var bank in Town.Banks)
        {
            bank.IsDespiteClock = true;
        }

        await Visits();
        Assert.That(Town.Issuer.Behind, Is.Null);
        Assert.That(Town.Issuer.Registry.FindBank(Town.UserBank.Id)!.Circulation.Issued.Minor, Is.EqualTo(9000));
        clock.Off = TimeSpan.Zero;
        Town.Issuer.AcceptClock();
        foreach (var bank in Town.Banks)
        {
            bank.IsDespiteClock = false;
        }

        await Town.RunCycles();
        await Visit(Till);
        var h = Town.Sign(Alice, Till, 500);
        Town.Clock.Advance(TimeSpan.FromDays(9));
        await Town.RunCycles();
        Assert.That(HierCash.Tests.Cheating.RawMessages.Dead(Town, h), Is.Not.Null);
    }

    private async Task Visits(string? only = null)
    {
        foreach (var bank in Town.Banks.Where(b => only is null || b.Id == (only == "bank-1" ? Town.UserBank.Id : Town.ShopBank.Id)))
        {
            // The issuer is behind, or recovers.
            _ = await bank.Run(default);
        }
    }

    private Position Own(bool isRestored, ulong instruction = 0, ulong statement = 0)
    {
        using var key = Town.BankKey("bank-1");
        return Position.Sign(key, new Position(
            PositionRole.Bank, Town.Issuer.Id, Town.UserBank.Id, ++_number, instruction, statement, 0, isRestored,
            Timestamp.Now(Town.Clock), []));
    }
}
