namespace HierCash.Card.Runtime;

/// <summary>Power went away in the middle of a persistent write. Only the card's owner may catch it; no applet does.</summary>
internal sealed class PowerLostException() : Exception("The card lost its power during a persistent write.");
