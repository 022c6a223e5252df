using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A party that is put back to a copy from before its newest key: the key's secret is lost, and what it signed counts all the same (rule
/// R27).
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredKeysTests : RestoredScenario
{
    private const string LostKey = "own key lost";

    /// <summary>
    /// The issuer hears of its own lost key from a bank, by its own root's word, recovers, gives no number twice, and goes on under newer
    /// keys.
    /// </summary>
    [Test, Rule(27)]
    public async Task AnIssuerRecoversWhatItSignedWithALostKey([Values(KeyUsage.IssuerStatement, KeyUsage.IssuerCoin)] KeyUsage usage)
    {
        var lost = await Rotated(usage);
        Assert.That(Town.Issuer.Behind, Is.Not.Null);
        Assert.That(Town.Issuer.Alarms.Select(a => a.Kind), Has.Some.EqualTo(LostKey));
        Assert.That(Town.Issuer.LostKeys.Select(k => k.Key), Is.EqualTo(new[] { lost.Key }));
        var newest = Town.Issuer.Keys.Certificates.Where(c => c.Usage == usage).MaxBy(c => c.NotBefore)!;
        Assert.That(newest.Key, Is.Not.EqualTo(lost.Key), "who answers under a key that was replaced is refused");
        await RecoverToTheCent();

        // The coin under the lost key pays; what the till was told under the lost key stands; and the newer keys are known to all.
        await Visit(Till);
        await Trade(3000);
        Assert.That(Town.Withdraw(Alice, 700).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        await Visit(Till);
        await Trade(1200);
        await Town.RunCycles();
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(400 + 1000 + 3000 + 1200));
        Town.AssertSound(Alice);
        Assert.That(Audit(), Is.Empty);
        Town.Restart("issuer");
        Assert.That(Town.Issuer.Behind, Is.Null, "the same keys stop it once");
    }

    /// <summary>
    /// What was enciphered to a lost key nobody opens: it is passed over, so the others recover, and shops are paid for it by the issuer.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhatNobodyOpensKeepsNoIssuerFromRecovering()
    {
        await Rotated(KeyUsage.IssuerEncryption);
        await Recover();
        Assert.That(Town.Issuer.Alarms.Select(a => a.Kind), Has.Some.EqualTo("withdrawal enciphered to a lost key"));
        Assert.That(Town.Issuer.Alarms.Select(a => a.Kind), Has.None.EqualTo("bank gave back less than was signed for it"),
            "it gave back what it had");
        await Visit(Till);
        Assert.That(Town.Withdraw(Alice, 700).Outcome, Is.EqualTo(WithdrawalOutcome.Issued), "enciphered to a key that there is");
        await Visit(Till);
        await Trade(4500);
        await Town.RunCycles();
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(400 + 1000 + 4500));
        Assert.That(Town.Issuer.Audit.Borne.Minor, Is.Not.Zero);
    }

    /// <summary>A bank that shows what the issuer's root key did not sign, or signed for somebody else, stops nobody.</summary>
    [Test, Rule(27)]
    public async Task NobodyStopsTheIssuerWithoutItsRootsWord()
    {
        await Trade(400);
        using var other = Town.Options.Suite.GenerateKey();
        using var root = Town.RootKey;
        var now = Timestamp.Now(Town.Clock);
        var until = now.Plus(TimeSpan.FromDays(9));
        KeyCertificate[] lies =
        [
            KeyCertificate.Issue(other, KeyUsage.IssuerStatement, Town.Issuer.Id, now, until, other.PublicKey),
            KeyCertificate.Issue(root, KeyUsage.Bank, Town.UserBank.Id, now, until, other.PublicKey),
            KeyCertificate.Issue(root, KeyUsage.IssuerStatement, new PartyId(77), now, until, other.PublicKey),
            Town.Issuer.Keys.Certificates[0],
        ];
        Assert.That((await Town.UserBankLink().Call(new ShowCertificatesMessage(lies).ToMessage(), default)).Type, Is.EqualTo(
            MessageType.ShowCertificatesReply));
        Assert.That((Town.Issuer.Behind, Town.Issuer.LostKeys.Count), Is.EqualTo(((Timestamp?)null, 0)));
    }

    /// <summary>
    /// A key was certified while the issuer's clock was 40 days ahead; then the issuer is put back to before that. It recovers at once,
    /// whatever that day is, and a clock that is confirmed changes nothing.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task AnIssuerRecoversThoughItsLostKeyIsOfADayToCome(
        [Values(KeyUsage.IssuerEncryption, KeyUsage.IssuerStatement, KeyUsage.IssuerCoin)] KeyUsage usage)
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromHours(1));
        var clock = new OffsetClock(Town.Clock) { Off = TimeSpan.FromDays(40) };
        Town.GiveClock(SimulatedTown.IssuerName, clock);
        var lost = Town.Issuer.Rotate(usage).OrRefuse();

        // A till fetches keys before it compares clocks.
        await Tries(Till);
        clock.Off = TimeSpan.Zero;
        Town.Clock.Advance(TimeSpan.FromHours(1));
        Town.Replace("issuer", copy);
        await Tries(Till);
        Assert.That((Town.Issuer.Behind is not null, Town.Issuer.LostKeys.Single().Key), Is.EqualTo((true, lost.Key)));
        await RecoverAndVisit();
        Assert.That(Newest(), Is.EqualTo(lost.NotBefore.Plus(TimeSpan.FromSeconds(1))),
            "peers drop whoever answers under a key that was replaced");
        Town.Issuer.Rotate(usage).OrRefuse();
        Town.Issuer.AcceptClock();
        Assert.That(Newest(), Is.EqualTo(lost.NotBefore.Plus(TimeSpan.FromSeconds(2))), "still after the lost one");
        await Town.RunCycles();
        Assert.That(Town.Withdraw(Alice, 700).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        await Visit(Till);
        await Trade(5000);
        await Visit(Till);
        Assert.That((Town.ShopAccount().Minor, Audit()), Is.EqualTo((5400UL, Array.Empty<object>())));

        Timestamp Newest() => Town.Issuer.Keys.Certificates.Where(c => c.Usage == usage).Max(c => c.NotBefore);
    }

    /// <summary>
    /// Three encryption keys are lost: one that is good today, and two that were certified under clocks that were ahead. There is a key to
    /// encipher to today, and on each of those days, in whatever order they are shown.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task AHolderWithdrawsWhateverDaysTheLostKeysAreOf([Values] bool isLastShownFirst)
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromHours(1));
        var clock = new OffsetClock(Town.Clock);
        Town.GiveClock(SimulatedTown.IssuerName, clock);
        var lost = new List<KeyCertificate>();
        foreach (int days in new[] { 0, 10, 40 })
        {
            clock.Off = TimeSpan.FromDays(days);
            lost.Add(Town.Issuer.Rotate(KeyUsage.IssuerEncryption).OrRefuse());
        }

        clock.Off = TimeSpan.Zero;
        Town.Clock.Advance(TimeSpan.FromHours(1));
        Town.Replace("issuer", copy);
        foreach (var certificate in isLastShownFirst ? lost.AsEnumerable().Reverse() : lost)
        {
            await Town.TillLink(Till).Call(new ShowCertificatesMessage([certificate]).ToMessage(), default);
        }

        Assert.That(Town.Issuer.LostKeys, Has.Count.EqualTo(3));
        await RecoverAndVisit();
        Town.Issuer.AcceptClock();
        foreach (int days in new[] { 0, 11, 30 })
        {
            Town.Clock.Advance(TimeSpan.FromDays(days));
            await Town.RunCycles();
            Assert.That(Town.Withdraw(Alice, 700).Outcome, Is.EqualTo(WithdrawalOutcome.Issued), $"{days} days later");
        }

        var own = Town.Issuer.Keys.Certificates.Where(c => c.Usage == KeyUsage.IssuerEncryption && !lost.Exists(k => k.Key.Equals(c.Key)))
            .ToList();
        Assert.That(own, Has.Count.EqualTo(4), "its own of before, and one for each");
    }

    /// <summary>
    /// A lost key has two certificates: of 40 days later, which a bank has fetched while the issuer's clock was ahead, and of after the
    /// clock was set right. The issuer hears of that first. The bank shows it the other one, and nobody enciphers to the lost key on that
    /// day. That stops nobody once more.
    /// </summary>
    [Test, Rule(27), Rule(26)]
    public async Task ALostKeyMayHaveTwoCertificates([Values] bool isRecoveredFirst)
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromHours(1));
        var clock = new OffsetClock(Town.Clock) { Off = TimeSpan.FromDays(40) };
        Town.GiveClock(SimulatedTown.IssuerName, clock);
        var later = Town.Issuer.Rotate(KeyUsage.IssuerEncryption).OrRefuse();
        Town.UserBank.IsDespiteClock = true;
        await BankTries(Town.UserBank);
        Town.UserBank.IsDespiteClock = false;
        clock.Off = TimeSpan.Zero;
        Town.Issuer.AcceptClock();
        await Tries(Till);
        Town.Clock.Advance(TimeSpan.FromHours(1));
        Cut = "bank-1";
        Town.Replace("issuer", copy);
        Cut = null;
        await Tries(Till);
        Assert.That((Town.Issuer.Behind is not null, Town.Issuer.LostKeys.Single().NotBefore < Timestamp.Now(Town.Clock)),
            Is.EqualTo((true, true)));
        if (isRecoveredFirst)
        {
            await RecoverAndVisit();
        }

        await BankTries(Town.UserBank);
        Assert.That(Town.Issuer.LostKeys.Select(k => k.Key).Distinct(), Is.EqualTo(new[] { later.Key }));
        Assert.That((Town.Issuer.LostKeys.Count, Town.Issuer.Behind is null), Is.EqualTo((2, isRecoveredFirst)));
        if (!isRecoveredFirst)
        {
            await RecoverAndVisit();
        }

        foreach (int days in new[] { 0, 41 })
        {
            Town.Clock.Advance(TimeSpan.FromDays(days));
            await Town.RunCycles();
            Assert.That(Town.Withdraw(Alice, 700).Outcome, Is.EqualTo(WithdrawalOutcome.Issued), $"{days} days later");
        }
    }

    /// <summary>
    /// A shop knows five keys of the issuer that the copy lacks, and shows one after each recovery: it stops the issuer once.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhoKeepsCertificatesBackStopsTheIssuerOnce()
    {
        await Trade(400);
        var copies = CopyAll();
        var lost = new List<KeyCertificate>();
        for (int i = 0; i < 5; i++)
        {
            Town.Clock.Advance(TimeSpan.FromDays(1));
            lost.Add(Town.Issuer.Rotate(KeyUsage.IssuerEncryption).OrRefuse());
            await Town.RunCycle();
        }

        Town.Clock.Advance(TimeSpan.FromMinutes(5));
        PutBack(copies);
        await BanksVisit();
        int stops = 0;
        foreach (var certificate in lost)
        {
            await Town.TillLink(Till).Call(new ShowCertificatesMessage([certificate]).ToMessage(), default);
            if (Town.Issuer.Behind is not null)
            {
                stops++;
                Town.Issuer.Recover().OrRefuse();
                await BanksVisit();
                Assert.That(Town.Issuer.Behind, Is.Null);
            }

            Town.Clock.Advance(TimeSpan.FromDays(1));
            await BanksVisit();
        }

        Assert.That(stops, Is.EqualTo(1));
    }

    /// <summary>
    /// A bank that is put back to before its newest key: nobody's word makes that key its own but a person's. Then it recovers what it
    /// signed with it.
    /// </summary>
    [Test, Rule(27)]
    public async Task ABankRecoversWhatItSignedWithALostKey()
    {
        await Trade(400);
        using var first = Town.BankKey("bank-1");
        var grant = Town.Issuer.Enrol(EnrolmentRequest.Sign(first, EnrolmentRole.Bank, Town.UserBank.Name), Town.Options.Cap).OrRefuse();
        var copy = Town.StoreBytes("bank-1");
        var request = Town.RequestNextKey("bank-1");
        Town.Rejoin("bank-1", Town.Issuer.Enrol(request, Town.Options.Cap).OrRefuse());
        Assert.That(Town.Withdraw(Alice, 4000).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        await Trade(1000);
        await Town.RunCycle();
        long floats = (long)Town.UserBank.Audit.Float.Minor;
        ulong booked = Town.UserBank.Audit.LastInstruction;

        // Put back, and on with the copy's grant; then as docs/security.md says.
        Town.Rejoin("bank-1", grant);
        Town.Replace("bank-1", copy);
        var next = Town.RequestNextKey("bank-1", isFresh: true);
        Assert.That(Town.Issuer.Enrol(next, Town.Options.Cap).Refused?.Sentence,
            Does.Contain(
                "If that bank says that its key is lost: 'hiercash-issuer revoke bank 1'"));
        Town.Issuer.Revoke(Town.UserBank.Id).ThrowIfAny();
        Assert.That(Town.Issuer.Enrol(next, Town.Options.Cap).Refused?.Sentence,
            Does.Contain("enrol it with --bank 1"));
        Town.Rejoin("bank-1", Town.Issuer.Enrol(next, Town.Options.Cap, Town.UserBank.Id).OrRefuse());
        Assert.That(Town.UserBank.Behind, Is.Null, "the issuer's word alone");
        Assert.That(Town.UserBank.Disbelieved, Is.Not.Null);
        Assert.That(Town.UserBank.Alarms[0].Advice, Does.Contain("hiercash-bank recover --lost-key"));
        Assert.That((await Town.UserBank.Recover(default)).Refused?.Sentence, Does.Contain("name that key"));
        using var other = Town.Options.Suite.GenerateKey();
        Assert.That((await Town.UserBank.Recover(default, other.PublicKey)).Refused?.Sentence, Does.Contain("under that key"));
        Assert.That(Town.Rows("bank-1")["lost_key"], Is.Zero);
        Assert.That(Town.Issuer.Registry.FormerKeys(Town.UserBank.Id), Has.Some.EqualTo(request.Key));

        var done = (await Town.UserBank.Recover(default, request.Key)).OrRefuse();
        Assert.That((done.Withdrawals, done.Total.Minor, Town.UserBank.Behind, Town.UserBank.Disbelieved),
            Is.EqualTo((1, 4000UL, (Timestamp?)null, (Timestamp?)null)));
        Assert.That(((long)Town.UserBank.Audit.Float.Minor, Town.UserBank.Audit.LastInstruction), Is.EqualTo((floats, booked)));
        Assert.That(Town.UserBank.Alarms, Is.Empty, "what was said was true");
        Town.AssertSoundAfterCycle(Alice);
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>A copy of the issuer from before a rotation; then the key is used, and the issuer is put back.</summary>
    private async Task<KeyCertificate> Rotated(KeyUsage usage)
    {
        await Trade(400);
        var copy = Town.StoreBytes("issuer");
        Town.Clock.Advance(TimeSpan.FromMinutes(1));
        var lost = Town.Issuer.Rotate(usage).OrRefuse();
        await Visit(Till);
        Assert.That(Town.Withdraw(Alice, 4000).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        await Trade(1000);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Town.Replace("issuer", copy);
        return lost;
    }

    /// <summary>
    /// A bank does not believe that it is an older copy. It shows that until the two agree, or a person names its lost key, whatever the
    /// issuer's clock says beside its own.
    /// </summary>
    [Test, Rule(27), Waits(WaitingKind.SaidToBeBehind)]
    public async Task ABankThatDoesNotBelieveItShowsWhyItStandsStill([Values(0, 20, -20)] int hours)
    {
        await Trade(400);
        Town.GiveClock("issuer", new OffsetClock(Town.Clock) { Off = TimeSpan.FromHours(hours) });
        await Town.RunCycle();
        var copy = Town.StoreBytes("bank-1");
        using var first = Town.BankKey("bank-1");
        var grant = Town.Issuer.Enrol(EnrolmentRequest.Sign(first, EnrolmentRole.Bank, Town.UserBank.Name), Town.Options.Cap).OrRefuse();
        var request = Town.RequestNextKey("bank-1");
        Town.Rejoin("bank-1", Town.Issuer.Enrol(request, Town.Options.Cap).OrRefuse());
        await Town.RunCycle();
        Town.Rejoin("bank-1", grant);
        Town.Replace("bank-1", copy);
        Town.Issuer.Revoke(Town.UserBank.Id).ThrowIfAny();
        Town.Rejoin("bank-1", Town.Issuer.Enrol(Town.RequestNextKey("bank-1", isFresh: true), Town.Options.Cap, Town.UserBank.Id)
            .OrRefuse());
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        Assert.That(Town.UserBank.Waits.One(WaitingKind.SaidToBeBehind).Since,
            Is.EqualTo(Town.UserBank.Disbelieved).And.EqualTo(Timestamp.Now(Town.Clock)));
        Assert.That((await Town.UserBank.Recover(default, first.PublicKey)).Refused?.Sentence,
            Does.Contain("Name another of the bank's former keys"), "its copy has that one");
        (await Town.UserBank.Recover(default, request.Key)).OrRefuse();
        Assert.That((Town.UserBank.Waits.Shows(WaitingKind.SaidToBeBehind), Town.UserBank.Disbelieved),
            Is.EqualTo((false, (Timestamp?)null)));
    }

    /// <summary>
    /// A person names somebody else's key at a bank that is no older copy, also while the issuer cannot be reached. It does not become the
    /// bank's own by that.
    /// </summary>
    [Test, Rule(27)]
    public async Task AKeyThatNothingShowsDoesNotBecomeTheBanksOwn()
    {
        await Trade(400);
        using var other = Town.Options.Suite.GenerateKey();
        Cut = "bank-1";
        Town.Restart("bank-1");
        Assert.That(async () => await Town.UserBank.Recover(default, other.PublicKey), Throws.InstanceOf<LinkException>());
        Assert.That(Town.Rows("bank-1")["lost_key"], Is.Zero);
        Cut = null;
        Assert.That((await Town.UserBank.Recover(default, other.PublicKey)).Refused?.Sentence, Does.Contain("no older copy"));
        Assert.That(Town.Rows("bank-1")["lost_key"], Is.Zero);
    }
}
