using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A till that was told that its key is revoked takes nothing more, and what it has goes on by another till of its shop (R17).
/// </summary>
[Parallelizable]
public sealed class RevokedTillTests
{
    /// <summary>
    /// The issuer's clock was five hours behind for the one command that revoked the till. What it had sold by its last contact is paid,
    /// and the till that it had enrolled stays good.
    /// </summary>
    [Test, Rule(17)]
    public async Task ARevocationIsNotDatedBeforeTheTillsLastContact()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        town.Clock.Advance(TimeSpan.FromHours(6));
        var shop = town.ShopOf(cafe);
        string next = town.AddTill("Cafe", r => town.Till(cafe).Vouch(r, shop).OrRefuse());
        using var alice = town.User("Alice", 5000);
        town.Pay(cafe, alice, 1000);
        town.Clock.Advance(TimeSpan.FromMinutes(10));
        await town.TillLink(cafe).Call(new HotListMessage(0, town.Till(cafe).W, Timestamp.Now(town.Clock)).ToMessage(), default);
        town.Clock.Advance(TimeSpan.FromHours(-5));
        Assert.That(town.Issuer.Revoke(town.Till(cafe).W).OrRefuse(), Is.EqualTo(new[] { town.Till(cafe).W }));
        town.Clock.Advance(TimeSpan.FromHours(6));
        Assert.That((await town.Till(cafe).HandOver(town.TillLink(next), default).OrRefuse()).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(1000));
    }

    /// <summary>
    /// The same clock: the till is revoked from that command on, whatever its date says. Who stole its key takes nothing back that no other
    /// shop lacks.
    /// </summary>
    [Test, Rule(17), Rule(4)]
    public async Task ARevocationThatIsDatedAheadHoldsAtOnce()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        town.Clock.Advance(TimeSpan.FromHours(6));
        using var alice = town.User("Alice", 5000);
        var sale = town.Pay(cafe, alice, 1000).Payments.Single();
        await town.Settle(cafe);
        await town.RunCycle();
        town.Clock.Advance(TimeSpan.FromHours(-5));
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        using var stolen = town.TillKey(cafe);
        Assert.That(RawMessages.UploadVoid(town, sale, stolen));
        await town.RunCycle();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(1000));
    }

    /// <summary>
    /// A thief has copied the key of Cafe's till, and the issuer has revoked it. What the till sells before anybody tells it is lost. From
    /// the first answer of the issuer on it sells nothing: no card signs for it, also after a restart. Another till of Cafe settles for it
    /// and takes back.
    /// </summary>
    [Test, Rule(17)]
    public async Task ATillThatWasToldThatItsKeyIsRevokedSellsNothing()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string next = town.AddTill("Cafe");
        var results = new List<(int Settled, int Refused)>();
        using var alice = town.User("Alice", 5000);
        town.Pay(cafe, alice, 1000);
        var returned = town.Pay(cafe, alice, 300);
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        var date = Timestamp.Now(town.Clock);
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        town.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That((town.Pay(cafe, alice, 200).Outcome, town.Till(cafe).WhyNoPayment), Is.EqualTo((TillOutcome.Accepted, (string?)null)),
            "nobody has told it");
        Assert.That(async () => await town.Settle(cafe),
            Throws.TypeOf<RefusedException>().With.Message.StartsWith("The issuer refuses the settlement. This till's key was revoked"));

        foreach (bool restarted in new[] { false, true })
        {
            if (restarted)
            {
                town.Restart(cafe);
            }

            var refused = town.Pay(cafe, alice, 400);
            Assert.That((refused.Outcome, refused.Payments.Count, alice.Balance().Minor), Is.EqualTo((TillOutcome.Refused, 0, 3500UL)),
                $"restarted: {restarted}");
            Assert.That(refused.Message, Does.StartWith($"This till takes no payment any more: its key was revoked on {date}.")
                .And.Contain("settle --for DIR").And.Contain("'hiercash-shop init'"));
            Assert.That((town.Till(cafe).Revoked, town.Till(cafe).WhyNoPayment), Is.EqualTo(((Timestamp?)date, refused.Message)));
        }

        // What goes back, before it is settled and after: this till writes it down, the other one ends it, and the card gets it here.
        async Task TakeBack(Timestamp payment)
        {
            Assert.That((await town.Till(cafe).Refund(payment, null, town.TillLink(cafe), default)).Refused?.Sentence,
                Does.Contain("revoked"));
            var brought = await town.Till(cafe).HandOver(town.TillLink(next), default).OrRefuse();
            results.Add((brought.Settled, brought.Refused));
            alice.Card.Reset();
            Assert.That(town.Till(cafe).GiveBack(alice.Card).IsZero, Is.False);
        }

        await TakeBack(returned.Sale.Time);
        await TakeBack(town.Till(cafe).Journal[0].Time);
        Assert.That(results, Is.EqualTo(new[] { (2, 1), (0, 0) }),
            "what was sold before counts, also what is being taken back; what was sold after does not");
        Assert.That((town.Till(next).WhyNoPayment, town.Pay(next, alice, 400).Outcome), Is.EqualTo(((string?)null, TillOutcome.Accepted)),
            "the shop goes on with its other till");
        await town.Settle(next);
        await town.RunCycles();
        Assert.That((alice.Balance().Minor, town.ShopAccount("Cafe").Minor), Is.EqualTo((4400UL, 400UL)));
    }

    /// <summary>
    /// Above the floor limit the till learns it from the answer to this payment: nothing is sold, and the card has its money back once
    /// another till has asked.
    /// </summary>
    [Test, Rule(17)]
    public async Task APaymentByWhichATillLearnsOfItIsGivenUp()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string next = town.AddTill("Cafe");
        using var alice = town.User("Alice", 10_000);
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        var refused = town.Pay(cafe, alice, 6000);
        Assert.That((refused.Outcome, town.Till(cafe).OpenSales.Count), Is.EqualTo((TillOutcome.Refused, 0)));
        Assert.That(refused.Message, Does.Contain("its key was revoked on")
            .And.Contain("it has to answer before the card gets back what it signed"));
        await town.Till(cafe).HandOver(town.TillLink(next), default).OrRefuse();
        alice.Card.Reset();
        Assert.That(town.Till(cafe).GiveBack(alice.Card).Minor, Is.EqualTo(6000));
        await town.RunCycles();
        Assert.That((alice.Balance().Minor, town.ShopAccount("Cafe").IsZero), Is.EqualTo((10_000UL, true)));
        town.AssertSound(alice);
    }

    /// <summary>The till is told in the background, while a customer types the PIN: the payment is not gone on with.</summary>
    [Test, Rule(17)]
    public async Task APaymentThatWasBegunBeforeIsNotGoneOnWith()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 10_000, 10_000);
        var begun = town.Till(cafe).Pay(alice.Card, new Amount(15_000));
        Assert.That(begun.Outcome, Is.EqualTo(TillOutcome.PinRequired));
        town.Issuer.Revoke(town.Till(cafe).W).OrRefuse();
        Assert.That((await town.Till(cafe).Synchronise(town.TillLink(cafe), default)).Refused?.Sentence,
            Does.Contain("revoked"));
        var ended = town.Till(cafe).Continue(begun.Sale, alice.Card, alice.PaymentPin);
        Assert.That((ended.Outcome, ended.Message.StartsWith("This till takes no payment any more", StringComparison.Ordinal)),
            Is.EqualTo((TillOutcome.Refused, true)));
        Assert.That((alice.Balance().Minor, town.Till(cafe).OpenSales.Count), Is.EqualTo((20_000UL, 0)));
    }

    /// <summary>
    /// A thief has the till's key, or the card; or somebody gives the payment up in another window. The till is told while the notice of
    /// issuer-keyed cash is shown, the last thing before OK: then there is no OK.
    /// </summary>
    [Test, Rule(17), Rule(4)]
    public async Task WhatATillIsToldWhileAPaymentRunsComesBeforeOk([Values("revoked", "hot", "cancelled")] string told)
    {
        using var town = IssuerKeyedTests.Make(new BouncyCastleSuite(new SeededRandom(7)));
        string cafe = town.AddTill("Cafe");
        using var alice = await IssuerKeyedTests.Keyed(town, "Alice", 2000);
        var till = town.Till(cafe);
        var report = WalletTerminal.SignLostReport(alice.Card, alice.Pin, Timestamp.Now(town.Clock));
        till.BeforeOk = _ =>
        {
            switch (told)
            {
                case "revoked":
                    town.Issuer.Revoke(till.W).OrRefuse();
                    Assert.That(async () => (await till.Synchronise(town.TillLink(cafe), default)).Refused, Is.Not.Null);
                    break;
                case "hot":
                    Assert.That(async () => await town.Wallet.ReportLost(report, default).OrRefuse(), Is.EqualTo(1UL));
                    Assert.That(async () => await till.FetchHotList(town.TillLink(cafe), default).OrRefuse(), Throws.Nothing);
                    break;
                default:
                    till.Cancel(till.OpenSales.Single());
                    break;
            }
        };
        var ended = town.Pay(cafe, alice, 700);
        Assert.That(ended.Outcome, Is.EqualTo(TillOutcome.Refused), ended.Message);
        Assert.That(ended.Message, Does.StartWith(told switch
        {
            "revoked" => "This till takes no payment any more: its key was revoked",
            "hot" => "This card was reported as lost, or copied.",
            _ => "This payment has ended before.",
        }));
        Assert.That(till.Accepted.IsZero);
        alice.Card.Reset();
        till.GiveBack(alice.Card);
        Assert.That(alice.Balance().Minor, Is.EqualTo(2000));
    }

    /// <summary>
    /// Only the till's own link says it: where the till that stands in was revoked too, that one is told, and not this one.
    /// </summary>
    [Test, Rule(17)]
    public async Task WhatAnotherTillIsToldIsNotToldToThisOne()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string next = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(cafe, alice, 1000);
        town.Issuer.Revoke(town.Till(next).W).OrRefuse();
        Assert.That((await town.Till(cafe).HandOver(town.TillLink(next), default)).Refused?.Sentence,
            Does.Contain("revoked"));
        Assert.That((town.Till(cafe).Revoked, town.Till(next).Revoked is null), Is.EqualTo(((Timestamp?)null, false)));
        Assert.That(town.Pay(cafe, alice, 1000).Outcome, Is.EqualTo(TillOutcome.Accepted));
    }
}
