using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Copies that are put back where a clock was a little wrong, or where one was put back before: nothing of it hides the next copy, and
/// nobody loses by it (rules R26 and R27).
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredClocksTests : RestoredScenario
{
    private readonly OffsetClock _clock;

    public RestoredClocksTests() => _clock = new OffsetClock(Town.Clock);

    /// <summary>
    /// A till's clock was 20 hours ahead once, which the tolerance allows. Its batches of after that are later all the same: a copy of then
    /// is noticed.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task ATillWhoseClockWasAheadIsNoticed()
    {
        Town.GiveClock(Till, _clock);
        _clock.Off = TimeSpan.FromHours(20);
        await Trade(100);
        _clock.Off = TimeSpan.Zero;
        await Trade(200);
        var copy = Town.StoreBytes(Till);
        await Trade(2000);
        Town.Replace(Till, copy);
        Assert.That(async () => await Visit(Till), Throws.TypeOf<RefusedException>().With.Message.Contain("hiercash-shop recover"));
        await Town.Till(Till).Recover(Town.TillLink(Till), default).OrRefuse();
        await Visit(Till);
        Assert.That((Town.ShopAccount().Minor, Town.Till(Till).Journal.Count), Is.EqualTo((2300UL, 3)));
        Town.AssertSound(Alice);
    }

    /// <summary>An issuer recovered while its clock was 20 hours ahead. A copy of the hours after that is noticed, too.</summary>
    [Test, Rule(27), Rule(26)]
    public async Task AnIssuerWhoseClockWasAheadWhenItRecoveredIsNoticed()
    {
        await Restore("issuer");
        Town.GiveClock("issuer", _clock);
        _clock.Off = TimeSpan.FromHours(20);
        await Recover();
        _clock.Off = TimeSpan.Zero;
        Town.Clock.Advance(TimeSpan.FromMinutes(10));
        var copy = Town.StoreBytes("issuer");
        await Trade(700);
        Town.Replace("issuer", copy);
        Assert.That(async () => await Town.RunCycle(), Throws.TypeOf<RefusedException>());
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        await Recover();
        await Visit(Till);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(2100));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// Banks' clocks are honestly behind the issuer's, which is put back ten minutes after a till's last receipt. That till stops it once.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task ARecoveryByTheBanksClocksIsNotUndoneByAnHonestTill([Values(0, 2)] int hours)
    {
        foreach (string bank in new[] { "bank-1", "bank-2" })
        {
            Town.GiveClock(bank, new OffsetClock(Town.Clock) { Off = TimeSpan.FromHours(-hours) });
        }

        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromHours(1));
        await Trade(700);
        Town.Clock.Advance(TimeSpan.FromMinutes(10));
        Town.Replace("issuer", copy);
        int stops = 0;
        for (int i = 0; i < 12; i++)
        {
            await BanksVisit();
            await Tries(Till);
            if (Town.Issuer.Behind is not null)
            {
                stops++;
                Town.Issuer.Recover().OrRefuse();
                await BanksVisit();
            }

            Town.Clock.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.That(stops, Is.EqualTo(1), "in two hours");
    }

    /// <summary>
    /// A till was away when its issuer recovered first, and comes after the issuer was put back and has recovered again: what the first
    /// copy lacked it brings, too.
    /// </summary>
    [Test, Rule(27)]
    public async Task ATillBringsWhatEachCopyLacked()
    {
        await Restore("issuer");
        await Recover();
        Town.Clock.Advance(TimeSpan.FromDays(2));
        await Town.RunCycle();
        var copy = Town.StoreBytes("issuer");
        Assert.That(Town.Withdraw(Alice, 100).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        Town.Clock.Advance(TimeSpan.FromDays(2));
        await Town.RunCycle();
        Town.Replace("issuer", copy);
        Assert.That(async () => await Town.RunCycle(), Throws.TypeOf<RefusedException>());
        await Recover();
        await Visit(Till);
        Town.Pay(Till, Alice, 2500);
        await Visit(Till);
        await Visit(Till);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(1400 + 2500));
        Town.AssertSound(Alice);
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// The issuer's clock was 23 hours ahead at the copy's last word and at a later one, its bank's 20 hours behind when it withdrew: the
    /// bank gives that back.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task ABankGivesBackWhateverTheTwoClocksSaid()
    {
        var late = new OffsetClock(Town.Clock);
        Town.GiveClock("issuer", _clock);
        Town.GiveClock("bank-1", late);
        _clock.Off = TimeSpan.FromHours(23);
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        _clock.Off = TimeSpan.Zero;
        late.Off = TimeSpan.FromHours(-20);
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(Town.Withdraw(Alice, 4000).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        late.Off = TimeSpan.Zero;
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        _clock.Off = TimeSpan.FromHours(23);
        await Trade(100);
        _clock.Off = TimeSpan.Zero;
        Town.Replace("issuer", copy);
        Assert.That(async () => await Town.RunCycle(), Throws.TypeOf<RefusedException>());
        await Recover();
        Assert.That(Town.Issuer.Alarms.Select(a => a.Kind), Has.No.Member("bank gave back less than was signed for it"));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// A bank had shown what it has, and was left out when the issuer recovered. It gives back when it comes after all, of whatever day
    /// that is, and stops nobody once more.
    /// </summary>
    [Test, Rule(27)]
    public async Task ABankThatGaveNothingBackIsHeard()
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        await Trade(100);
        await Trade(100);
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        Town.Replace("issuer", copy);
        Assert.That(async () => await Town.RunCycle(), Throws.TypeOf<RefusedException>());
        Town.Issuer.Recover(Town.UserBank.Id).OrRefuse();
        Assert.That(await Town.ShopBank.Run(default), Is.Not.Null);
        Assert.That(Town.Issuer.Behind, Is.Null);
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Assert.That(Town.Issuer.Behind, Is.Null);
        await Town.RunCycles();
        Assert.That(Audit(), Is.Empty);
    }
}
