namespace HierCash.Protocol.Link;

/// <summary>The other side cannot be reached, or broke off. The message says who and what to do.</summary>
public sealed class LinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Where the other side was reached, and cannot use its own files (rule R28): why, in its words.</summary>
    public string? StoreFault { get; init; }

    /// <summary>The other side was reached, and by the clock here its certificate is not good yet, or no more (rule R26).</summary>
    public bool IsOutOfDate { get; init; }
}
