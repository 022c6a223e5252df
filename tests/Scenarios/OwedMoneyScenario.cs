using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Iso7816;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;

namespace HierCash.Tests.Scenarios;

/// <summary>A till, Alice with 100.00 on her card, and cards that go before S_W comes.</summary>
public abstract class OwedMoneyScenario
{
    protected SimulatedTown Town { get; private set; } = null!;

    protected string Cafe { get; private set; } = null!;

    protected TownCard Alice { get; private set; } = null!;

    /// <summary>Her coin.</summary>
    protected Coin Hers { get; private set; } = null!;

    protected ShopTill Till => Town.Till(Cafe);

    [SetUp]
    public void MakeTown()
    {
        Town = Towns.Make();
        Cafe = Town.AddTill("Cafe");
        Alice = Town.User("Alice", 10_000);
        Hers = Alice.Coins()[0].Coin;
    }

    [TearDown]
    public void EndTown()
    {
        Alice.Dispose();
        Town.Dispose();
    }

    /// <summary>Accepted and taken back, and the card is away.</summary>
    protected Sale Owe(TownCard card, ulong minor)
    {
        using var pulled = new WithoutVoid(card.Card, arrives: false);
        var paid = Till.Pay(pulled, new Amount(minor), card.PaymentPin);
        Assert.That(paid.Outcome, Is.EqualTo(TillOutcome.Accepted));
        Till.Refund(paid.Sale.Time, null, Town.TillLink(Cafe), default).OrRefuse().AsTask().GetAwaiter().GetResult();
        card.Card.Reset();
        return Till.Journal.Single(t => t.Time == paid.Sale.Time);
    }

    protected ulong Owed() => Till.HeldPayments.Aggregate(0UL, (sum, h) => sum + h.Owed.Minor);

    /// <summary>A card that is pulled at VOID: before it arrives, or before its answer does.</summary>
    private protected sealed class WithoutVoid(ICardChannel card, bool arrives) : ICardChannel
    {
        public ReadOnlyMemory<byte> Atr => card.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            bool isVoid = command[1] == VoidCommand.Ins;
            int length = isVoid && !arrives ? 0 : card.Transmit(command, response);
            return isVoid ? throw new CardChannelException("The card was pulled.") : length;
        }

        public void Reset() => card.Reset();

        public void Dispose()
        {
        }
    }
}
