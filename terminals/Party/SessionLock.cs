namespace HierCash.Terminals;

/// <summary>What else may run on a party's folder while a session is open.</summary>
public enum SessionLock
{
    /// <summary>Anything: the database keeps short commands and the process that serves apart.</summary>
    Shared,

    /// <summary>Nothing that holds the folder too, such as the process that serves.</summary>
    Exclusive,
}
