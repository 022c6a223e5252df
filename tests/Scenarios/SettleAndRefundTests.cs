using HierCash.Protocol.Cash;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// An honest till that settles and refunds at the same moment (R4): S_W leaves after the issuer's answer or after "never to be sent", never
/// before a settlement.
/// </summary>
[Parallelizable]
public sealed class SettleAndRefundTests
{
    /// <summary>
    /// Two clerks at one till: one settles, the other refunds after the first has chosen what to send. The payment is refunded and not
    /// sent.
    /// </summary>
    [TestCase(CrashPoints.SettlementChosen, CoinPaymentState.Voided)]
    [TestCase(CrashPoints.SettlementMarked, CoinPaymentState.Reversed)]
    [TestCase(CrashPoints.SettlementAnswered, CoinPaymentState.Reversed)]
    [Rule(4), Hole(2)]
    public async Task WhatIsRefundedWhileItIsSettledIsRefundedOnly(string point, CoinPaymentState end)
    {
        var between = new Between(point);
        using var town = Towns.Make(with: o => o with { Crash = between });
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var alice = town.User("Alice", 5000);
        var paid = town.Pay(cafe, alice, 2000);
        var other = town.Pay(cafe, alice, 700);
        between.Do = () => town.Till(cafe).Refund(paid.Sale.Time, alice.Card, town.TillLink(cafe), default).OrRefuse().AsTask().GetAwaiter()
            .GetResult();
        await town.Settle(cafe);
        Assert.That(between.Do, Is.Null, "it came between");
        Assert.That(town.Till(cafe).CoinPayments(paid.Sale.Time).Select(p => p.State), Is.EqualTo(new[] { end }));
        Assert.That(town.Till(cafe).CoinPayments(other.Sale.Time).Select(p => p.State), Is.EqualTo(new[] { CoinPaymentState.Settled }),
            "the others are settled");
        Assert.That(alice.Balance().Minor, Is.EqualTo(4300));
        var again = town.Pay(kiosk, alice, 4300);
        Assert.That(again.Outcome, Is.EqualTo(TillOutcome.Accepted));
        await town.Settle(kiosk);
        await town.RunCycle();
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor), Is.EqualTo((700UL, 4300UL)));
        Assert.That(town.Issuer.Queues.Cases, Is.Zero);
        town.AssertSound(alice);
    }

    /// <summary>A till whose H was settled although its S_W was out makes good when it forwards S_W, and can show that it did.</summary>
    [TestCase(true)]
    [TestCase(false)]
    [Rule(3), Rule(4)]
    public async Task ATillShowsTheIssuersWordOnWhatItForwarded(bool settled)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var paid = town.Pay(cafe, alice, 2000);
        var h = paid.Payments.Single();
        await town.Till(cafe).Refund(paid.Sale.Time, alice.Card, town.TillLink(cafe), default).OrRefuse();
        if (settled)
        {
            Assert.That((await town.Submit(cafe, h)).Single().Verdict, Is.EqualTo(Verdict.Settled), "by another copy of that till");
        }

        Assert.That(town.Till(cafe).Answer(h.Id.ToString()).OrRefuse().Reversal, Is.Null);
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        var reversal = town.Till(cafe).Answer(h.Id.ToString()).OrRefuse().Reversal;
        Assert.That((reversal?.Payment, reversal?.Moved.Minor), Is.EqualTo((h.Id, settled ? 2000UL : 0)));
        await town.RunCycle();
        Assert.That(town.ShopAccount("Cafe").IsZero);
        town.AssertSound(alice);
    }

    /// <summary>Does something once, when that point is reached.</summary>
    private sealed class Between(string point) : ICrashPoints
    {
        public Action? Do { get; set; }

        public void Reach(string reached)
        {
            if (reached == point && Do is { } act)
            {
                Do = null;
                act();
            }
        }
    }
}
