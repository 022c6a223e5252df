namespace HierCash.Card.Runtime;

/// <summary>What a cell holds after power was lost while it was written.</summary>
public enum TornCell
{
    /// <summary>What it held before.</summary>
    Old,

    /// <summary>What was written.</summary>
    New,

    /// <summary>Neither.</summary>
    Garbage,
}
