namespace HierCash.Terminals.Consoles;

/// <summary>Exit codes of all consoles.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>Understood, and not done: the sentence on stderr says why.</summary>
    public const int Refused = 1;

    /// <summary>Not understood.</summary>
    public const int Usage = 2;

    /// <summary>A peer or a card reader cannot be reached, or this machine's network not used.</summary>
    public const int Unreachable = 3;
}
