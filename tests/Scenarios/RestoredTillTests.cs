using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A till that is restored from an older copy is noticed by its own signature under a later batch, stops, and gets back what it had
/// submitted (rule R27).
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RestoredTillTests : RestoredScenario
{
    private ValueTask<TillRecovery> RecoverTill() => Town.Till(Till).Recover(Town.TillLink(Till), default).OrRefuse();

    /// <summary>
    /// A sale that the copy has queued was refunded since, and another was settled: the first is not sent in again, the second is known
    /// again and can be refunded.
    /// </summary>
    [Test, Rule(27)]
    public async Task ARestoredTillIsNoticedStopsAndRecovers()
    {
        var sale = Town.Pay(Till, Alice, 400);
        var copy = Town.StoreBytes(Till);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Town.Settle(Till);
        await Town.Till(Till).Refund(sale.Sale.Time, Alice.Card, Town.TillLink(Till), default).OrRefuse();
        await Trade(1000);
        Town.Replace(Till, copy);
        var till = Town.Till(Till);
        Assert.That(async () => await Town.Settle(Till), Throws.TypeOf<RefusedException>().With.Message.Contain("hiercash-shop recover"));
        Assert.That(till.Behind, Is.Not.Null);
        Assert.That(till.WhyNoPayment, Does.Contain("hiercash-shop recover"));
        Assert.That(Town.Pay(Till, Alice, 100).Outcome, Is.EqualTo(TillOutcome.Refused));
        Assert.That((await till.Synchronise(Town.TillLink(Till), default)).Refused?.Sentence, Is.Not.Null);
        Assert.That((await till.Refund(sale.Sale.Time, Alice.Card, Town.TillLink(Till), default)).Refused?.Sentence,
            Does.Contain("recover"));
        Assert.That(Alice.Balance().Minor, Is.EqualTo(4000), "nothing was signed, nothing given back");

        var done = await RecoverTill();
        Assert.That((done.Payments, done.Total.Minor, done.TakenBack, till.Behind), Is.EqualTo((1, 1000UL, 1, (Timestamp?)null)));
        Assert.That(till.Journal.Select(t => (t.Amount.Minor, t.State)),
            Is.EqualTo(new[] { (400UL, SaleState.Refunded), (1000UL, SaleState.Accepted) }));
        Assert.That(till.CoinPayments(sale.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Reversed));
        await till.Synchronise(Town.TillLink(Till), default).OrRefuse();
        await Trade(300);
        Assert.That(Town.ShopAccount().Minor, Is.EqualTo(1300));
        await till.Refund(till.Journal[1].Time, Alice.Card, Town.TillLink(Till), default).OrRefuse();
        await Town.RunCycles();
        Assert.That((Town.ShopAccount().Minor, Alice.Balance().Minor, Town.Issuer.Queues.Cases), Is.EqualTo((300UL, 4700UL, 0L)));
        Town.AssertSound(Alice);
        Assert.That(async () => await RecoverTill(), Throws.TypeOf<RefusedException>().With.Message.Contain("no older copy"));
    }

    /// <summary>
    /// A till whose store is no copy goes on after a start, and one that was restored before anything else was submitted has lost nothing.
    /// </summary>
    [Test, Rule(27)]
    public async Task ATillThatIsNoCopyGoesOn()
    {
        await Trade(400);
        Town.Restart(Till);
        await Trade(500);
        Town.Replace(Till, Town.StoreBytes(Till));
        await Trade(600);
        Assert.That((Town.Till(Till).Behind, Town.ShopAccount().Minor), Is.EqualTo(((Timestamp?)null, 1500UL)));
    }

    /// <summary>An issuer that shows a till what another key signed, or what another till did: nothing stops.</summary>
    [Test, Rule(27)]
    public async Task NobodyStopsATillWithoutItsOwnSignature([Values] bool isAnotherTills)
    {
        string kiosk = Town.AddTill("Kiosk");
        Town.Pay(kiosk, Alice, 100);
        Town.Clock.Advance(TimeSpan.FromHours(1));
        await Town.Settle(kiosk);
        using var other = Town.Options.Suite.GenerateKey();
        var subject = Digest.Of([1]);
        var forged = Submission.Sign(other, new PartyId(1), [subject], Timestamp.Now(Town.Clock).Plus(TimeSpan.FromHours(1)))
            .Prove([subject], 0);
        await Trade(200);
        var own = (await Town.TillLink(Till).Ask(new NewestBatchMessage(Town.Till(Till).W), default)).Reply?.Proof;
        forged = forged with { Submission = forged.Submission with { TillKey = own!.Submission.TillKey } };
        Town.Restart(Till);
        var (itsSubject, its) = (await Town.TillLink(kiosk).Ask(new NewestBatchMessage(Town.Till(kiosk).W), default)).Reply!;
        Assert.That(its, Is.Not.Null);
        Town.Pay(Till, Alice, 400);
        var lying = new ChangedAnswer(Town.TillLink(Till), MessageType.NewestBatch, _ => isAnotherTills
            ? new NewestBatchReply(itsSubject, its).ToMessage()
            : new NewestBatchReply(subject, forged).ToMessage());
        Assert.That((await Town.Till(Till).Settler.Settle(lying, default).OrRefuse()).Settled, Is.EqualTo(1));
        Assert.That(Town.Till(Till).Behind, Is.Null);
    }

    /// <summary>Nobody learns what another's till sells.</summary>
    [Test, Rule(27)]
    public async Task ATillHearsOnlyOfItself()
    {
        await Trade(400);
        string kiosk = Town.AddTill("Kiosk");
        var w = Town.Till(Till).W;
        foreach (var question in new[] { new NewestBatchMessage(w).ToMessage(), new SubmittedMessage(w, 0).ToMessage() })
        {
            Assert.That(Refusal.Read(await Town.TillLink(kiosk).Call(question, default))?.Reason, Is.EqualTo(RefusalReason.NotAllowed));
            Assert.That(Refusal.Read(await Town.UserBankLink().Call(question, default))?.Reason, Is.EqualTo(RefusalReason.NotAllowed));
            Assert.That(Refusal.Read(await Town.TillLink(Till).Call(question, default)), Is.Null);
        }
    }

    /// <summary>What no card or not the issuer signed is not kept, and the till stays stopped.</summary>
    [Test, Rule(27)]
    public async Task ATillKeepsOnlyWhatWasSigned([Values] bool isReceipt)
    {
        var copy = Town.StoreBytes(Till);
        await Trade(400);
        Town.Replace(Till, copy);
        var till = Town.Till(Till);
        var lying = new ChangedAnswer(Town.TillLink(Till), MessageType.Submitted, reply =>
            new SubmittedReply([.. reply.As<SubmittedReply>()!.Payments.Select(p => isReceipt
            ? p with { Receipt = p.Receipt with { Verdict = Verdict.Late, Share = Share.None } }
            : p with { H = p.H with { SU = [.. p.H.SU.Reverse()] } })]).ToMessage());
        Assert.That((await till.Recover(lying, default)).Refused?.Sentence,
            Does.Contain("Nothing of it is kept"));
        Assert.That((till.Journal.Count, till.Behind is null), Is.EqualTo((0, false)));
        Assert.That((await RecoverTill()).Payments, Is.EqualTo(1));
    }

    /// <summary>
    /// Whoever stole its key signed a later batch with it, or it was restored: once the key is revoked another till brings its queue, and
    /// nothing that its own signature shows is in the way.
    /// </summary>
    [Test, Rule(27), Rule(17)]
    public async Task WhatARevokedTillHasQueuedAnotherTillBrings()
    {
        string next = Town.AddTill("Cafe");
        Town.Pay(Till, Alice, 400);
        var copy = Town.StoreBytes(Till);
        Town.Clock.Advance(TimeSpan.FromSeconds(1));
        await Trade(1000);
        Town.Replace(Till, copy);
        Assert.That(async () => await Town.Settle(Till), Throws.TypeOf<RefusedException>().With.Message.Contain("hiercash-shop recover"));
        Town.Issuer.Revoke(Town.Till(Till).W).OrRefuse();
        Assert.That(async () => await Town.Settle(Till), Throws.TypeOf<RefusedException>());
        Assert.That((await Town.Till(Till).HandOver(Town.TillLink(next), default).OrRefuse()).StillQueued, Is.Zero);
        Assert.That((Town.Till(Till).WhyNoPayment, Town.Till(Till).CoinPayments(Town.Till(Till).Journal[0].Time).Single().State),
            Is.EqualTo((Town.Till(Till).WhyRevoked, CoinPaymentState.Settled)));
        await Town.RunCycles();
        Assert.That((Alice.Balance().Minor, Town.ShopAccount().Minor), Is.EqualTo((3600UL, 1400UL)));
    }
}
