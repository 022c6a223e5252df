using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;

namespace HierCash.Tests.Scenarios;

/// <summary>Cards that sign what no card may, with a genuine SS_U; and the till's part of the claim profile.</summary>
[Parallelizable]
public sealed class LyingCardTests
{
    private SimulatedTown _town = null!;
    private string _till = null!;
    private OwnKeyCoin _coin = null!;

    [SetUp]
    public async Task MakeTown()
    {
        _town = Towns.Make();
        _till = _town.AddTill("Cafe");
        _coin = await OwnKeyCoin.Withdraw(_town, new Amount(5000));
    }

    [TearDown]
    public void EndTown()
    {
        _coin.Dispose();
        _town.Dispose();
    }

    /// <summary>y &lt;= x &lt;= X (claim 4, step 7c) at the shop.</summary>
    [TestCase(999UL, false, TestName = "The shop refuses a y above x")]
    [TestCase(5001UL, false, TestName = "The shop refuses an x above X")]
    [TestCase(5000UL, true, TestName = "The shop takes what is sound")]
    public void TheShopChecksWhatTheCardSigned(ulong x, bool taken)
    {
        using var card = _coin.Card(seq: 1, x);
        var result = _town.Till(_till).Pay(card, new Amount(1000));
        Assert.That(result.Outcome, Is.EqualTo(taken ? TillOutcome.Accepted : TillOutcome.Refused), result.Message);
        Assert.That(result.Payments, Has.Count.EqualTo(taken ? 1 : 0));
        Assert.That(_town.Till(_till).Accepted.Minor, Is.EqualTo(taken ? 1000 : 0));
        if (!taken)
        {
            Assert.That(result.Message, Is.EqualTo("The card's signature on the payment is not valid. Do not give the goods."));
        }
    }

    /// <summary>The same at the issuer, brought by a shop that did not look.</summary>
    [TestCase(999UL, Verdict.BadSignature, TestName = "The issuer refuses a y above x")]
    [TestCase(5001UL, Verdict.BadSignature, TestName = "The issuer refuses an x above X")]
    [TestCase(5000UL, Verdict.Settled, TestName = "The issuer settles what is sound")]
    public async Task TheIssuerChecksWhatTheCardSigned(ulong x, Verdict verdict)
    {
        var h = _coin.Pay(Timestamp.Now(_town.Clock), _town.Till(_till).W, seq: 1, x, y: 1000);
        Assert.That((await Settle(h)).Verdict, Is.EqualTo(verdict));
        _town.Issuer.CloseCycle();
        (await _town.ShopBank.Run(default)).ThrowIfAny();
        Assert.That(_town.ShopAccount().Minor, Is.EqualTo(verdict == Verdict.Settled ? 1000 : 0));
    }

    /// <summary>
    /// A genuine S_U on a coin that the issuer knows, under an S_I that it did not make: not its word, so nothing is settled.
    /// </summary>
    [Test, Hole(5)]
    public async Task TheIssuerChecksItsOwnSignature()
    {
        var h = _coin.Pay(Timestamp.Now(_town.Clock), _town.Till(_till).W, seq: 1, x: 5000, y: 1000);
        using var forger = _town.Options.Suite.GenerateKey();
        var forged = h with { Coin = h.Coin with { SI = forger.Sign(h.Coin.Message) } };
        Assert.That((forged.Id, forged.Verify(_town.Options.Suite)), Is.EqualTo((h.Id, true)), "S_U is as good on it");
        Assert.That((await Settle(forged)).Verdict, Is.EqualTo(Verdict.BadSignature));
        Assert.That(_town.Issuer.Registry.FindBank(_town.UserBank.Id)!.Circulation.Settled.IsZero);
        Assert.That((await Settle(h)).Verdict, Is.EqualTo(Verdict.Settled), "with the true one, and not as a repeat");
    }

    /// <summary>Claim 5: the shop says OK to the card, which marks its receipt; the fast profile leaves it out.</summary>
    [TestCase(PaymentProfile.Claim, true)]
    [TestCase(PaymentProfile.Fast, false)]
    [Hole(1)]
    public void TheTillSaysOkToTheCard(PaymentProfile profile, bool confirmed)
    {
        using var alice = _town.User("Alice", 2000, 1000);
        var paid = _town.Till(_till).Pay(alice.Card, new Amount(2500), alice.PaymentPin, profile);
        Assert.That((paid.Outcome, paid.Payments.Count), Is.EqualTo((TillOutcome.Accepted, 2)));
        Assert.That(alice.Log().Select(e => e.Payment.Confirmed), Is.EqualTo(new[] { confirmed, confirmed }));
    }

    private async Task<Receipt> Settle(CashPayment h) =>
        (await _town.Submit(_till, h)).Single();
}
