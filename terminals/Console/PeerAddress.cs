namespace HierCash.Terminals.Consoles;

/// <summary>HOST:PORT on a command line; the port may be left out.</summary>
public static class PeerAddress
{
    /// <param name="variable">The variable of the environment that says it; null: the command line does.</param>
    public static HostPort Parse(ArgumentResult result, string text, int port, string? variable = null)
    {
        int colon = text.LastIndexOf(':');
        int given = colon < 0 ? port
            : int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int named) ? named : 0;
        string host = colon < 0 ? text : text[..colon];
        if (given is > 0 and < 65536 && Uri.CheckHostName(host) != UriHostNameType.Unknown)
        {
            return new HostPort(host, given);
        }

        result.AddError($"'{text}'{(variable is null ? "" : $", which {variable} says,")} is no host and port. Give one such as "
            + $"127.0.0.1:{port}.");
        return default;
    }
}
