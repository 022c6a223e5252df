namespace HierCash.Terminals;

/// <summary>The other side cannot be reached, or broke off. The message says who and what to do.</summary>
public sealed class LinkException(string message, Exception? inner = null) : Exception(message, inner);
