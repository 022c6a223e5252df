using HierCash.Shop;
using HierCash.Tests.Cheating;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Whoever has SS_U of one genuine coin signs as many payments of a cent as he likes: what a till keeps of them, and sends, is bounded
/// (rule R10).
/// </summary>
[Parallelizable]
public sealed class CentAtATimeTests
{
    /// <summary>No card holds more than 16 coins, so a payment has no more parts; what was signed goes back.</summary>
    [Test, Rule(10)]
    public async Task APaymentHasNoMorePartsThanACardHasCoins()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var coin = await OwnKeyCoin.Withdraw(town, new Amount(5000));
        int asked = 0;
        using var thing = Cents(coin, () => asked++, most: 40);
        var till = town.Till(cafe);
        var ended = till.Pay(thing, new Amount(4000), "1234");
        Assert.That(ended.Message, Does.StartWith("The card has paid with 16 coins, and it is not enough yet."));
        Assert.That((ended.Outcome, asked, till.CoinPayments(ended.Sale.Time).Count), Is.EqualTo((TillOutcome.Refused, 32, 16)),
            "each once, and once more for whose it is");
        Assert.That(till.CoinPayments(ended.Sale.Time).Select(p => p.State), Is.All.EqualTo(CoinPaymentState.Voided));

        // As many coins as a card holds are a payment like any other.
        using var alice = town.User("Alice", [.. Enumerable.Repeat(100UL, 16)]);
        var paid = town.Pay(cafe, alice, 1600);
        Assert.That((paid.Outcome, paid.Payments.Count), Is.EqualTo((TillOutcome.Accepted, 16)));
        await town.Settle(cafe);
        await town.RunCycles();
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(1600));
    }

    /// <summary>
    /// He does it in many payments. A visit settles and fetches the list first, and then brings some of what was voided of his coin, and
    /// all of the others'.
    /// </summary>
    [Test, Rule(10)]
    public async Task WhatOneCoinHadVoidedMakesNoVisitLong()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var coin = await OwnKeyCoin.Withdraw(town, new Amount(5000));
        using var alice = town.User("Alice", 5000);
        using var thing = Cents(coin, () => { }, most: ushort.MaxValue);
        var till = town.Till(cafe);
        for (int i = 0; i < 3; i++)
        {
            till.Pay(thing, new Amount(4000), "1234");
        }

        var sold = town.Pay(cafe, alice, 1000);
        await till.Refund(town.Pay(cafe, alice, 300).Sale.Time, alice.Card, town.TillLink(cafe), default).OrRefuse();
        var calls = new List<MessageType>();
        var link = new Watched(town.TillLink(cafe), calls.Add);
        await till.Synchronise(link, default).OrRefuse();
        Assert.That(till.CoinPayments(sold.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Settled));
        Assert.That(calls.Count(c => c == MessageType.ForwardVoid), Is.EqualTo(ShopTill.MostForwarded + 1), "16 of his, one of Alice's");
        Assert.That(calls.IndexOf(MessageType.ForwardVoid),
            Is.GreaterThan(calls.LastIndexOf(MessageType.Settle)).And.GreaterThan(calls.IndexOf(MessageType.HotList)));
        calls.Clear();
        await till.Synchronise(link, default).OrRefuse();
        await till.Synchronise(link, default).OrRefuse();
        await till.Synchronise(link, default).OrRefuse();
        Assert.That(calls.Count(c => c == MessageType.ForwardVoid), Is.EqualTo(32), "and the rest at later visits, each once");
    }

    /// <summary>
    /// A thing signs one cent, and answers each PAY with the same bytes: the till says so at once, and serves the next customer.
    /// </summary>
    [Test, Rule(10), CancelAfter(60_000)]
    public async Task WhatRepeatsItselfKeepsNoTill(CancellationToken end)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var coin = await OwnKeyCoin.Withdraw(town, new Amount(5000));
        int asked = 0;
        CashPayment? only = null;
        using var thing = new ForgedCard(pay =>
        {
            // A till that went on would be kept for ever: enough is enough.
            return asked++ > 100 ? null : only ??= coin.Pay(pay.Time, pay.Till, 1, 5000, 1);
        });
        var till = town.Till(cafe);
        var ended = till.Pay(thing, new Amount(4000), "1234");
        Assert.That(ended.Message, Does.StartWith("The card repeats itself"));
        Assert.That((ended.Outcome, till.CoinPayments(ended.Sale.Time).Single().State),
            Is.EqualTo((TillOutcome.Refused, CoinPaymentState.Voided)));
        Assert.That(asked, Is.LessThanOrEqualTo(4));
        using var alice = town.User("Alice", 5000);
        Assert.That(town.Pay(cafe, alice, 1000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That(end.IsCancellationRequested, Is.False);
    }

    /// <summary>
    /// Three refunds of one coin are not taken by the issuer for a while: a visit asks once, after it has settled, and a later one ends all
    /// three.
    /// </summary>
    [Test, Rule(10)]
    public async Task RefundsThatTheIssuerDoesNotTakeNowKeepNoVisitLong()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var till = town.Till(cafe);
        var paid = Enumerable.Range(0, 3).Select(_ => town.Pay(cafe, alice, 100).Sale.Time).ToList();
        await town.Settle(cafe);
        bool isFull = true;
        var calls = new List<MessageType>();
        var link = new Watched(town.TillLink(cafe), calls.Add, r =>
            isFull && r.Type == MessageType.ForwardVoid ? new Refusal(RefusalReason.Unavailable, "Too many.").ToMessage() : null);
        foreach (var ticket in paid)
        {
            Assert.That((await till.Refund(ticket, null, link, default)).Refused?.Sentence, Is.Not.Null);
        }

        var sold = town.Pay(cafe, alice, 1000);
        calls.Clear();
        await till.Synchronise(link, default).OrRefuse();
        Assert.That(calls.Count(c => c == MessageType.ForwardVoid), Is.EqualTo(1));
        Assert.That(calls.IndexOf(MessageType.ForwardVoid),
            Is.GreaterThan(calls.LastIndexOf(MessageType.Settle)).And.GreaterThan(calls.IndexOf(MessageType.HotList)));
        Assert.That(till.CoinPayments(sold.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Settled));
        isFull = false;
        await till.Synchronise(link, default).OrRefuse();
        Assert.That(paid.Select(t => till.CoinPayments(t).Single().State), Is.All.EqualTo(CoinPaymentState.Reversed));
    }

    private static ForgedCard Cents(OwnKeyCoin coin, Action asked, int most)
    {
        ushort seq = 0;
        return new ForgedCard(pay =>
        {
            if (seq >= most)
            {
                return null;
            }

            asked();
            seq++;
            return coin.Pay(pay.Time, pay.Till, seq, 5000UL - seq + 1, 1);
        });
    }

    private sealed class Watched(ILink inner, Action<MessageType> call, Func<LinkMessage, LinkMessage?>? instead = null) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            call(request.Type);
            return instead?.Invoke(request) is { } reply ? ValueTask.FromResult(reply) : inner.Call(request, cancel);
        }
    }
}
