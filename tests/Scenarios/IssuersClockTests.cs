using HierCash.Issuer;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Terminals.Store;
using HierCash.Wallet;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Tests.Scenarios;

/// <summary>The issuer's own clock: it has nobody to compare it with but what it has signed, and who calls (rule R26).</summary>
[Parallelizable]
public sealed class IssuersClockTests
{
    private static readonly TimeSpan Days40 = TimeSpan.FromDays(40);

    /// <summary>
    /// Somebody sets the issuer's clock back. Nothing is signed under a day that was, and all goes on by itself when the clock is right.
    /// </summary>
    [Test, Rule(26), Waits(WaitingKind.ClockBehindSigned)]
    public async Task BehindWhatItSignedItStops()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 300);
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(SimulatedTown.IssuerName, clock);
        town.Issuer.CloseCycle();

        clock.Off = TimeSpan.FromDays(-8);
        Assert.That(town.Issuer.Clock.IsBehind);
        Assert.That(town.Issuer.Waits.One(WaitingKind.ClockBehindSigned).Reason,
            Does.Contain(Timestamp.Now(clock).ToString()).And.Contain(town.Issuer.Clock.Signed.ToString()));
        town.Till(till).IsDespiteClock = true;
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await town.Settle(till));
        Assert.That(refused!.Message, Does.Contain(Timestamp.Now(clock).ToString()).And.Contain(town.Issuer.Clock.Signed.ToString())
            .And.Contain("'hiercash-issuer clock accept'"));
        Assert.That(town.Issuer.CloseCycle(), Is.Zero);
        Assert.That(town.Issuer.Rotate(KeyUsage.IssuerStatement).Refused?.Outcome, Is.EqualTo(Outcome.ClockDiffers));
        Assert.That(town.Issuer.Alarms.Select(a => a.Kind), Does.Contain("clock behind"));
        Assert.That(town.Till(till).Sum(CoinPaymentState.Queued).Minor, Is.EqualTo(300));

        clock.Off = TimeSpan.Zero;
        Assert.That((town.Issuer.Clock.IsBehind, town.Issuer.Waits.Shows(WaitingKind.ClockBehindSigned)), Is.EqualTo((false, false)));
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(300));
    }

    /// <summary>
    /// The issuer starts with a clock of years ahead: all coins have expired by it. Returned and forgotten money is not had back, so
    /// nothing ends before two banks have agreed; they do not, and nothing happened when the clock is right.
    /// </summary>
    [TestCase(false), TestCase(true), Rule(26), Waits(WaitingKind.DoubtedClock)]
    public async Task FarAheadItEndsNoTermAlone(bool starts)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(SimulatedTown.IssuerName, clock);
        await town.RunCycle();

        clock.Off = TimeSpan.FromDays(1100);
        if (starts)
        {
            town.Restart(SimulatedTown.IssuerName);
        }

        Assert.That(town.Issuer.CloseCycle(), Is.Zero);
        Assert.That(town.Issuer.Waits.One(WaitingKind.DoubtedClock).Since, Is.EqualTo(Timestamp.Now(clock)));
        Assert.That(await town.UserBank.Run(default), Is.Not.Null);
        Assert.That(town.Issuer.CloseCycle(), Is.Zero, "nobody agreed");

        clock.Off = TimeSpan.Zero;
        Assert.That(town.Issuer.Waits.Single(w => w.Kind == WaitingKind.DoubtedClock).Since, Is.Null,
            "nothing waits since a date that is still to come");
        Assert.That((town.Issuer.Clock.IsBehind, town.Issuer.AcceptClock().Count), Is.EqualTo((false, 0)), "nothing was signed ahead");
        Assert.That(town.Issuer.Waits.Shows(WaitingKind.DoubtedClock), Is.False);
        await town.RunCycle();
        Assert.That(town.Account(alice).Minor, Is.EqualTo(95_000), "nothing was returned");
        Assert.That(town.Pay(till, alice, 5000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>A person looks at the issuer while its clock is wrong. That leaves no mark; who signs leaves one.</summary>
    [Test, Rule(26)]
    public void WhoOnlyLooksLeavesNoMark()
    {
        using var town = Towns.Make();
        var clock = new OffsetClock(town.Clock);
        using var store = Database.OpenMemory(IssuerParty.Schema);
        var days400 = TimeSpan.FromDays(400);

        // No bank of the town calls this one, and agrees.
        IssuerParty Start(TimeSpan off)
        {
            clock.Off = off;
            return new IssuerParty(new PartyId(1), store, town.Options.Suite, town.Options.Terms, clock, NullLogger.Instance,
                NoCrashPoints.Instance);
        }

        Start(TimeSpan.Zero).CloseCycle();
        var looks = Start(days400);
        Timestamp? ahead = Timestamp.Now(clock);
        Assert.That((looks.Clock.Doubted, looks.Waits.Shows(WaitingKind.DoubtedClock)), Is.EqualTo((ahead, true)), "it is seen");
        var right = Start(TimeSpan.Zero);
        Assert.That((right.Clock.Doubted, right.Waits.Count), Is.EqualTo(((Timestamp?)null, 0)), "and not written");

        Start(days400).Rotate(KeyUsage.IssuerCoin).OrRefuse();
        right = Start(TimeSpan.Zero);
        Assert.That((right.Clock.Doubted, right.Clock.IsBehind), Is.EqualTo((ahead, true)));
        right.AcceptClock();
        town.Clock.Advance(TimeSpan.FromDays(7));
        right = Start(TimeSpan.Zero);
        Assert.That(right.Clock.Doubted, Is.Not.Null);
        right.AcceptClock();
        Assert.That(right.Clock.Doubted, Is.Null, "by this process");
        Assert.That(Start(TimeSpan.Zero).Clock.Doubted, Is.Null, "a person has confirmed it before the start");
    }

    /// <summary>
    /// A certificate is signed under a date as all else is: an issuer whose clock was ahead when it made a key or enrolled a till signs
    /// nothing more until the clock is confirmed.
    /// </summary>
    [Test, Rule(26), Rule(17)]
    public void WhatCertifiesNotesItsDate()
    {
        using var town = Towns.Make();
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(SimulatedTown.IssuerName, clock);
        foreach (var usage in new[] { KeyUsage.IssuerCoin, KeyUsage.IssuerEncryption, KeyUsage.IssuerStatement })
        {
            clock.Off = TimeSpan.FromDays(3);
            town.Issuer.Rotate(usage).OrRefuse();
            clock.Off = TimeSpan.Zero;
            Assert.That((town.Issuer.Clock.IsBehind, town.Issuer.Clock.Signed),
                Is.EqualTo((true, Timestamp.Now(town.Clock).Plus(TimeSpan.FromDays(3)))), $"{usage}");
            Assert.That(town.Issuer.Rotate(KeyUsage.IssuerEncryption).Refused?.Outcome, Is.EqualTo(Outcome.ClockDiffers));
            Assert.That(() => town.AddTill("Kiosk"), Throws.TypeOf<RefusedException>().With.Message.Contains("behind"));
            Assert.That(town.Issuer.AcceptClock().Single().What, Is.EqualTo("certificates of this issuer's keys"));
            Assert.That(town.Issuer.Clock.IsBehind, Is.False);
        }
    }

    /// <summary>
    /// A bank's people override the comparison of the clocks, because the issuer's is wrong. That says nothing of the issuer's clock, and
    /// no term ends.
    /// </summary>
    [Test, Rule(26)]
    public async Task WhoOverridesTheComparisonAgreesToNothing()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(SimulatedTown.IssuerName, clock);
        await town.RunCycle();
        clock.Off = TimeSpan.FromDays(1100);
        Assert.That(town.Issuer.CloseCycle(), Is.Zero);
        foreach (var bank in town.Banks)
        {
            bank.IsDespiteClock = true;
            (await bank.Run(default)).ThrowIfAny();
        }

        Assert.That(town.Issuer.Clock.Doubted, Is.Not.Null);
        Assert.That((town.Issuer.CloseCycle(), town.Issuer.CoinCounts), Is.EqualTo((0, (1L, 0L))));
        Assert.That((town.Account(alice).Minor, alice.Balance().Minor), Is.EqualTo((95_000UL, 5000UL)));
    }

    /// <summary>
    /// A shop, or one of two banks, says that a clock of years ahead is right: it may be a thief's. Nothing is returned or forgotten, and
    /// nobody has gained anything when the clock is right.
    /// </summary>
    [TestCase(true), TestCase(false), Rule(26)]
    public async Task NeitherAShopNorOneBankConfirmsAClock(bool isShop)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe"), thief = town.AddTill("Mallory");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 400);
        await town.Settle(till);
        await town.RunCycle();
        town.Clock.Advance(TimeSpan.FromMinutes(2));
        OffsetClock clock = new(town.Clock), liars = new(town.Clock);
        town.GiveClock(SimulatedTown.IssuerName, clock);
        town.GiveClock("bank-1", liars);
        clock.Off = TimeSpan.FromDays(1100);
        Assert.That(town.Issuer.CloseCycle(), Is.Zero);
        var coins = town.Issuer.CoinCounts;
        if (isShop)
        {
            await town.TillLink(thief).Call(new HotListMessage(0, town.Till(thief).W, Timestamp.Now(clock)).ToMessage(), default);
        }
        else
        {
            liars.Off = clock.Off;
            (await town.UserBank.Agree(default)).ThrowIfAny();
            (await town.UserBank.Agree(default)).ThrowIfAny();
            liars.Off = TimeSpan.Zero;
        }

        Assert.That(town.Issuer.Clock.Doubted, Is.Not.Null);
        Assert.That((town.Issuer.CloseCycle(), town.Issuer.CloseCycle(), town.Issuer.CoinCounts), Is.EqualTo((0, 0, coins)));
        clock.Off = TimeSpan.Zero;
        town.Issuer.AcceptClock();
        await town.RunCycles();
        town.Pay(till, alice, 3000);
        await town.Settle(till);
        town.AssertSoundAfterCycle(alice);
        Assert.That((town.Account(alice).Minor, town.ShopAccount().Minor, town.Issuer.Behind),
            Is.EqualTo((95_000UL, 3400UL, (Timestamp?)null)));
    }

    /// <summary>Where there is one bank, the others being revoked, its word is enough.</summary>
    [Test, Rule(26)]
    public async Task TheOnlyBankIsEnough()
    {
        bool isCut = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (from, _, _) => isCut && from.StartsWith("bank-", StringComparison.Ordinal) ? LinkFault.LoseRequest
                : LinkFault.None });
        await town.RunCycle();
        town.Issuer.Revoke(town.ShopBank.Id).ThrowIfAny();
        town.Clock.Advance(TimeSpan.FromDays(7));
        isCut = true;
        town.Restart(SimulatedTown.IssuerName);
        town.Issuer.CloseCycle();
        Assert.That(town.Issuer.Clock.Doubted, Is.Not.Null);
        isCut = false;
        (await town.UserBank.Run(default)).ThrowIfAny();
        Assert.That(town.Issuer.Clock.Doubted, Is.Null);
    }

    /// <summary>
    /// After a real absence of a week the visits of two banks end the doubt, and nobody has to come. A clock that is set meanwhile wants
    /// both again.
    /// </summary>
    [TestCase(false), TestCase(true), Rule(26)]
    public async Task AfterAnAbsenceTheVisitsOfTwoBanksAreEnough(bool isSet)
    {
        bool isCut = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (from, _, _) => isCut && from.StartsWith("bank-", StringComparison.Ordinal) ? LinkFault.LoseRequest
                : LinkFault.None });
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 300);
        await town.Settle(till);
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(SimulatedTown.IssuerName, clock);
        town.Clock.Advance(TimeSpan.FromDays(7));
        isCut = true;
        town.Restart(SimulatedTown.IssuerName);
        Assert.That(town.Issuer.CloseCycle(), Is.Zero);
        isCut = false;
        (await town.UserBank.Run(default)).ThrowIfAny();
        Assert.That(town.Issuer.Clock.Doubted, Is.Not.Null, "of one bank");
        Assert.That(town.Issuer.CloseCycle(), Is.Zero);
        if (isSet)
        {
            clock.Off = TimeSpan.FromHours(25);
            town.Issuer.CloseCycle();
            clock.Off = TimeSpan.Zero;
            (await town.ShopBank.Run(default)).ThrowIfAny();
            Assert.That(town.Issuer.Clock.Doubted, Is.Not.Null, "one bank of before, one of after");
            (await town.UserBank.Run(default)).ThrowIfAny();
        }

        (await town.ShopBank.Run(default)).ThrowIfAny();
        Assert.That(town.Issuer.Clock.Doubted, Is.Null);
        Assert.That(town.Issuer.CloseCycle(), Is.GreaterThan(0));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// All clocks of the town were 40 days ahead, and nobody noticed. Then they are right. A person confirms the issuer's, which says what
    /// it signed ahead, and signs it again; receipts, lists, statements and instructions go on by their numbers.
    /// </summary>
    [Test, Rule(26)]
    public async Task WhatWasSignedAheadIsSignedAgain()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000, 2000);
        await town.RunCycle();
        town.Clock.Advance(Days40);
        var report = WalletTerminal.SignLostReport(alice.Card, alice.Pin, Timestamp.Now(town.Clock));
        var paid = town.Pay(till, alice, 300);
        await town.Settle(till);
        await town.RunCycle();
        town.Pay(till, alice, 200);
        await town.Settle(till);
        (await town.UserBank.ReportLost(report, default)).OrRefuse();
        await town.Till(till).Refund(paid.Sale.Time, alice.Card, town.TillLink(till), default).OrRefuse();
        town.Issuer.CloseCycle();
        var certificate = town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();

        town.Clock.Advance(-Days40);
        var now = Timestamp.Now(town.Clock);
        Assert.That(town.Issuer.Clock.IsBehind);
        Assert.That(town.Issuer.CloseCycle(), Is.Zero);
        var ahead = town.Issuer.AcceptClock();
        Assert.That(ahead.Select(a => a.What), Is.SupersetOf(new[]
        {
            "certificates of this issuer's keys", "versions of the hot list", "statements of circulation",
                "instructions that no bank has acknowledged", "receipts", "reversals",
        }));
        Assert.That(town.Issuer.Clock.IsBehind, Is.False);
        Assert.That(town.Issuer.Keys.Certificates.Max(c => c.NotBefore), Is.LessThanOrEqualTo(now.Plus(TimeSpan.FromMinutes(1))));
        Assert.That(certificate.NotBefore, Is.GreaterThan(now.Plus(TimeSpan.FromDays(39))));
        Assert.That(town.Issuer.AcceptClock(), Is.Empty, "once");

        await town.RunCycles();
        Assert.That(town.UserBank.Contradictions, Is.Empty);
        Assert.That(town.UserBank.CirculationStatements[^1].Date, Is.LessThanOrEqualTo(Timestamp.Now(town.Clock)),
            "the next statement follows, under today's date");
        await town.Till(till).FetchHotList(town.TillLink(till), default).OrRefuse();
        var receipt = (await town.Submit(till, [.. town.Till(till).CoinPayments(town.Till(till).Journal[^1].Time).Select(p => p.H)]))
            .Single();
        Assert.That(receipt.Verdict, Is.EqualTo(Verdict.Early), "its TIME is ahead, and that is said until it has come");
        Assert.That(town.Till(till).WhyNoPayment, Does.Contain("takes no payment for 39 days"),
            "that till waits, or gets a new key (rule R21)");
        string next = town.AddTill("Cafe");
        using var bob = town.User("Bob", 1000);
        Assert.That(town.Pay(next, bob, 300).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await town.Settle(next)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(bob);
    }
}
