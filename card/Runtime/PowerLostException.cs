namespace HierCash.Card.Runtime;

/// <summary>Power went away in the middle of a persistent write. Only the card's owner may catch it; no applet does.</summary>
public sealed class PowerLostException() : Exception("The card lost its power during a persistent write.");

/// <summary>What a cell holds after power was lost while it was written.</summary>
public enum TornCell { Old, New, Garbage }
