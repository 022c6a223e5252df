namespace HierCash.Terminals.Consoles;

/// <summary>A peer's address. The help of each command prints it as a person types it.</summary>
public readonly record struct HostPort(string Host, int Port)
{
    /// <summary>HOST:PORT.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
