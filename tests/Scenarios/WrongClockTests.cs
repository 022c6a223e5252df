using HierCash.Shop;
using HierCash.Terminals;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A party's clock is wrong, or somebody set it: whoever compares stops before anything is signed, and goes on when it is right (rule R26).
/// </summary>
[Parallelizable]
public sealed class WrongClockTests
{
    private const string Bank = "bank-1";

    /// <summary>
    /// The till's clock is 40 days ahead, or 8 days behind: no card signs under such a time, and nothing is left of it when the clock is
    /// right.
    /// </summary>
    [TestCase(40), TestCase(1100), TestCase(-8), Rule(26)]
    public async Task ATillWithAWrongClockTakesNothing(int days)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(till, clock);
        using var alice = town.User("Alice", 5000);

        clock.Off = TimeSpan.FromDays(days);
        var wrong = town.Pay(till, alice, 300);
        Assert.That(wrong.Outcome, Is.EqualTo(TillOutcome.Refused));
        Assert.That(wrong.Message, Does.Contain(Timestamp.Now(town.Clock).ToString()).And.Contain(Timestamp.Now(clock).ToString()),
            "both times");
        Assert.That(wrong.Message, Does.Contain("--despite-clock"));
        Assert.That(town.Till(till).Journal, Is.Empty, "no TIME of a wrong clock was used, so none holds the till afterwards");
        Assert.That(alice.Balance().Minor, Is.EqualTo(5000));
        var settles = (await town.Till(till).Synchronise(town.TillLink(till), default)).Refused;
        Assert.That(settles!.Sentence, Does.Contain("Set the wrong clock right"));

        clock.Off = TimeSpan.Zero;
        Assert.That(town.Pay(till, alice, 300).Outcome, Is.EqualTo(TillOutcome.Accepted), "at once");
        Assert.That((await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse()).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(300));
    }

    /// <summary>
    /// What it took before is not sent under a wrong date: a shop that goes on all the same is told so by the issuer, and loses nothing.
    /// </summary>
    [Test, Rule(26)]
    public async Task AnOverriddenTillIsStillJudgedByTheIssuer()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(till, clock);
        using var alice = town.User("Alice", 5000);
        Assert.That(town.Pay(till, alice, 300).Outcome, Is.EqualTo(TillOutcome.Accepted));
        int before = town.Records.Wire.Count(w => Sent(w) == MessageType.Settle);

        clock.Off = TimeSpan.FromDays(3);
        await Assert.ThrowsAsync<RefusedException>(async () => await town.Settle(till));
        Assert.That(town.Records.Wire.Count(w => Sent(w) == MessageType.Settle), Is.EqualTo(before), "nothing was signed and sent");
        town.Till(till).IsDespiteClock = true;
        Assert.That((await Assert.ThrowsAsync<RefusedException>(async () => await town.Settle(till)))!.Message,
            Does.Contain("The till's clock says"), "the issuer's word");
        Assert.That(town.Till(till).Sum(CoinPaymentState.Queued).Minor, Is.EqualTo(300));

        clock.Off = TimeSpan.Zero;
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// A holder's clock is 8 days behind. A redemption under that time would come too late; now nothing is signed, and the same command
    /// redeems when the clock is right.
    /// </summary>
    [TestCase(-8), TestCase(40), Rule(26)]
    public async Task AWalletWithAWrongClockSignsNothing(int days)
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var clock = new OffsetClock(town.Clock) { Off = TimeSpan.FromDays(days) };
        town.GiveClock(SimulatedTown.WalletName, clock);
        var redeems = (await town.Wallet.Redeem(alice.Card, alice.Pin, null, default)).Refused;
        Assert.That(redeems!.Sentence, Does.Contain(Timestamp.Now(town.Clock).ToString()).And.Contain(Timestamp.Now(clock).ToString())
            .And.Contain("Nothing was signed"));
        Assert.That(town.Withdraw(alice, 1000).Outcome, Is.EqualTo(WithdrawalOutcome.ClockDiffers));
        Assert.That(alice.Balance().Minor, Is.EqualTo(5000));
        Assert.That(town.Account(alice).Minor, Is.EqualTo(95_000));

        clock.Off = TimeSpan.Zero;
        Assert.That((await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).Single().Done);
        Assert.That(town.Withdraw(alice, 1000).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.Account(alice).Minor, Is.EqualTo(99_000));
    }

    /// <summary>A holder who knows that his clock is right is stopped no more, and the bank has the last word.</summary>
    [Test, Rule(26)]
    public async Task AHolderMayGoOn()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var clock = new OffsetClock(town.Clock) { Off = TimeSpan.FromHours(30) };
        foreach (bool goesOn in new[] { false, true })
        {
            var asked = new List<MessageType>();
            var wallet = new WalletTerminal(new Telling(new ToBank(town), town.Clock, asked), town.Options.Suite, clock,
                town.Options.Crash) { IsDespiteClock = goesOn };
            Assert.That((await wallet.Withdraw(alice.Card, alice.Pin, new Amount(1000), default)).Outcome,
                goesOn ? Is.Not.EqualTo(WithdrawalOutcome.ClockDiffers) : Is.EqualTo(WithdrawalOutcome.ClockDiffers));
            Assert.That(asked.Contains(MessageType.Withdraw), Is.EqualTo(goesOn));
        }
    }

    /// <summary>What a party heard of another's clock counts for an hour: a machine that slept has counted nothing meanwhile.</summary>
    [Test, Rule(26)]
    public void WhatWasHeardOfAClockIsGoodForAnHour()
    {
        var own = new VirtualClock(DateTimeOffset.UnixEpoch.AddYears(60));
        var peer = new PeerClock(own, TimeSpan.FromHours(24), "this till", "the issuer");
        peer.Hear(new LinkMessage(MessageType.CertificatesReply, []) { Said = Timestamp.Now(own).Plus(TimeSpan.FromDays(3)) });
        own.Advance(TimeSpan.FromMinutes(59));
        Assert.That((peer.Fault is null, peer.Agreed), Is.EqualTo((false, (Timestamp?)null)));
        own.Advance(TimeSpan.FromMinutes(2));
        Assert.That(peer.Fault, Is.Null);
        peer.Hear(new LinkMessage(MessageType.CertificatesReply, []) { Said = Timestamp.Now(own) });
        own.Advance(TimeSpan.FromMinutes(59));
        Assert.That(peer.Agreed, Is.EqualTo(Timestamp.Now(own)));
        own.Advance(TimeSpan.FromMinutes(2));
        Assert.That(peer.Agreed, Is.Null);
    }

    /// <summary>
    /// The bank's clock leaps ahead. It orders, books, forgets and relays nothing, its holders hear why, and all goes on when the clock is
    /// right.
    /// </summary>
    [TestCase(10), TestCase(-8), TestCase(1100), Rule(26), Waits(WaitingKind.DifferingClock)]
    public async Task ABankWithAWrongClockStops(int days)
    {
        using var town = Towns.Make();
        town.Clock.Advance(TimeSpan.FromDays(10));
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000, 2000);
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(Bank, clock);
        town.Pay(till, alice, 300);
        await town.Settle(till);
        town.Issuer.CloseCycle();

        clock.Off = TimeSpan.FromDays(days);
        town.Clock.Advance(TimeSpan.FromMinutes(2));
        var visit = await town.UserBank.Run(default);
        Assert.That(visit!.Sentence, Does.Contain("this bank").And.Contain(Timestamp.Now(clock).ToString())
            .And.Contain(Timestamp.Now(town.Clock).ToString()));
        var waits = town.UserBank.Waits.One(WaitingKind.DifferingClock);
        Assert.That((waits.Since, waits.Reason), Is.EqualTo(((Timestamp?)Timestamp.Now(clock), visit.Sentence)));
        Assert.That(town.Withdraw(alice, 1000).Outcome, Is.EqualTo(WithdrawalOutcome.ClockDiffers), "the wallet compares, too");
        var trusting = new WalletTerminal(new ToBank(town), town.Options.Suite, clock, town.Options.Crash);
        var order = await trusting.Withdraw(alice.Card, alice.Pin, new Amount(1000), default);
        Assert.That(order.Outcome, Is.EqualTo(WithdrawalOutcome.Refused));
        Assert.That(order.Message, Is.EqualTo("The bank's clock and the issuer's differ, so the bank orders nothing. Nothing was debited. "
            + "Tell the bank to set the wrong clock right, and try again then. "
            + "The withdrawal of 10.00 EUR waits on the card: 'hiercash-wallet resume' asks for it again."));
        var relayed = await Assert.ThrowsAsync<LinkException>(async () => await trusting.Recover(alice.Card, alice.Pin, null, default)
            .OrRefuse());
        Assert.That(relayed!.Message, Does.Contain("The clocks of bank and issuer differ"));
        Assert.That(town.Account(alice).Minor, Is.EqualTo(93_000));

        clock.Off = TimeSpan.Zero;
        (await town.UserBank.Run(default)).ThrowIfAny();
        Assert.That(town.UserBank.Waits.Shows(WaitingKind.DifferingClock), Is.False);
        Assert.That((await town.Wallet.Resume(alice.Card, alice.Pin, default).OrRefuse()).Single().Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// A lost card's cancellation under a wrong date would let its finder pay for days. The report is kept, and goes to the issuer when the
    /// clock is right.
    /// </summary>
    [Test, Rule(26), Rule(6)]
    public async Task ALostCardIsNotCancelledUnderAWrongDate()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var report = WalletTerminal.SignLostReport(alice.Card, alice.Pin, Timestamp.Now(town.Clock));
        var clock = new OffsetClock(town.Clock) { Off = TimeSpan.FromDays(40) };
        town.GiveClock(Bank, clock);
        Assert.That((await town.UserBank.ReportLost(report, default)).OrRefuse(), Is.Zero);
        clock.Off = TimeSpan.Zero;
        (await town.UserBank.Run(default)).ThrowIfAny();
        Assert.That((await town.UserBank.ReportLost(report, default)).OrRefuse(), Is.EqualTo(1));
    }

    /// <summary>
    /// The issuer's clock was 25 hours ahead when a till took its list, and is right now: versions order lists, and no date of the future
    /// makes one last longer.
    /// </summary>
    [TestCase(23), TestCase(25), Rule(26), Rule(25), Hole(11)]
    public async Task AListOfTomorrowKeepsNobodyFromTheNext(int hours)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var ahead = Timestamp.Now(town.Clock).Plus(TimeSpan.FromHours(hours));
        (await town.HearHotList(till, HotList.Sign(town.StatementKey, new PartyId(1), 0, 0, ahead, []))).ThrowIfAny();
        await town.Till(till).FetchHotList(town.TillLink(till), default).OrRefuse();
        Assert.That(town.Pay(till, alice, 300).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse()).Left, Is.Empty);
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>The same list is old when it is a day since the till was told it, whatever date it bears.</summary>
    [Test, Rule(26), Hole(11)]
    public async Task AListOfTomorrowLastsNoLonger()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        var clock = new OffsetClock(town.Clock) { Off = TimeSpan.FromHours(23) };
        town.GiveClock(SimulatedTown.IssuerName, clock);
        await town.Till(till).FetchHotList(town.TillLink(till), default).OrRefuse();
        town.Clock.Advance(TimeSpan.FromHours(23));
        bool NeedsIssuer() => town.Till(till).NeedsIssuer(new Sale(Timestamp.Now(town.Clock), new Amount(300), SaleState.Open));
        Assert.That(NeedsIssuer(), Is.False);
        town.Clock.Advance(TimeSpan.FromHours(2));
        Assert.That(NeedsIssuer());
    }

    /// <summary>
    /// A till's clock was ahead for one payment, while it was offline. That one waits for its day, which is shown; the others are settled.
    /// </summary>
    [Test, Rule(25), Waits(WaitingKind.EarlyPayment, WaitingKind.ClockBehindLastTime)]
    public async Task OneEarlyPaymentKeepsNoOtherFromTheIssuer()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(till, clock);
        using var alice = town.User("Alice", 5000);
        Assert.That(town.Pay(till, alice, 300).Outcome, Is.EqualTo(TillOutcome.Accepted));
        town.Till(till).Online = null;
        clock.Off = TimeSpan.FromDays(2);
        town.TellHotList(till, 0, Timestamp.Now(clock));
        Assert.That(town.Pay(till, alice, 400).Outcome, Is.EqualTo(TillOutcome.Accepted));

        clock.Off = TimeSpan.Zero;
        var settled = await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse();
        Assert.That((settled.Settled, settled.StillQueued), Is.EqualTo((1, 1)));
        var left = settled.Left.Single();
        var early = town.Till(till).Journal[^1].Time;
        Assert.That((left.What, left.Sale, left.Amount), Is.EqualTo((LeftKind.Payment, (Timestamp?)early, (Amount?)new Amount(400))));
        Assert.That(left.Why, Does.Contain(Timestamp.Now(town.Clock).ToString())
            .And.Contain($"can be settled from {early.Minus(town.Scheme.Terms.ClockTolerance)} on"));
        Assert.That(town.Till(till).Waits.One(WaitingKind.EarlyPayment).Since, Is.EqualTo(early));
        Assert.That(town.Till(till).Waits.One(WaitingKind.ClockBehindLastTime).Reason, Does.Contain(early.ToString()));
        town.Clock.Advance(TimeSpan.FromDays(1));
        settled = await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse();
        Assert.That((settled.Settled, settled.Left.Count), Is.EqualTo((1, 0)), "by itself, on that day");
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>A till with an early payment was promised money for another one: it asks what became of the promise all the same.</summary>
    [Test, Rule(25), Rule(1)]
    public async Task AnEarlyPaymentKeepsNoPromiseFromBeingAsked()
    {
        using var town = Towns.Make();
        using var copied = await CopiedCard.Spend(town, ("Cafe", 3000), ("Kiosk", 3000));
        string kiosk = copied.Tills[1];
        using var alice = town.User("Alice", 5000);
        var clock = new OffsetClock(town.Clock);
        town.GiveClock(kiosk, clock);
        town.Till(kiosk).Online = null;
        clock.Off = TimeSpan.FromDays(80);
        town.TellHotList(kiosk, 9, Timestamp.Now(clock));
        Assert.That(town.Pay(kiosk, alice, 400).Outcome, Is.EqualTo(TillOutcome.Accepted));
        clock.Off = TimeSpan.Zero;
        Assert.That(town.Till(kiosk).CoinPayments(copied.Paid[1].Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Guaranteed));
        await town.LetDaysPass(31);
        await town.LetDaysPass(1);
        var settled = await town.Settle(kiosk);
        Assert.That((settled.StillQueued, settled.Left.Count), Is.EqualTo((1, 1)));
        Assert.That(town.Till(kiosk).CoinPayments(copied.Paid[1].Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Settled));
    }

    /// <summary>The till takes no list from the issuer today. It says why, and settles all the same.</summary>
    [Test, Rule(25)]
    public async Task AListThatIsNotTakenStopsNothing()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 300);
        var without = new ChangedAnswer(town.TillLink(till), MessageType.HotList, _ =>
            new Refusal(RefusalReason.Unavailable, "There is no list today.").ToMessage());
        var settled = await town.Till(till).Synchronise(without, default).OrRefuse();
        Assert.That((settled.Settled, settled.Left.Single().What), Is.EqualTo((1, LeftKind.HotList)));
        Assert.That(settled.Left.Single().Why, Does.StartWith("The issuer gives no hot list. There is no list today."));
        Assert.That((await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse()).Left, Is.Empty);
    }

    /// <summary>
    /// A shop refunds what the issuer takes back no more. That refund is shown with its reason, and all the rest is settled.
    /// </summary>
    [Test, Rule(25)]
    public async Task ARefundThatCannotBeMadeStopsNothing()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var old = town.Pay(till, alice, 300);
        await town.Settle(till);
        await town.RunCycle();
        town.Clock.Advance(TimeSpan.FromDays(60));
        await Assert.ThrowsAsync<LinkException>(
            async () => await town.Till(till).Refund(old.Sale.Time, null, new Broken(town.TillLink(till), _ => true), default).OrRefuse());
        Assert.That(town.Pay(till, alice, 400).Outcome, Is.EqualTo(TillOutcome.Accepted));

        var settled = await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse();
        Assert.That(settled.Settled, Is.EqualTo(1));
        var left = settled.Left.Single();
        Assert.That((left.What, left.Sale, left.Amount), Is.EqualTo((LeftKind.Refund, (Timestamp?)old.Sale.Time,
            (Amount?)new Amount(300))));
        Assert.That(left.Why, Does.Contain("Refund it in cash"));
        Assert.That((await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse()).Left, Is.Empty,
            "it is said once, and stays a sale");
        town.AssertSoundAfterCycle(alice);
    }

    private static MessageType? Sent(WireRecord wire) =>
        LinkFrame.Decode(wire.Frame.AsSpan(4)) is { Kind: FrameKind.Request } frame ? frame.Message.Type : null;

    /// <summary>A way to a peer that says what its clock says.</summary>
    private sealed class Telling(ILink peer, TimeProvider clock, List<MessageType> asked) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            asked.Add(request.Type);
            return await peer.Call(request, cancel) with { Said = Timestamp.Now(clock) };
        }
    }
}
