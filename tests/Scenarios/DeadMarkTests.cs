using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Suite;
using HierCash.Simulation;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Who has a coin's key signs without end, and declares it all dead: marks are bounded, and none is missed (rules R2, R4, R10).
/// </summary>
[Parallelizable]
public sealed class DeadMarkTests
{
    private const int Limit = 1024;
    private KeepingSuite _suite = null!;
    private SimulatedTown _town = null!;
    private TownCard _mallory = null!;
    private ISigningKey _key = null!;
    private Coin _coin = null!;

    [SetUp]
    public void Extract()
    {
        _suite = new KeepingSuite(new BclSuite());
        _town = Towns.Make(with: o => o with { Suite = _suite });
        _mallory = _town.User("Mallory", 5000);
        _coin = _mallory.Coins().Single().Coin;
        _key = _suite.SecretOf(_coin.NU);
    }

    [TearDown]
    public void End()
    {
        _key.Dispose();
        _mallory.Dispose();
        _town.Dispose();
    }

    /// <summary>
    /// A friendly till signs S_W for each: so many are kept, the rest is put off, and S_W of that counts when it is settled after all.
    /// </summary>
    [Test, Rule(10), Rule(4)]
    public async Task AFriendlyTillFillsNoStoreWithVoids()
    {
        string friend = _town.AddTill("Friend");
        var w = _town.Till(friend).W;
        var began = Timestamp.Now(_town.Clock);
        var answers = new List<LinkMessage>();
        for (int i = 1; i <= Limit + 300; i++)
        {
            answers.Add(await _town.ForwardVoid(friend, Sign(i, w, began)));
        }

        Assert.That(answers.Select(a => VoidedPayment.ReversalOf(a) is not null), Is.EqualTo(
            Enumerable.Range(0, Limit + 300).Select(i => i < Limit)));
        Assert.That(answers.Skip(Limit).Select(a => Refusal.Read(a)!.Reason), Is.All.EqualTo(RefusalReason.Unavailable));
        Assert.That(_town.Rows("issuer")["dead_payment"], Is.EqualTo(Limit));

        // What was taken is dead; what was put off takes its money back as soon as there is any.
        var put = Sign(Limit + 1, w, began);
        Assert.That((await _town.Submit(friend, Sign(1, w, began), put)).Select(r => r.Verdict),
            Is.EqualTo(new[] { Verdict.Dead, Verdict.Settled }));
        Assert.That(VoidedPayment.ReversalOf(await _town.ForwardVoid(friend, put))!.Moved, Is.EqualTo(put.Paid));
        Assert.That((await _town.Submit(friend, put)).Single().Verdict, Is.EqualTo(Verdict.Dead));

        // Once the first are late, marks of others take their place, and they are refused without.
        _town.Clock.Advance(_town.Options.Terms.SettlePeriod + _town.Options.Terms.ClockTolerance + TimeSpan.FromHours(1));
        var later = Timestamp.Now(_town.Clock);
        for (int i = 2000; i < 2100; i++)
        {
            Assert.That(VoidedPayment.ReversalOf(await _town.ForwardVoid(friend, Sign(i, w, later))), Is.Not.Null);
        }

        Assert.That(_town.Rows("issuer")["dead_payment"], Is.EqualTo(Limit));
        Assert.That((await _town.Submit(friend, Sign(1, w, began), Sign(2000, w, later))).Select(r => r.Verdict),
            Is.EqualTo(new[] { Verdict.Late, Verdict.Dead }));
        await _town.RunCycle();
        Assert.That(TownAudit.RunQuiet(_town), Is.Empty);
    }

    /// <summary>
    /// Payments to tills that nobody has need no friend: beyond the marks that are kept, only what cannot be settled without one is
    /// pronounced dead.
    /// </summary>
    [Test, Rule(10), Hole(4)]
    public async Task InventedTillsFillNoStore()
    {
        var old = new Timestamp(Timestamp.Now(_town.Clock).Microseconds - (ulong)TimeSpan.FromDays(3).TotalMicroseconds);
        CashPayment? paid = null;
        string till = _town.AddTill("Late", request =>
        {
            // Its key is not registered yet.
            var w = Derivations.W(request.Key);
            for (int i = 1; i <= Limit + 100; i++)
            {
                Assert.That(Ask(Sign(i, new TillId(Id16.Read(Digest.Of(BitConverter.GetBytes(i)).ToArray().AsSpan(0, 16))), old)), Is.True);
            }

            paid = Sign(3000, w, old);
            Assert.That(Ask(paid), Is.True);
            Assert.That(Ask(Sign(3001, w, Timestamp.Now(_town.Clock))), Is.False, "it may be registered today");
            return _town.ShopBank.Vouch(request).OrRefuse();
        });
        Assert.That(_town.Rows("issuer")["dead_payment"], Is.EqualTo(Limit));
        Assert.That((await _town.Submit(till, paid!)).Single().Verdict, Is.EqualTo(Verdict.TillUnknown),
            "the issuer signed that it never settles");
        Assert.That((await _town.Submit(till, Sign(3002, _town.Till(till).W, Timestamp.Now(_town.Clock)))).Single().Verdict,
            Is.EqualTo(Verdict.Settled));
    }

    /// <summary>
    /// A till sees that the card is a copy and gives the money back: the issuer hears of two messages under one seq, and the copy pays
    /// nowhere any more.
    /// </summary>
    [Test, Rule(2), Hole(19)]
    public async Task ACopyThatWasSentAwayIsCancelledAllTheSame()
    {
        string cafe = _town.AddTill("Cafe");
        string kiosk = _town.AddTill("Kiosk");
        using var copy = _mallory.Clone();
        using var other = _mallory.Clone();
        Assert.That(_town.Pay(cafe, _mallory, 1800).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That(_town.Pay(cafe, copy, 1900).Message, Does.Contain("copy"));
        await _town.Settle(cafe);
        await _town.Till(cafe).Synchronise(_town.TillLink(cafe), default).OrRefuse();
        _town.Clock.Advance(TimeSpan.FromHours(2));
        await _town.RunCycle();
        await _town.Till(kiosk).FetchHotList(_town.TillLink(kiosk), default).OrRefuse();
        Assert.That(_town.Pay(kiosk, other, 2000).Outcome, Is.EqualTo(TillOutcome.Refused), "the coin is on the hot list");
        Assert.That(_town.UserBank.EvidenceFiles, Is.Empty, "no identity for an equivocation within X");
        Assert.That(TownAudit.RunQuiet(_town), Is.Empty);
    }

    /// <summary>The other way round, and with two that are dead: what was voided is a message under its seq like any other.</summary>
    [Test, Rule(2), Hole(19)]
    public async Task AMessageUnderTheSeqOfADeadOneIsAnEquivocation()
    {
        string cafe = _town.AddTill("Cafe");
        var w = _town.Till(cafe).W;
        var now = Timestamp.Now(_town.Clock);
        await _town.ForwardVoid(cafe, Sign(5, w, now));
        Assert.That((await _town.Submit(cafe, Sign(4, w, now))).Single().Verdict, Is.EqualTo(Verdict.Settled));
        Assert.That(_town.Issuer.Queues.Cases, Is.Zero);
        Assert.That((await _town.Submit(cafe, Sign(5, w, now, 2))).Single().Verdict, Is.EqualTo(Verdict.Equivocation));
    }

    private bool Ask(CashPayment h)
    {
        var (message, seed) = SealedMessage.Seal(_suite, WithdrawalTests.PE(_town), new NonSettlementStatementMessage(h).ToMessage());
        var reply = _town.UserBankLink().Call(new RelaySealedMessage(message).ToMessage(), default).AsTask().GetAwaiter().GetResult();
        return SealedMessage.OpenAnswer(seed, reply.As<RelaySealedReply>()!.Answer)!.As<NonSettlementStatementReply>() is not null;
    }

    private CashPayment Sign(int seq, TillId till, Timestamp from, ulong y = 1)
    {
        var unsigned = new CashPayment(_coin, (ushort)seq, new Amount(5000), from.Plus(TimeSpan.FromMicroseconds(seq)), till, new Amount(y),
            []);
        return unsigned with { SU = _key.Sign(unsigned.Message) };
    }
}
