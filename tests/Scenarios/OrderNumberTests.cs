using HierCash.Card.Client;
using HierCash.Iso7816;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A bank that was restored from an older copy, and holders who would rather keep silent about what they withdrew since (rule R27). Alice's
/// order 1 is in the copy, 40.00 under order 2 are not.
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class OrderNumberTests : OrderScenario
{
    /// <summary>
    /// Of her next order the bank sees that one is missing, and which; nothing is debited. Her wallet shows it from its records.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhoKeepsAnOrderBackWithdrawsNoMoreUntilItIsShown()
    {
        await Restored(() => Withdrawn(Alice, 4000, Records));
        var before = Town.Account(Alice);
        var refusal = Refusal.Read(await Send(Order("Alice", 3, 700)));
        Assert.That((refusal?.Reason, refusal?.Order, Town.Account(Alice)), Is.EqualTo((RefusalReason.OrderMissing, (uint?)2, before)));
        Assert.That(refusal!.Text, Does.Contain("order 2"));

        await WithdrawnBy(Records, 700);
        Assert.That(Said.Single(), Does.Contain("order 2").And.Contain("from its records"));
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(before.Minor - 4700));
        AssertBalanced();
    }

    /// <summary>Two are missing; the records have neither, the card has both: one as a coin, one as a coin that is spent.</summary>
    [Test, Rule(27)]
    public async Task TheCardShowsItsOrdersWhereThereAreNoRecords()
    {
        await Restored(async () =>
        {
            await Withdrawn(Alice, 1000, null);
            await Withdrawn(Alice, 3000, null);
            Town.Pay(Till, Alice, 1000);
        });
        var before = Town.Account(Alice);
        await WithdrawnBy(null, 700);
        Assert.That(Said, Has.Count.EqualTo(2).And.All.Contain("The card showed it"));
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(before.Minor - 4700));
        AssertBalanced();
    }

    /// <summary>Nothing waits for an order: the card's word that it has none closes the number at once.</summary>
    [Test, Rule(27)]
    public async Task WhatNobodyAwaitsIsRenouncedAtOnce()
    {
        await Restored(() =>
        {
            Assert.That(Town.Withdraw(Alice, 1_000_000).Outcome, Is.EqualTo(WithdrawalOutcome.Refused),
                "order 2: the card's slot is free again");
            return Task.CompletedTask;
        });
        await WithdrawnBy(null, 700);
        Assert.That(Said.Single(), Does.Contain("order 2").And.Contain("the card signed that it cannot be shown")
            .And.Not.Contain("waits until"));
        AssertBalanced();
    }

    /// <summary>A withdrawal of somebody's waits for its order: so the bank waits whether it is this one, and says until when.</summary>
    [Test, Rule(27), Waits(WaitingKind.RenouncedOrder)]
    public async Task WhileSomethingIsAwaitedARenunciationWaits()
    {
        await Restored(async () =>
        {
            Assert.That(Town.Withdraw(Alice, 1_000_000).Outcome, Is.EqualTo(WithdrawalOutcome.Refused));
            await Withdrawn(Bob, 2000, null);
        });
        var before = Town.Account(Alice);
        var until = Timestamp.Now(Town.Clock).Plus(Town.Options.Terms.DisputeTerm);
        for (int time = 0; time < 2; time++)
        {
            var done = await Wallet(null).Withdraw(Alice.Card, Alice.Pin, new Amount(700), default);
            Assert.That((done.Outcome, done.Waits, done.Message.Contains(until.ToString(), StringComparison.Ordinal)),
                Is.EqualTo((WithdrawalOutcome.Refused, true, true)), done.Message);
        }

        Assert.That((Town.Account(Alice), Said.Count), Is.EqualTo((before, 1)));
        Assert.That(Said[0], Does.Contain($"waits until {until}"));
        Town.UserBank.Waits.One(WaitingKind.RenouncedOrder);
        Town.Clock.Advance(Town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        await WithdrawnBy(null, 700);
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(before.Minor - 700));
        await Withdrawn(Bob, 100, null);
        Assert.That(Town.UserBank.Waits.Shows(WaitingKind.RenouncedOrder), Is.False);
        AssertBalanced();
    }

    /// <summary>What the bank awaited was another's: once that is shown, nothing waits any more.</summary>
    [Test, Rule(27)]
    public async Task WhatWasAwaitedIsShownAndTheRenunciationCounts()
    {
        await Restored(async () =>
        {
            Assert.That(Town.Withdraw(Alice, 1_000_000).Outcome, Is.EqualTo(WithdrawalOutcome.Refused));
            await Withdrawn(Bob, 2000, null);
        });
        Assert.That((await Wallet(null).Withdraw(Alice.Card, Alice.Pin, new Amount(700), default)).Outcome,
            Is.EqualTo(WithdrawalOutcome.Refused));
        await Withdrawn(Bob, 100, null);
        await WithdrawnBy(null, 700);
        AssertBalanced();
    }

    /// <summary>
    /// A card that was broken into renounces what was issued. Within the term the order turns up: it is debited, and somebody is told.
    /// </summary>
    [Test, Rule(27)]
    public async Task ARenouncedOrderThatTurnsUpIsDebited()
    {
        await Restored(() => Withdrawn(Alice, 4000, Records));
        var before = Town.Account(Alice);
        var order = Records.Order(Account("Alice").User, Town.UserBank.Id, 2)!;
        var until = await Renounce("Alice", 2);
        Assert.That(until, Is.EqualTo(Timestamp.Now(Town.Clock).Plus(Town.Options.Terms.DisputeTerm)));
        var refusal = Refusal.Read(await Send(Order("Alice", 3, 700)));
        Assert.That((refusal?.Reason, refusal?.Until, Town.Account(Alice)), Is.EqualTo((RefusalReason.OrderRenounced, until, before)));
        Assert.That(Refusal.Read(await Send(order)), Is.Null);
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(before.Minor - 4000));
        Assert.That(Town.UserBank.Alarms.Where(a => a.Kind == "renounced order turned up").Select(a => a.Holder),
            Is.EqualTo(new[] { "Alice" }));
        await WithdrawnBy(Records, 700);
        AssertBalanced();
    }

    /// <summary>
    /// It turns up after the term, when the account has not enough: the account withdraws nothing else before it covers what it had.
    /// </summary>
    [Test, Rule(27)]
    public async Task WhatTurnsUpLaterIsPaidBeforeAnythingElse()
    {
        await Restored(() => Withdrawn(Alice, 4000, Records));
        var order = Records.Order(Account("Alice").User, Town.UserBank.Id, 2)!;
        await Renounce("Alice", 2);
        Town.Clock.Advance(Town.Options.Terms.DisputeTerm + TimeSpan.FromMinutes(1));
        ulong all = Town.Account(Alice).Minor;
        Assert.That((await Send(Order("Alice", 3, all - 1000))).As<WithdrawReply>()?.Answer.EK, Is.Not.Null);
        Assert.That(Refusal.Read(await Send(order))?.Reason, Is.EqualTo(RefusalReason.InsufficientFunds));
        Assert.That(Refusal.Read(await Send(Order("Alice", 4, 100)))?.Reason, Is.EqualTo(RefusalReason.InsufficientFunds));
        Assert.That((Town.Account(Alice).Minor, Town.UserBank.Audit.Unordered.Sum), Is.EqualTo((1000UL, 4000L)));
        Town.UserBank.Deposit(Account("Alice").User, new Amount(3500), 77).OrRefuse();
        Assert.That((await Send(Order("Alice", 4, 100))).As<WithdrawReply>()?.Answer.EK, Is.Not.Null);
        Assert.That((Town.Account(Alice).Minor, Town.UserBank.Audit.Unordered.Sum), Is.EqualTo((400UL, 0L)));
        Assert.That(Town.UserBank.Alarms.Select(a => a.Kind), Does.Contain("renounced order turned up"));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>
    /// A number is one order's: another under it is refused, and somebody is told. Nor does an order that was taken close another's gap.
    /// </summary>
    [Test, Rule(27)]
    public async Task ANumberServesOneOrder()
    {
        var before = Town.Account(Alice);
        Assert.That(Refusal.Read(await Send(Order("Alice", 1, 700)))?.Reason, Is.EqualTo(RefusalReason.OrderNumberUsed));
        Assert.That(Refusal.Read(await Send(Order("Alice", 0, 700)))?.Reason, Is.EqualTo(RefusalReason.OrderNumberUsed),
            "they begin with 1");
        var second = Order("Alice", 2, 700);
        Assert.That(Refusal.Read(await Send(second)), Is.Null);
        Assert.That(Refusal.Read(await Send(Order("Alice", 3, 700, second.EI)))?.Reason, Is.EqualTo(RefusalReason.OrderNumberUsed));
        Assert.That(Refusal.Read(await Send(second)), Is.Null, "the same one again");
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(before.Minor - 700));
        Assert.That(Town.UserBank.Alarms.Where(a => a.Kind == "order number used twice").Select(a => a.Holder),
            Is.Not.Empty.And.All.EqualTo("Alice"));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>Two accounts sign for one withdrawal. The first bears it, both are named, and the one in the right withdraws on.</summary>
    [Test, Rule(27)]
    public async Task RivalsForOneWithdrawalAreNamed()
    {
        using var database = Database.OpenMemory(WalletRecords.Schema);
        var bobs = new WalletRecords(database);
        await Restored(() => Withdrawn(Bob, 2000, bobs));
        var (alice, bob) = (Town.Account(Alice), Town.Account(Bob));
        var genuine = bobs.Order(Account("Bob").User, Town.UserBank.Id, 2)!;
        Assert.That(Refusal.Read(await Send(Order("Alice", 2, 2000, genuine.EI))), Is.Null,
            "Alice's card was broken into, and signs for what Bob has");
        Assert.That((Town.Account(Alice).Minor, Town.Account(Bob)), Is.EqualTo((alice.Minor - 2000, bob)));
        Assert.That(Refusal.Read(await Send(genuine))?.Reason, Is.EqualTo(RefusalReason.RequestOfAnother));
        Assert.That(Town.UserBank.Alarms.Where(a => a.Kind == "withdrawal ordered by two accounts").Select(a => a.Holder),
            Is.EqualTo(new[] { "Alice and Bob" }));
        await Withdrawn(Bob, 100, bobs);
        Assert.That(Town.Account(Bob).Minor, Is.EqualTo(bob.Minor - 100));
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>An old order that nobody knows: the issuer's "never" closes its number, and nothing is debited.</summary>
    [Test, Rule(27)]
    public async Task AnOldOrderIsClosedByTheIssuersWord()
    {
        var before = Town.Account(Alice);
        var old = Order("Alice", 2, 700, date: Timestamp.Now(Town.Clock).Minus(TimeSpan.FromDays(60)));
        var answer = (await Send(old)).As<WithdrawReply>()?.Answer;
        Assert.That((answer?.Never?.Request, Town.Account(Alice)), Is.EqualTo(((WithdrawalId?)old.Request, before)));
        Assert.That(Refusal.Read(await Send(old))?.Reason, Is.EqualTo(RefusalReason.OutOfDate), "the issuer is asked once");
        Assert.That(Refusal.Read(await Send(Order("Alice", 3, 700))), Is.Null);
        Assert.That(Audit(), Is.Empty);
    }

    /// <summary>Nobody renounces for somebody else; nor at a bank that has not heard yet that it is an older copy.</summary>
    [Test, Rule(27)]
    public async Task ARenunciationIsTheAccountsAndWaitsForTheIssuer()
    {
        await Trade(400);
        var copy = Town.StoreBytes("bank-1");
        await Withdrawn(Alice, 4000, Records);
        await Trade(1000);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        Cut = "bank-1";
        Town.Replace("bank-1", copy);
        var (alice, bob) = (Account("Alice"), Account("Bob"));
        var now = Timestamp.Now(Town.Clock);
        byte[] message = SignedMessage.Renunciation(alice.User, Town.UserBank.Id, 2, now);
        foreach (var (name, reason) in new[] { ("Bob", RefusalReason.BadSignature), ("Alice", RefusalReason.Unavailable) })
        {
            using var key = Suite.SecretOf((name == "Bob" ? bob : alice).Key.Compress());
            var word = new Renunciation(alice.User, Town.UserBank.Id, 2, now, key.Sign(message));
            Assert.That(Refusal.Read(await Town.UserBank.Handle(
                LinkPeer.Wallet, new RenounceMessage(word).ToMessage(), default))?.Reason, Is.EqualTo(reason), name);
        }

        Cut = null;
        Assert.That(await Town.UserBank.Run(default), Is.Not.Null);
        (await Town.UserBank.Recover(default)).OrRefuse();
        await WithdrawnBy(Records, 700);
        AssertBalanced();
    }

    /// <summary>An honest card renounces nothing that it can show, and nothing that it has not given.</summary>
    [Test, Rule(27)]
    public void TheCardRenouncesOnlyWhatItCannotShow()
    {
        var card = new WalletCard(Alice.Card);
        card.Select();
        card.Verify(Alice.Pin);
        StatusWord Try(uint number) => card.Send<RenounceOrderCommand, SignatureReply>(new RenounceOrderCommand(number, default), out _);
        Assert.That((Try(0), Try(1), Try(2)),
            Is.EqualTo((StatusWord.ReferencedDataNotFound, StatusWord.ConditionsNotSatisfied, StatusWord.ReferencedDataNotFound)));
    }
}
