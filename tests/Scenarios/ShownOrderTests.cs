using HierCash.Terminals;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// What becomes of an order that is shown to a bank that was restored from an older copy, and what a bank asks a wallet for (rule R27).
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ShownOrderTests : OrderScenario
{
    private static readonly ActivationCode Letter = ActivationCode.Parse("2468 1357 2468 1357 2468")!;

    private WithdrawalOrder Kept(uint number) => Records.Order(Account("Alice").User, Town.UserBank.Id, number)!;

    /// <summary>
    /// Alice's order 2 is covered by the balance of the copy, her order 3 is not: she had paid in since. Bob's order 2 came to nothing.
    /// </summary>
    private Task WithOneUncovered() => Restored(async () =>
    {
        Town.UserBank.Deposit(Account("Alice").User, new Amount(60_000), 71).OrRefuse();
        await Withdrawn(Alice, 50_000, Records);
        await Withdrawn(Alice, 50_000, Records);
        Assert.That(Town.Withdraw(Bob, 1_000_000).Outcome, Is.EqualTo(WithdrawalOutcome.Refused));
    });

    /// <summary>
    /// Alice orders 40.00 after the copy, and the bank that is put back cannot know it, because it has not visited since.
    /// </summary>
    private async Task PutBackAfterAnOrder(WalletRecords? records)
    {
        await Trade(400);
        var copy = Town.StoreBytes("bank-1");
        await Withdrawn(Alice, 4000, records);
        Town.Replace("bank-1", copy);
    }

    /// <summary>
    /// A card that was broken into signs another order under the missing number: it is taken at once. The missing one turns up, and is
    /// debited; the bank's books are sound.
    /// </summary>
    [Test, Rule(27)]
    public async Task AnotherOrderUnderTheMissingNumberSparesNobodyTheMissingOne()
    {
        await Restored(() => Withdrawn(Alice, 4000, Records));
        var before = Town.Account(Alice);
        var missing = Kept(2);
        Assert.That((await Send(Order("Alice", 2, 700))).As<WithdrawReply>()?.Answer.EK, Is.Not.Null, "nothing waits");
        Assert.That(Refusal.Read(await Send(missing)), Is.Null);
        Assert.That((Town.Account(Alice).Minor, Town.UserBank.Audit.Unordered.Times), Is.EqualTo((before.Minor - 4700, 0L)));
        Assert.That(Town.UserBank.Alarms.Where(a => a.Kind == "order number used twice").Select(a => a.Holder),
            Is.EqualTo(new[] { "Alice" }));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// 'resume' says what the account does not cover, until it does; and nobody else's number waits for it: whose it is is known.
    /// </summary>
    [Test, Rule(27), Waits(WaitingKind.UnorderedWithdrawal, WaitingKind.UncoveredWithdrawal)]
    public async Task ResumeSaysWhatTheAccountDoesNotCover()
    {
        await WithOneUncovered();
        Town.UserBank.Waits.One(WaitingKind.UnorderedWithdrawal);
        Assert.That(Town.UserBank.Waits.Shows(WaitingKind.UncoveredWithdrawal), Is.False);
        var said = (await Wallet(Records).Resume(Alice.Card, Alice.Pin, default).OrRefuse()).Single();
        Assert.That((said.Outcome, said.Message), Is.EqualTo((WithdrawalOutcome.Refused,
            "Order 3 of this account, of 500.00 EUR, is from before the bank was restored from a copy. It was shown, and the account does "
                + "not cover it. Pay in, then try again.")));
        Assert.That(Town.UserBank.Waits.Shows(WaitingKind.UnorderedWithdrawal), Is.False);
        Assert.That(Town.UserBank.Waits.One(WaitingKind.UncoveredWithdrawal).What, Is.EqualTo("500.00 EUR in 1 withdrawals"));
        Assert.That(await Renounce("Bob", 2), Is.Null, "at once: it was Alice's");
        Town.UserBank.Deposit(Account("Alice").User, new Amount(60_000), 72).OrRefuse();
        var covered = Town.Account(Alice);
        Assert.That(await Wallet(Records).Resume(Alice.Card, Alice.Pin, default).OrRefuse(), Is.Empty);
        Assert.That((Town.Account(Alice).Minor, Town.UserBank.Waits.Shows(WaitingKind.UncoveredWithdrawal)),
            Is.EqualTo((covered.Minor - 50_000, false)));
        AssertBalanced();
    }

    /// <summary>Another card for the account: what the old one had ordered is paid before the new one withdraws.</summary>
    [Test, Rule(27)]
    public async Task ANewCardPaysFirstWhatTheOldOneHad()
    {
        await WithOneUncovered();
        Assert.That(await Wallet(Records).Resume(Alice.Card, Alice.Pin, default).OrRefuse(), Has.Count.EqualTo(1));
        using var card = Town.NewCard("Alice");
        var selected = new WalletCard(card.Card);
        selected.Select();
        var account = Town.UserBank.ReplaceCard("Alice", selected, Letter, withoutReport: true).OrRefuse();
        card.Activate(Letter);
        var refused = await Wallet(null).Withdraw(card.Card, card.Pin, new Amount(100), default);
        Assert.That((refused.Outcome, refused.Message.Contains("Order 3", StringComparison.Ordinal)),
            Is.EqualTo((WithdrawalOutcome.Refused, true)), refused.Message);
        Town.UserBank.Deposit(account.User, new Amount(60_000), 72).OrRefuse();
        var covered = Town.UserBank.BalanceOf(account.User);
        var done = (await Wallet(null).Resume(card.Card, card.Pin, default).OrRefuse()).Single();
        Assert.That((done.Outcome, Town.UserBank.BalanceOf(account.User).Minor),
            Is.EqualTo((WithdrawalOutcome.Issued, covered.Minor - 50_100)), done.Message);
        Assert.That(Town.UserBank.Audit.Unordered.Times, Is.Zero);
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// A wallet without records: 'resume' shows what the card has, so the bank knows whose it was before she withdraws again.
    /// </summary>
    [Test, Rule(27)]
    public async Task ResumeShowsWhatTheCardHasWhereThereAreNoRecords()
    {
        await Restored(async () =>
        {
            await Withdrawn(Alice, 1000, null);
            await Withdrawn(Alice, 3000, null);
        });
        var before = Town.Account(Alice);
        Assert.That(await Wallet(null).Resume(Alice.Card, Alice.Pin, default).OrRefuse(), Is.Empty);
        Assert.That((Town.Account(Alice).Minor, Town.UserBank.Audit.Unordered.Times), Is.EqualTo((before.Minor - 4000, 0L)));
        AssertBalanced();
    }

    /// <summary>
    /// A bank that was put back and cannot know it, because it had not visited since: an order that is old by then was issued after all. It
    /// is debited.
    /// </summary>
    [Test, Rule(27)]
    public async Task AnOldOrderThatWasIssuedIsDebited()
    {
        await PutBackAfterAnOrder(Records);
        Town.Clock.Advance(Town.Options.Terms.RequestTerm + TimeSpan.FromMinutes(1));
        var before = Town.Account(Alice);
        for (int time = 0; time < 2; time++)
        {
            Assert.That((await Send(Kept(2))).As<WithdrawReply>()?.Answer.EK, Is.Not.Null);
            Assert.That((Town.Account(Alice).Minor, Town.UserBank.Audit.Unordered.Times), Is.EqualTo((before.Minor - 4000, 0L)));
        }

        await WithdrawnBy(Records, 700);
        AssertBalanced();
    }

    /// <summary>
    /// The same bank, and a wallet without records: the card shows the order of a coin, without E_I, which nobody at the bank has. That
    /// closes its number, as the account's signed word; the auditor finds the issuance without a withdrawal, and nothing wrong with that
    /// word.
    /// </summary>
    [Test, Rule(27)]
    public async Task AnOrderWithoutEIIsTheAccountsWord()
    {
        await PutBackAfterAnOrder(null);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await WithdrawnBy(null, 700);
        Assert.That(Said, Is.EqualTo(new[] { "The bank did not know order 2 of this account. The card showed it." }));
        Assert.That(Town.Rows("bank-1")["renounced"], Is.EqualTo(1));
        Assert.That(Audit().Select(f => f.Table), Has.Some.EqualTo("withdrawal").And.None.EqualTo("renounced").And.None.EqualTo("account"));
    }

    /// <summary>While the bank awaits another's order, one without E_I waits as a renunciation does: her wallet says until when.</summary>
    [Test, Rule(27)]
    public async Task AnOrderWithoutEIWaitsWhileAnotherIsAwaited()
    {
        await Restored(async () =>
        {
            await Withdrawn(Alice, 4000, null);
            await Withdrawn(Bob, 2000, null);
        });
        var until = Timestamp.Now(Town.Clock).Plus(Town.Options.Terms.DisputeTerm);

        // As if Alice's were not among what the issuer told.
        var wallet = new WalletTerminal(new NothingKnown(new ToBank(Town), until), Town.Options.Suite, Town.Clock,
            NoCrashPoints.Instance) { ShowedOrder = Said.Add };
        Assert.That(await wallet.Resume(Alice.Card, Alice.Pin, default).OrRefuse(), Is.Empty);
        Assert.That(Said, Is.Not.Empty.And.All.EndsWith(
            $" of this account. The card showed it. Orders after it wait until {until} at the latest."));
    }

    /// <summary>
    /// Of an order that was declined long ago the bank forgets whose its number was. The number stays known, and serves nobody any more.
    /// </summary>
    [Test, Rule(27), Rule(10)]
    public async Task AForgottenNumberServesNobody()
    {
        var declined = Order("Alice", 2, 10_000_000);
        Assert.That((await Send(declined)).As<WithdrawReply>()?.Answer.Never, Is.Not.Null);
        long ordered = Town.Rows("bank-1")["ordered"];
        Town.Clock.Advance(Town.Options.Terms.BackupMaxAge + Town.Options.Terms.DisputeTerm + TimeSpan.FromDays(1));
        await Town.RunCycles();
        Assert.That(Town.Rows("bank-1")["ordered"], Is.EqualTo(ordered - 1));
        var before = Town.Account(Alice);
        foreach (var order in new[] { declined, Order("Alice", 2, 700) })
        {
            Assert.That((await Send(order)).As<WithdrawReply>()?.Answer.Text, Does.Contain("ended long ago"));
        }

        Assert.That(Town.Account(Alice), Is.EqualTo(before));
        Assert.That((await Send(Order("Alice", 3, 700))).As<WithdrawReply>()?.Answer.EK, Is.Not.Null);
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// A bank that asks again for what was shown, for the order itself, or for one beyond it: the wallet asks it once or twice, renounces
    /// nothing, and the order waits.
    /// </summary>
    [TestCase(1u, 2)]
    [TestCase(2u, 1)]
    [TestCase(77u, 1)]
    [Rule(27)]
    public async Task ABankThatAsksForNonsenseIsNotAskedForEver(uint missing, int asked)
    {
        var lying = new MissingAlways(new ToBank(Town), missing);
        var wallet = new WalletTerminal(lying, Town.Options.Suite, Town.Clock, NoCrashPoints.Instance);
        var refused = await wallet.Withdraw(Alice.Card, Alice.Pin, new Amount(700), default);
        Assert.That((refused.Outcome, refused.Waits, lying.Asked, lying.Renounced), Is.EqualTo((WithdrawalOutcome.Refused, true, asked, 0)),
            refused.Message);
        Assert.That((await Wallet(null).Resume(Alice.Card, Alice.Pin, default).OrRefuse()).Single().Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));
        Town.AssertSoundAfterCycle(Alice, Bob);
    }

    /// <summary>
    /// The bank lacks order 2, which waits on the card and is not Alice's as far as her wallet knows. That she has to confirm it, or to set
    /// her clock right, is no refusal of the bank.
    /// </summary>
    [TestCase(0)]
    [TestCase(3)]
    [Rule(26), Rule(27)]
    public async Task WhatAWalletItselfDoesNotShowIsNoRefusalOfTheBank(int daysWrong)
    {
        await Restored(async () =>
        {
            var cut = new WalletTerminal(new NoReply(new ToBank(Town)), Town.Options.Suite, Town.Clock, NoCrashPoints.Instance);
            Assert.That(async () => await cut.Withdraw(Alice.Card, Alice.Pin, new Amount(700), default), Throws.TypeOf<LinkException>());
            Assert.That((await Town.WalletWith(Records, _ => false).Withdraw(Alice.Card, Alice.Pin, new Amount(900), default)).Outcome,
                Is.EqualTo(WithdrawalOutcome.Issued));
        });
        var clock = new OffsetClock(Town.Clock);
        var wallet = new WalletTerminal(
            new ClockJumps(new ToBank(Town), clock, daysWrong), Town.Options.Suite, clock, NoCrashPoints.Instance, Records);
        var ended = await wallet.Withdraw(Alice.Card, Alice.Pin, new Amount(500), default);
        Assert.That((ended.Outcome, ended.Waits),
            Is.EqualTo((daysWrong > 0 ? WithdrawalOutcome.ClockDiffers : WithdrawalOutcome.NotConfirmed, true)), ended.Message);
        Assert.That(ended.Message,
            Does.Contain(daysWrong > 0 ? "Set the wrong clock right" : "was ordered before, and not by this wallet"));
    }

    /// <summary>Somebody sets the wallet's clock while it waits for the bank's answer to an order.</summary>
    private sealed class ClockJumps(ILink honest, OffsetClock clock, int days) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await honest.Call(request, cancel);
            reply = reply with { Said = Timestamp.Now(clock) };
            clock.Off = request.Type == MessageType.Withdraw ? TimeSpan.FromDays(days) : clock.Off;
            return reply;
        }
    }

    /// <summary>The bank carries out what is ordered, and its answer is lost.</summary>
    private sealed class NoReply(ILink honest) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await honest.Call(request, cancel);
            return request.Type == MessageType.Withdraw ? throw new LinkException("It was lost.") : reply;
        }
    }

    /// <summary>Says to each withdrawal that this number is missing.</summary>
    private sealed class MissingAlways(ILink honest, uint number) : ILink
    {
        public int Asked { get; private set; }

        public int Renounced { get; private set; }

        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            Asked += request.Type == MessageType.Withdraw ? 1 : 0;
            Renounced += request.Type == MessageType.Renounce ? 1 : 0;
            return request.Type == MessageType.Withdraw
                ? new Refusal(RefusalReason.OrderMissing, "It is missing.", Order: number).ToMessage() : await honest.Call(request, cancel);
        }
    }

    /// <summary>Says to each order of a coin that it waits.</summary>
    private sealed class NothingKnown(ILink honest, Timestamp until) : ILink
    {
        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            request.Type == MessageType.ShowOrder ? new ShowOrderReply(until).ToMessage() : await honest.Call(request, cancel);
    }
}
