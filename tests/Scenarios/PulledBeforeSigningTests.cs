using HierCash.Iso7816;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Simulation;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Cards that go before their answer comes leave tickets behind (rule R31): other customers pay as fast as ever, and whoever comes back
/// gets back what the card had signed.
/// </summary>
[Parallelizable]
public sealed class PulledBeforeSigningTests
{
    private const int Pulled = 32;

    /// <summary>The customer's coin has paid elsewhere, so payments of it are missing here: 32 tickets cost nobody an APDU.</summary>
    [Test, Rule(31)]
    public void OpenTicketsCostOtherCustomersNothing()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var alice = town.User("Alice", 5000);
        using var bob = town.User("Bob", 5000);
        for (int i = 0; i < ShopTill.MostAskedWhilePaying + 1; i++)
        {
            Assert.That(town.Pay(kiosk, bob, 10).Outcome, Is.EqualTo(TillOutcome.Accepted));
        }

        int plain = Apdus(town, cafe, bob);
        for (int i = 0; i < Pulled; i++)
        {
            Assert.That(town.Till(cafe).Pay(new Gone(alice.Card, 1), new Protocol.Cash.Amount(100)).Outcome,
                Is.EqualTo(TillOutcome.CardGone));
        }

        Assert.That(town.Till(cafe).UnseenSales, Has.Count.EqualTo(Pulled));
        for (int i = 0; i < ShopTill.MostAskedWhilePaying + 1; i++)
        {
            Assert.That(town.Pay(kiosk, bob, 10).Outcome, Is.EqualTo(TillOutcome.Accepted));
        }

        Assert.That(Apdus(town, cafe, bob), Is.EqualTo(plain));
        Assert.That(town.Till(cafe).UnseenSales, Has.Count.EqualTo(Pulled), "they stay until their term is over");
        town.Clock.Advance(town.Options.Terms.SettlePeriod + TimeSpan.FromHours(1));
        Assert.That(town.Till(cafe).UnseenSales, Is.Empty);
    }

    /// <summary>
    /// One of the cards had signed. It is put in for that, signs nothing more, and has its money back in the same contact; the issuer never
    /// hears of it.
    /// </summary>
    [Test, Rule(31), Waits(WaitingKind.UnseenTicket)]
    public async Task TheCardThatHadSignedGetsItBackWhenItIsAsked()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        using var bob = town.User("Bob", 5000);
        var till = town.Till(cafe);
        Assert.That(till.Pay(new Gone(alice.Card, 1), new Protocol.Cash.Amount(100)).Outcome, Is.EqualTo(TillOutcome.CardGone));
        Assert.That(till.Pay(new Gone(alice.Card, 1, signs: true), new Protocol.Cash.Amount(700)).Outcome,
            Is.EqualTo(TillOutcome.CardGone));
        Assert.That((alice.Balance().Minor, till.UnseenSales.Count), Is.EqualTo((4300UL, 2)));
        Assert.That((till.AskUnseenSales(bob.Card).Count, bob.Balance().Minor), Is.EqualTo((0, 5000UL)), "it signs nothing");
        var ended = till.AskUnseenSales(alice.Card);
        Assert.That((ended.Single().Sale.Amount.Minor, alice.Balance().Minor, alice.Log().Count), Is.EqualTo((700UL, 5000UL, 1)));
        Assert.That((till.CoinPayments(ended[0].Sale.Time).Single().State, till.UnseenSales.Single().Amount.Minor),
            Is.EqualTo((CoinPaymentState.Voided, 100UL)));
        Assert.That(till.Waits.One(WaitingKind.UnseenTicket).Since, Is.EqualTo(till.UnseenSales.Single().Time));
        await till.Synchronise(town.TillLink(cafe), default).OrRefuse();
        await town.RunCycles();
        Assert.That((town.ShopAccount().Minor, till.Accepted.Minor), Is.EqualTo((0UL, 0UL)));
        town.AssertSound(alice, bob);
    }

    private static int Apdus(SimulatedTown town, string till, TownCard card)
    {
        var counted = new Gone(card.Card, int.MaxValue);
        Assert.That(town.Till(till).Pay(counted, new Protocol.Cash.Amount(10)).Outcome, Is.EqualTo(TillOutcome.Accepted));
        return counted.Seen;
    }

    /// <summary>
    /// A card that is there for so many commands. The next one is its last: it is carried out, or not, and nobody hears what became of it.
    /// </summary>
    private sealed class Gone(ICardChannel card, int after, bool signs = false) : ICardChannel
    {
        public int Seen { get; private set; }

        public ReadOnlyMemory<byte> Atr => card.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            if (Seen++ < after)
            {
                return card.Transmit(command, response);
            }

            if (signs)
            {
                card.Transmit(command, response);
            }

            throw new CardChannelException("The card is gone.");
        }

        public void Reset() => card.Reset();

        public void Dispose()
        {
        }
    }
}
