using HierCash.Issuer;
using HierCash.Shop;
using HierCash.Tests.Cheating;
using HierCash.Tests.Suite;
using HierCash.Wallet;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Rule R15, the very next message after a rotation: the issuer signs with a key of which nobody has heard yet. What it has done is done,
/// and nobody says otherwise, gives cash for it, or takes it for a forgery.
/// </summary>
[Parallelizable]
public sealed class RotatedKeyTests
{
    /// <summary>
    /// The issuer rotates so often that its dossier has no room for the key which signed the first receipt, before there is a case or
    /// before the bank asks: the case is proven all the same, the shop is paid, and the older receipt stays good.
    /// </summary>
    [Test, Rule(15), Rule(9)]
    public async Task MoreRotationsThanADossierNamesKeysHideNoOverspending([Values(0, 1, 70)] int daysAway)
    {
        using var town = Towns.Make();
        (string cafe, string kiosk) = (town.AddTill("Cafe"), town.AddTill("Kiosk"));
        using var mallory = town.User("Mallory", 4000);
        using var copy = mallory.Clone();
        Assert.That(town.Pay(cafe, mallory, 4000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        await town.Settle(cafe);
        void Rotate()
        {
            for (int i = 0; i <= DossierHeader.MaxKeys; i++)
            {
                town.Clock.Advance(TimeSpan.FromHours(1));
                town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
            }
        }

        if (daysAway == 0)
        {
            Rotate();
        }

        Assert.That(town.Pay(kiosk, copy, 4000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await town.Settle(kiosk)).Guaranteed, Is.EqualTo(1));
        if (daysAway > 0)
        {
            // The dossier is made, and the answer lost.
            await town.UserBankLink().Call(new DossiersMessage(null).ToMessage(), default);
            Rotate();
        }

        for (int day = 0; day < daysAway; day++)
        {
            // The issuer proves it by itself, and claims, before the bank comes.
            town.Clock.Advance(TimeSpan.FromDays(1));
            town.Issuer.CloseCycle();
        }

        await town.LetDaysPass(32);
        Assert.That((town.UserBank.EvidenceFiles.Single().Name, town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor),
            Is.EqualTo(("Mallory", 4000UL, 4000UL)));
        Assert.That(town.Check(town.UserBank.EvidenceFiles.Single()).Claimable.Minor, Is.EqualTo(4000));
        town.AssertSound();
    }

    /// <summary>The issuer takes a payment back: a shop that heard "it does not" would give cash as well.</summary>
    [Test, Rule(15), Rule(4)]
    public async Task ARefundUnderANewKeyIsMadeOnce()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var sold = town.Pay(cafe, alice, 4000);
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
        var back = await town.Till(cafe).Refund(sold.Sale.Time, alice.Card, town.TillLink(cafe), default).OrRefuse();
        Assert.That(back.Message, Does.Contain("40.00 EUR are on the card again"));
        Assert.That(alice.Balance().Minor, Is.EqualTo(5000));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount("Cafe").IsZero);
    }

    /// <summary>
    /// Somebody answers in the issuer's place, or what it signed was altered: nobody is told that the payment stays, and no cash is owed
    /// for it.
    /// </summary>
    [Test, Rule(15), Rule(4)]
    public async Task AnAnswerThatNoKeySignedSaysNothing()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var sold = town.Pay(cafe, alice, 4000);
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        using var nobodys = town.Options.Suite.GenerateKey();
        var h = sold.Payments.Single();
        var forged = new ChangedAnswer(
            town.TillLink(cafe), MessageType.ForwardVoid,
            reply => new LinkMessage(reply.Type,
                Reversal.Sign(nobodys, town.Issuer.Id, h.Id, h.Paid, h.Paid, Timestamp.Now(town.Clock)).Encode()));
        Assert.That((await town.Till(cafe).Refund(sold.Sale.Time, alice.Card, forged, default)).Refused?.Sentence,
            Does.Contain("pay no cash for it")
                .And.Not.Contain("does not take the payment back"));
        Assert.That(alice.Balance().Minor, Is.EqualTo(1000));
    }

    /// <summary>Above the floor limit the issuer settles first: OK is said to what it has paid.</summary>
    [Test, Rule(15), Hole(12)]
    public async Task APaymentThatSettlesFirstIsAcceptedUnderANewKey()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 20_000);
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
        Assert.That(town.Pay(cafe, alice, 5500).Outcome, Is.EqualTo(TillOutcome.Accepted));
        town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
        town.Clock.Advance(town.Options.Terms.HotListMaxAge + TimeSpan.FromHours(1));
        Assert.That(town.Pay(cafe, alice, 100).Outcome, Is.EqualTo(TillOutcome.Accepted), "the hot list comes under the new key");
        town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
        await town.Settle(cafe);
        Assert.That((town.Till(cafe).Sum(CoinPaymentState.Settled).Minor, town.Till(cafe).Sum(CoinPaymentState.Queued).IsZero),
            Is.EqualTo((5600UL, true)));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// The issuer's newer key comes to the till while a signature is checked. The payment ends as it began, under a key that is not known:
    /// a genuine card gets its money back, and a forged coin is owed to nobody.
    /// </summary>
    [Test, Rule(15), Rule(10)]
    public async Task AKeyThatComesMeanwhileChangesNothing([Values] bool isForged)
    {
        var suite = new CountingSuite(new SeededSuite(new SeededRandom(1)));
        using var town = Towns.Make(with: o => o with { Suite = suite });
        string cafe = town.AddTill("Cafe");
        var till = town.Till(cafe);
        town.Clock.Advance(TimeSpan.FromDays(1));
        town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        town.Restart(SimulatedTown.IssuerName);
        await town.RunCycle();
        using var bob = town.User("Bob", 900);
        using var key = suite.GenerateKey();
        var made = bob.Coins().Single().Coin with { NU = key.PublicKey.Compress() };
        made = made with { SI = key.Sign(made.Message) };
        var forger = new ForgedCard(pay =>
        {
            var h = new CashPayment(made, 1, made.Terms.FaceValue, pay.Time, pay.Till, pay.Amount, []);
            return h with { SU = key.Sign(h.Message) };
        });
        suite.Before = () =>
        {
            suite.Before = null;
            till.Synchronise(town.TillLink(cafe), default).OrRefuse().AsTask().GetAwaiter().GetResult();
        };
        var paid = till.Pay(isForged ? forger : bob.Card, new Amount(100));
        Assert.That(suite.Before, Is.Null, "the key came meanwhile");
        Assert.That(paid.Message, Does.StartWith("This till does not know the key that signed the card's cash."));
        await till.Synchronise(town.TillLink(cafe), default).OrRefuse();
        Assert.That((bob.Balance().Minor, till.HeldPayments.Sum(p => (long)p.Owed.Minor)), Is.EqualTo((900UL, 0L)));
        Assert.That(town.Pay(cafe, bob, 100).Outcome, Is.EqualTo(TillOutcome.Accepted), "it is known now");
        town.AssertSoundAfterCycle(bob);
    }

    /// <summary>A rotation between two steps of a bank's visit: it books, and raises no alarm that accuses an honest issuer.</summary>
    [Test, Rule(15), Rule(8)]
    public async Task ABankBooksUnderANewKey()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(cafe, alice, 700);
        await town.Settle(cafe);
        var rotating = new Broken(town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2"), m =>
        {
            if (m.Type is MessageType.Instructions or MessageType.AuditStatements)
            {
                town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
                town.Issuer.CloseCycle();
            }

            return false;
        });
        var bank = town.BankOver("bank-2", rotating);
        (await bank.Run(default)).ThrowIfAny();
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(700));
        Assert.That(bank.Alarms, Is.Empty);
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// The bank was debited and has the cash; only the certificate is not here yet. The holder hears so, asks again, and gets it once.
    /// </summary>
    [Test, Rule(15), Hole(22)]
    public async Task AWithdrawalUnderANewKeyIsPending([Values] bool isRefused)
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice");
        await town.RunCycle();
        town.Issuer.Rotate(isRefused ? KeyUsage.IssuerStatement : KeyUsage.IssuerCoin).OrRefuse();
        if (isRefused)
        {
            town.Issuer.Registry.SetCap(town.UserBank.Id, Amount.Zero).OrRefuse();
        }

        var withdrawn = town.Withdraw(alice, 5000);
        Assert.That(withdrawn.Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        Assert.That(withdrawn.Message, Does.Contain("no certificate yet").And.Contain("nothing is lost"));
        await town.RunCycle();
        var resumed = (await town.Wallet.Resume(alice.Card, alice.Pin, default).OrRefuse()).Single();
        Assert.That(resumed.Outcome, Is.EqualTo(isRefused ? WithdrawalOutcome.Reversed : WithdrawalOutcome.Issued));
        Assert.That((alice.Balance().Minor, town.Account(alice).Minor), Is.EqualTo(isRefused ? (0UL, 100_000UL) : (5000UL, 95_000UL)));
    }

    /// <summary>
    /// The issuer's clock was an hour ahead when it rotated, and is right when it rotates again. The newest key is the one that peers take
    /// for its present one: else each of them drops an honest issuer for as long as the clock was wrong.
    /// </summary>
    [Test, Rule(17), Rule(15)]
    public async Task TheNewestKeyIsTheOneThatBeganLast()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Clock.Advance(TimeSpan.FromHours(1));
        var ahead = town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
        town.Clock.Advance(TimeSpan.FromHours(-1));
        var present = town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse();
        await town.RunCycle();
        town.Scheme.Learn([ahead, present], town.Options.Suite);
        var target = Terminals.Link.LinkTarget.IssuerOf(town.Scheme, "127.0.0.1", 7801);
        Assert.That(target.KeyFault(present.Key), Is.Null);
        Assert.That(target.KeyFault(ahead.Key), Does.Contain("replaced by a newer one"));
        town.Pay(cafe, alice, 700);
        await town.Settle(cafe);
        town.AssertSoundAfterCycle(alice);
        town.Clock.Advance(TimeSpan.FromDays(365));
        using var store = Database.OpenMemory(IssuerParty.Schema);
        var made = new IssuerParty(new PartyId(1), store, town.Options.Suite, town.Options.Terms, town.Clock, NullLogger.Instance,
            NoCrashPoints.Instance);
        town.Clock.Advance(TimeSpan.FromDays(-365));
        Assert.That(made.Rotate(KeyUsage.IssuerStatement).Refused?.Sentence,
            Does.Contain("Set the clock right"));
    }
}
