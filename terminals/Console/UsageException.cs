namespace HierCash.Terminals.Consoles;

/// <summary>The command line is invalid. The message says what was wrong and what to do.</summary>
public sealed class UsageException(string message) : Exception(message);
