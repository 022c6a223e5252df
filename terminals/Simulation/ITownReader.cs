namespace HierCash.Simulation;

/// <summary>Where a town's terminals meet its cards: one card at a time.</summary>
public interface ITownReader : IDisposable
{
    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>Puts a card in, freshly powered; disposing of the channel takes it out.</summary>
    /// <exception cref="CardChannelException">There is no reader, or it does not see the card.</exception>
    ICardChannel Insert(TownCard card);
}

/// <summary>No reader at all: the card in this process.</summary>
public sealed class DirectReader : ITownReader
{
    public string Name => "in this process";

    public ICardChannel Insert(TownCard card)
    {
        card.Card.PowerOff();
        card.Card.PowerOn();
        return new TracingChannel(card.Card);
    }

    public void Dispose()
    {
    }
}
