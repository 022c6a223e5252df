using HierCash.Simulation;
using System.Reflection;
using HierCash.Protocol.Cash;
using HierCash.Shop;
using HierCash.Terminals.Store;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>In which turn cards are asked what they are owed, and what of a card's answers is believed and held.</summary>
[Parallelizable]
public sealed class OfferTests : OwedMoneyScenario
{
    /// <summary>
    /// Mallory has 16 payments and more taken back, and takes her card away before S_W. Alice, who was pulled before that, gets her money
    /// by putting the card in, for she is asked in her turn; also if each time somebody has made another one.
    /// </summary>
    [Test, Rule(4)]
    public void NobodyKeepsACardFromWhatItIsOwedByNewerPayments()
    {
        using var mallory = Town.User("Mallory", 5000);
        for (int i = 0; i < 10; i++)
        {
            Owe(mallory, 10);
        }

        Owe(Alice, 6000);
        for (int i = 0; i < 2 * ShopTill.MostAsked; i++)
        {
            Owe(mallory, 10);
        }

        Assert.That(HeldView.Line(Till.HeldPayments, null, Currency.Eur, isRevoked: false),
            Is.EqualTo("to give back 64.20 EUR: put the card in, without an amount, again if it gets nothing"));
        var given = new List<ulong>();
        while (given.Count < 5 && (given.Count == 0 || given[^1] == 0))
        {
            given.Add(Till.GiveBack(Alice.Card).Minor);
            Owe(mallory, 10);
        }

        Assert.That(given, Is.EqualTo(new[] { 0UL, 6000UL }), "10 older ones are asked about 8 at a time");
        Assert.That(Alice.Balance().Minor, Is.EqualTo(10_000));
    }

    /// <summary>A card is asked about parts: two payments, of 16 coins and of one, are more than it is asked about at a time.</summary>
    [Test, Rule(4)]
    public void TheScreenSaysWhenOneContactMayNotDo()
    {
        using var bela = Town.User("Bela", [.. Enumerable.Repeat(10UL, ShopTill.MostAsked)]);
        string Line() => HeldView.Line(Till.HeldPayments, null, Currency.Eur, isRevoked: false);
        Owe(bela, 160);
        Assert.That(Till.HeldPayments.Single().Offers, Is.EqualTo(16));
        Assert.That(Line(), Is.EqualTo("to give back 1.60 EUR: put the card in, without an amount"));
        Owe(Alice, 100);
        Assert.That(Line(), Is.EqualTo("to give back 2.60 EUR: put the card in, without an amount, again if it gets nothing"));
    }

    /// <summary>
    /// What a cut card is asked for when its payment is cancelled is believed only with a good S_U: nothing is held or owed for what is not
    /// signed.
    /// </summary>
    [Test, Rule(10)]
    public void ACancelledPaymentIsHeldOnlyWithAGoodSignature([Values] bool signs)
    {
        using var key = Town.CoinKey;
        using var own = Town.Options.Suite.GenerateKey();
        var coin = Hers with { NU = own.PublicKey.Compress() };
        coin = coin with { SI = key.Sign(coin.Message) };
        var something = new ForgedCard(pay =>
        {
            var h = new CashPayment(coin, 1, coin.Terms.FaceValue, pay.Time, pay.Till, pay.Amount, []);
            byte[] su = own.Sign(h.Message);
            su[^1] ^= (byte)(signs ? 0 : 1);
            return h with { SU = su };
        });
        var begun = Till.Pay(new ForgedCard(_ => null), new Amount(900));
        Assert.That((begun.Outcome, begun.Payments.Count), Is.EqualTo((TillOutcome.Refused, 0)));
        Till.Cancel(begun.Sale, something);
        Assert.That(Till.CoinPayments(begun.Sale.Time).Count, Is.EqualTo(signs ? 1 : 0));
    }

    /// <summary>
    /// Whoever gets to use the issuer's coin key makes coins of another currency: this till takes its own only, and the card gets its money
    /// back.
    /// </summary>
    [Test, Rule(4)]
    public void ACoinOfAnotherCurrencyIsNotTaken()
    {
        using var key = Town.CoinKey;
        using var own = Town.Options.Suite.GenerateKey();
        var coin = Hers with { NU = own.PublicKey.Compress(), Terms = Hers.Terms with { Currency = new Currency(840) } };
        coin = coin with { SI = key.Sign(coin.Message) };
        var card = new ForgedCard(pay =>
        {
            var h = new CashPayment(coin, 1, coin.Terms.FaceValue, pay.Time, pay.Till, pay.Amount, []);
            return h with { SU = own.Sign(h.Message) };
        });
        var refused = Till.Pay(card, new Amount(100));
        Assert.That((refused.Outcome, refused.Message.Contains("this till takes EUR", StringComparison.Ordinal)),
            Is.EqualTo((TillOutcome.Refused, true)), refused.Message);
        Assert.That(Till.Accepted.IsZero);
    }

    /// <summary>
    /// What is held is asked for at each change of the screen: the store finds it without reading every payment that was ever made here.
    /// </summary>
    [Test]
    public void WhatIsHeldIsFoundByAnIndex()
    {
        string sql = (string)typeof(ShopTill)
            .Assembly.GetType("HierCash.Shop.SaleTable")!.GetField(
                "ReadHeld", BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
        using var store = Database.OpenMemory(ShopTill.Schema);
        var plan = store.Read(db => db.Query("EXPLAIN QUERY PLAN " + sql, r => r.GetString(3), 0L, 0L, "", "", ""));
        Assert.That(plan, Has.Some.Contains("part_offered").And.Some.Contains("ticket_state").And.Some.Contains("part_time"));
        var scans = plan.Where(p => p.StartsWith("SCAN", StringComparison.Ordinal)
            && !p.EndsWith("USING INDEX part_offered", StringComparison.Ordinal));
        Assert.That(scans, Has.All.EqualTo("SCAN m"), "nothing else is read whole: " + string.Join("; ", plan));
    }
}
