using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A payment above the floor limit while the issuer is away, and whatever else leaves a card short without an OK: shown, and ended by
/// cancelling.
/// </summary>
[Parallelizable]
public sealed class HeldMoneyTests
{
    [Test, Rule(4), Hole(12)]
    public async Task WhatTheIssuerMayHaveIsGivenBackOnlyAfterItsAnswer()
    {
        using var town = Towns.Make();
        string name = town.AddTill("Cafe");
        var till = town.Till(name);
        using var alice = town.User("Alice", 10_000);
        till.Online = new SilentLink(town.TillLink(name), MessageType.Settle);
        var waiting = town.Pay(name, alice, 6000);
        Assert.That(waiting.Outcome, Is.EqualTo(TillOutcome.IssuerGone));
        Assert.That(alice.Balance().Minor, Is.EqualTo(4000));
        Assert.That(Held(till), Is.EqualTo((6000UL, 0UL)));
        Assert.That(till.HeldPayments.Single().WasSent);
        Assert.That(string.Join('\n', till.Explain(waiting.Sale)),
            Does.Contain("waits for the issuer").And.Contain($"'hiercash-shop cancel {waiting.Sale.Time}'")
                .And.Contain("Held: the issuer may have it."));

        // The issuer has settled it, and only its answer was lost. No S_W leaves before it has taken that back.
        Assert.That(async () => await till.Cancel(
            waiting.Sale, alice.Card, new SilentLink(town.TillLink(name), MessageType.ForwardVoid), default).OrRefuse(),
            Throws.TypeOf<LinkException>());
        Assert.That(till.CoinPayments(waiting.Sale.Time).Single().SW, Is.Null);
        Assert.That(alice.Balance().Minor, Is.EqualTo(4000));
        Assert.That(Held(till), Is.EqualTo((6000UL, 0UL)));
        Assert.That((till.GiveBack(alice.Card).Minor, alice.Balance().Minor), Is.EqualTo((0UL, 4000UL)), "there is nothing to give yet");
        await till.Cancel(waiting.Sale, alice.Card, town.TillLink(name), default).OrRefuse();
        Assert.That(alice.Balance().Minor, Is.EqualTo(10_000));
        Assert.That(till.HeldPayments, Is.Empty);
        await town.RunCycles();
        Assert.That(town.ShopAccount().Minor, Is.Zero);
        town.AssertSound(alice);
    }

    /// <summary>Ctrl-C while the issuer is asked: the card has signed, so the payment has an end that can be gone on with.</summary>
    [Test, Rule(4)]
    public async Task WhoStopsTheTillHearsWhatBecameOfThePayment()
    {
        using var town = Towns.Make();
        string name = town.AddTill("Cafe");
        var till = town.Till(name);
        using var alice = town.User("Alice", 10_000);
        using var stop = new CancellationTokenSource();
        till.Online = new StoppedLink(town.TillLink(name), stop);
        var stopped = await till.Pay(alice.Card, new Amount(6000), alice.PaymentPin, PaymentProfile.Fast, stop.Token);
        Assert.That(stopped.Outcome, Is.EqualTo(TillOutcome.IssuerGone));
        Assert.That(stopped.Message, Does.StartWith("The program was stopped before the issuer answered").And.Contain("cancel it"));
        Assert.That((Held(till), alice.Balance().Minor), Is.EqualTo(((6000UL, 0UL), 4000UL)));
        await till.Cancel(stopped.Sale, alice.Card, town.TillLink(name), default).OrRefuse();
        Assert.That((alice.Balance().Minor, till.HeldPayments.Count), Is.EqualTo((10_000UL, 0)));
        await town.RunCycles();
        Assert.That(town.ShopAccount().Minor, Is.Zero);
        town.AssertSound(alice);
    }

    /// <summary>
    /// The card was gone by then. It gets its money when it is put in, without a payment, and nothing is asked of another card.
    /// </summary>
    [Test, Rule(4)]
    public async Task ACardThatComesBackGetsWhatItIsOwed()
    {
        using var town = Towns.Make();
        string name = town.AddTill("Cafe");
        var till = town.Till(name);
        using var alice = town.User("Alice", 10_000);
        using var bob = town.User("Bob", 10_000);
        till.Online = new SilentLink(town.TillLink(name), MessageType.Settle);
        var waiting = town.Pay(name, alice, 6000);
        Assert.That(till.Cancel(waiting.Sale).Message, Does.Contain("The issuer may have it"));
        Assert.That(Held(till), Is.EqualTo((6000UL, 0UL)));
        await till.Synchronise(town.TillLink(name), default).OrRefuse();
        Assert.That(Held(till), Is.EqualTo((0UL, 6000UL)), "the issuer took it back, and the card is away");
        Assert.That(string.Join('\n', till.Explain(till.Journal.Single())),
            Does.Contain("The card gets it when it comes to this till again."));
        Assert.That((till.GiveBack(bob.Card).Minor, bob.Balance().Minor), Is.EqualTo((0UL, 10_000UL)));
        Assert.That((till.GiveBack(alice.Card).Minor, alice.Balance().Minor), Is.EqualTo((6000UL, 10_000UL)));
        Assert.That(till.HeldPayments, Is.Empty);
        Assert.That((await till.Cancel(waiting.Sale, alice.Card, town.TillLink(name), default).OrRefuse()).Message,
            Does.Contain("60.00 EUR"),
            "again: no harm");
        town.AssertSoundAfterCycle(alice, bob);
    }

    /// <summary>What never left the till is voided at once, without any network; what was accepted is a refund's business.</summary>
    [Test, Rule(4)]
    public async Task CancelIsNoRefund()
    {
        using var town = Towns.Make();
        string name = town.AddTill("Cafe");
        var till = town.Till(name);
        using var alice = town.User("Alice", 10_000);
        var paid = town.Pay(name, alice, 500);
        Assert.That((await till.Cancel(paid.Sale, alice.Card, town.TillLink(name), default)).Refused?.Sentence,
            Does.Contain("'hiercash-shop refund RECEIPT'"));
        Assert.That(alice.Balance().Minor, Is.EqualTo(9500));
        var begun = till.Pay(alice.Card, new Amount(9600));
        Assert.That(begun.Outcome, Is.EqualTo(TillOutcome.PinRequired));
        Assert.That((await till.Cancel(begun.Sale, null, new SilentLink(town.TillLink(name), MessageType.ForwardVoid), default).OrRefuse())
            .Message,
            Does.StartWith("The payment was cancelled."));
        Assert.That(till.OpenSales, Is.Empty);
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// The till is killed in a payment above the floor limit, wherever: what is held, what was accepted and what is on the card is what the
    /// card had before. What is held is listed with the command that ends it, and that ends it. Before the card's answer is on disk nobody
    /// knows more than that a payment was cut short.
    /// </summary>
    [TestCase(CrashPoints.PaymentIntended, false)]
    [TestCase(CrashPoints.PaymentSigned, false)]
    [TestCase(CrashPoints.PaymentHeld, true)]
    [TestCase(CrashPoints.SettlementChosen, true)]
    [TestCase(CrashPoints.SettlementMarked, true)]
    [TestCase(CrashPoints.SettlementAnswered, true)]
    [TestCase(CrashPoints.SettlementRecorded, true)]
    [TestCase(CrashPoints.PaymentAccepted, false)]
    [Rule(4), Hole(12)]
    public async Task WhatAKilledTillHoldsIsShown(string point, bool isHeld)
    {
        var crash = new CrashOnce(point);
        using var town = Towns.Make(with: o => o with { Crash = crash });
        string name = town.AddTill("Cafe");
        using var alice = town.User("Alice", 10_000);
        crash.IsOn = true;
        Assert.That(() => town.Pay(name, alice, 6000), Throws.TypeOf<TestCrash>());
        town.Restart(name);
        var till = town.Till(name);
        ulong unseen = point == CrashPoints.PaymentSigned ? 6000UL : 0;
        Assert.That(Sum(), Is.EqualTo(10_000), "held, accepted, on the card");
        Assert.That((Held(till), till.OpenSales.Count),
            Is.EqualTo(((isHeld ? 6000UL : 0, 0UL), point == CrashPoints.PaymentAccepted ? 0 : 1)));
        await till.Synchronise(town.TillLink(name), default).OrRefuse();
        Assert.That(Sum(), Is.EqualTo(10_000), "and after a visit to the issuer");
        var ticket = till.Journal.Single();
        if (point == CrashPoints.PaymentAccepted)
        {
            Assert.That(till.Accepted.Minor, Is.EqualTo(6000));
            return;
        }

        string said = HeldView.Say(till.HeldPayments, Amount.Zero, Amount.Zero, Currency.Eur, isRevoked: false);
        Assert.That(said.Contains($"'hiercash-shop cancel {ticket.Time}' ends it.", StringComparison.Ordinal), Is.EqualTo(isHeld), said);
        Assert.That(said.Contains("the issuer has answered, and no OK was said", StringComparison.Ordinal),
            Is.EqualTo(point == CrashPoints.SettlementRecorded), said);
        Assert.That(HeldView.Line(till.HeldPayments, null, Currency.Eur, isRevoked: false),
            Is.EqualTo(isHeld ? "held 60.00 EUR: 'hiercash-shop status' says what ends it" : ""));
        string explained = string.Join('\n', till.Explain(ticket));
        Assert.That(explained, Does.Contain($"'hiercash-shop cancel {ticket.Time}'").And.Contain("nothing was promised"));
        Assert.That(explained.Contains("the issuer has answered, and this till stopped", StringComparison.Ordinal),
            Is.EqualTo(point == CrashPoints.SettlementRecorded), explained);
        await till.Cancel(ticket, alice.Card, town.TillLink(name), default).OrRefuse();
        unseen = 0;
        Assert.That((alice.Balance().Minor, till.HeldPayments.Count, Sum()), Is.EqualTo((10_000UL, 0, 10_000UL)));
        await town.RunCycles();
        Assert.That(town.ShopAccount().Minor, Is.Zero);
        town.AssertSound(alice);

        ulong Sum() => till.HeldPayments.Aggregate(0UL, (sum, h) => sum + h.Held.Minor + h.Owed.Minor) + till.Accepted.Minor
            + alice.Balance().Minor + unseen;
    }

    /// <summary>
    /// The issuer has settled a payment, and the till stopped before OK. Nobody cancels it; a day later the till does so itself, in time
    /// for the issuer to take it back.
    /// </summary>
    [Test, Rule(4), Hole(12)]
    public async Task WhatIsLeftOpenIsGivenUpADayLater()
    {
        var crash = new CrashOnce(CrashPoints.SettlementRecorded);
        using var town = Towns.Make(with: o => o with { Crash = crash });
        using var alice = town.User("Alice", 10_000);
        var (name, ticket) = SettledWithoutOk(town, crash, alice);
        var till = town.Till(name);
        town.Clock.Advance(ShopTill.LeftOpen - TimeSpan.FromMinutes(1));
        await till.Synchronise(town.TillLink(name), default).OrRefuse();
        Assert.That((Held(till), till.OpenSales.Count), Is.EqualTo(((6000UL, 0UL), 1)), "somebody may still go on with it");
        town.Clock.Advance(TimeSpan.FromMinutes(2));
        await till.Synchronise(town.TillLink(name), default).OrRefuse();
        Assert.That((Held(till), till.OpenSales.Count), Is.EqualTo(((0UL, 6000UL), 0)));
        Assert.That(till.CoinPayments(ticket).Single().State, Is.EqualTo(CoinPaymentState.Reversed));
        Assert.That((till.GiveBack(alice.Card).Minor, alice.Balance().Minor), Is.EqualTo((6000UL, 10_000UL)));
        await town.RunCycles();
        Assert.That(town.ShopAccount().Minor, Is.Zero);
        town.AssertSound(alice);
    }

    /// <summary>
    /// The same, and the till's folder lies about for longer than the issuer takes back for a shop: no sale comes of it, nobody says that
    /// the customer was told OK. The shop has the money and owes it in cash, and says so; there is no S_W, so no card gets it too.
    /// </summary>
    [Test, Rule(4), Rule(3), Hole(12)]
    public async Task WhatWasNeverAcceptedIsNoSaleWhenTheTermsAreOver([Values] bool cancels)
    {
        var crash = new CrashOnce(CrashPoints.SettlementRecorded);
        using var town = Towns.Make(with: o => o with { Crash = crash });
        using var alice = town.User("Alice", 10_000);
        var (name, time) = SettledWithoutOk(town, crash, alice);
        var till = town.Till(name);
        await town.LetDaysPass(40);
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(6000));
        if (!cancels)
        {
            await till.Synchronise(town.TillLink(name), default).OrRefuse();
        }

        for (int again = 0; again < 2; again++)
        {
            Assert.That((await till.Cancel(till.Journal.Single(), alice.Card, town.TillLink(name), default)).Refused?.Sentence,
                Does.Contain(
                    "The customer was never told OK: pay 60.00 EUR back in cash. No card gets that."));
            Assert.That((await till.Refund(time, alice.Card, town.TillLink(name), default)).Refused?.Sentence,
                Does.Contain("pay 60.00 EUR back in cash"));
        }

        var ticket = till.Journal.Single();
        Assert.That((ticket.State, till.Accepted.Minor, Held(till)), Is.EqualTo((SaleState.Kept, 0UL, (0UL, 0UL))));
        Assert.That(string.Join('\n', till.Explain(ticket)),
            Does.Not.Contain("The customer was told OK").And.Contain("pay 60.00 EUR back in cash"));
        Assert.That(HeldView.SayKept(till.KeptPayments, Currency.Eur), Does.Contain($"{time}: 60.00 EUR to be paid back in cash."));
        Assert.That(till.Cancel(ticket).Outcome, Is.EqualTo(TillOutcome.Refused));
        Assert.That((till.GiveBack(alice.Card).Minor, alice.Balance().Minor), Is.EqualTo((0UL, 4000UL)));
        await town.Wallet.Recover(alice.Card, alice.Pin, _ => false, default).OrRefuse();
        await town.RunCycles();
        Assert.That((town.ShopAccount().Minor, alice.Balance().Minor), Is.EqualTo((6000UL, 4000UL)),
            "who has the cash back has nothing on the card");
        town.AssertSound(alice);
    }

    private static (string Till, Timestamp Sale) SettledWithoutOk(SimulatedTown town, CrashOnce crash, TownCard alice)
    {
        string name = town.AddTill("Cafe");
        crash.IsOn = true;
        Assert.That(() => town.Pay(name, alice, 6000), Throws.TypeOf<TestCrash>());
        town.Restart(name);
        return (name, town.Till(name).Journal.Single().Time);
    }

    private sealed class TestCrash(string point) : Exception(point);

    private sealed class CrashOnce(string point) : ICrashPoints
    {
        public bool IsOn { get; set; }

        public void Reach(string reached)
        {
            if (IsOn && reached == point)
            {
                IsOn = false;
                throw new TestCrash(point);
            }
        }
    }

    private static (ulong Held, ulong Owed) Held(ShopTill till) =>
        till.HeldPayments.Aggregate((0UL, 0UL), (sum, h) => (sum.Item1 + h.Held.Minor, sum.Item2 + h.Owed.Minor));

    /// <summary>The request arrives; its answer, if it is of that kind, does not.</summary>
    /// <summary>The issuer settles, and the till is stopped before it hears that.</summary>
    private sealed class StoppedLink(ILink inner, CancellationTokenSource stop) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await inner.Call(request, cancel);
            if (request.Type == MessageType.Settle)
            {
                await stop.CancelAsync();
                cancel.ThrowIfCancellationRequested();
            }

            return reply;
        }
    }

    private sealed class SilentLink(ILink inner, MessageType kind) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await inner.Call(request, cancel);
            return request.Type == kind ? throw new LinkException("The issuer does not answer.") : reply;
        }
    }
}
