namespace HierCash.Iso7816;

/// <summary>A cell whose write was cut off holds its old content, its new one, or neither.</summary>
public enum TornWrite
{
    /// <summary>What it held before.</summary>
    Old,

    /// <summary>What was written.</summary>
    New,

    /// <summary>Neither.</summary>
    Garbage,
}

/// <summary>A card that a trace can tear; those in readers cannot be.</summary>
public interface ITearableCard : ICardChannel
{
    /// <summary>Lets power go at a write to come.</summary>
    /// <param name="write">1 is the next one.</param>
    void Tear(int write, TornWrite torn);

    /// <summary>Puts the card in again.</summary>
    void PowerOn();
}
