using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A payment, and something else that is done to it in the same till at the same moment: it ends as one thing only (hole 2, rule R4).
/// </summary>
[Parallelizable]
public sealed class BesideAPaymentTests
{
    /// <summary>Given up by another window after the card has signed: no OK, and the card has its money back at once.</summary>
    [Test, Rule(4), Hole(2)]
    public async Task WhatIsGivenUpBesideIsNotAccepted()
    {
        var hook = new Hook();
        using var town = Towns.Make(with: o => o with { Crash = hook });
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        hook.Set(CrashPoints.PaymentHeld, () => town.Till(cafe).CancelLeftovers());
        var paid = town.Pay(cafe, alice, 2000);
        var till = town.Till(cafe);
        Assert.That((paid.Outcome, till.Journal.Single().State, till.CoinPayments(paid.Sale.Time).Single().State),
            Is.EqualTo((TillOutcome.Refused, SaleState.GivenUp, CoinPaymentState.Voided)));
        Assert.That((alice.Balance().Minor, till.Accepted.Minor, till.HeldPayments.Count), Is.EqualTo((5000UL, 0UL, 0)));
        await town.Settle(cafe);
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// Given up by another window before the last coin has signed: what was signed after that goes back too, and nothing is held that
    /// nobody sees.
    /// </summary>
    [Test, Rule(4), Hole(2)]
    public async Task WhatIsSignedAfterItWasGivenUpGoesBackToo()
    {
        var hook = new Hook();
        using var town = Towns.Make(with: o => o with { Crash = hook });
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 1500, 1500);
        hook.Set(CrashPoints.PaymentHeld, () => town.Till(cafe).CancelLeftovers());
        var paid = town.Pay(cafe, alice, 2000);
        var till = town.Till(cafe);
        Assert.That((paid.Outcome, till.CoinPayments(paid.Sale.Time).Select(p => p.State)),
            Is.EqualTo((TillOutcome.Refused, new[] { CoinPaymentState.Voided, CoinPaymentState.Voided })));
        Assert.That((alice.Balance().Minor, till.HeldPayments.Count), Is.EqualTo((3000UL, 0)));
        await town.Settle(cafe);
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// Somebody cancels a payment that was cut short, with another card in the reader of the other window; meanwhile it is gone on with,
    /// and the customer is told OK. It stays a sale.
    /// </summary>
    [Test, Rule(4), Hole(2)]
    public async Task WhatIsAcceptedBesideIsNotTakenBack()
    {
        var hook = new Hook();
        using var town = Towns.Make(with: o => o with { Crash = hook });
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 1500, 1500);
        using var bob = town.User("Bob", 5000);
        hook.Set(CrashPoints.PaymentHeld, () => throw new InvalidOperationException("killed"));
        Assert.That(() => town.Pay(cafe, alice, 2000), Throws.InvalidOperationException);
        var till = town.Till(cafe);
        var ticket = till.OpenSales.Single();
        TillResult? ok = null;
        int apdus = 0;
        var others = new HookedCard(bob.Card, () =>
        {
            if (++apdus == 2)
            {
                ok = till.Continue(ticket, alice.Card, alice.PaymentPin);
            }
        });
        var cancelled = till.Cancel(ticket, others);
        Assert.That((ok?.Outcome, cancelled.Outcome), Is.EqualTo((TillOutcome.Accepted, TillOutcome.Accepted)));
        Assert.That(cancelled.Message, Is.EqualTo("This payment was accepted before and cannot be cancelled here."));
        await till.Synchronise(town.TillLink(cafe), default).OrRefuse();
        Assert.That((till.Journal.Single().State, till.Accepted.Minor, alice.Balance().Minor),
            Is.EqualTo((SaleState.Accepted, 2000UL, 1000UL)));
        await town.RunCycles();
        Assert.That((town.ShopAccount().Minor, bob.Balance().Minor), Is.EqualTo((2000UL, 5000UL)));
        town.AssertSound(alice, bob);
    }

    /// <summary>
    /// Another till of the shop brings the queue of one that serves a customer, and whose key is good: the customer's payment is not given
    /// up.
    /// </summary>
    [Test, Rule(17), Rule(4)]
    public void WhatIsHandedOverForATillThatServesGivesNothingUp()
    {
        var hook = new Hook();
        using var town = Towns.Make(with: o => o with { Crash = hook });
        string cafe = town.AddTill("Cafe");
        string next = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        hook.Set(CrashPoints.PaymentHeld, () => town.Till(cafe).HandOver(town.TillLink(next), default).OrRefuse().AsTask().GetAwaiter()
            .GetResult());
        Assert.That((town.Pay(cafe, alice, 2000).Outcome, town.Till(cafe).Accepted.Minor), Is.EqualTo((TillOutcome.Accepted, 2000UL)));
    }

    private sealed class Hook : ICrashPoints
    {
        private string? _point;
        private Action _action = () => { };

        public void Set(string point, Action action) => (_point, _action) = (point, action);

        public void Reach(string reached)
        {
            if (reached == _point)
            {
                _point = null;
                _action();
            }
        }
    }

    private sealed class HookedCard(ICardChannel inner, Action before) : ICardChannel
    {
        public ReadOnlyMemory<byte> Atr => inner.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            before();
            return inner.Transmit(command, response);
        }

        public void Reset() => inner.Reset();

        public void Dispose()
        {
        }
    }
}
