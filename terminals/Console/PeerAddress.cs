using System.CommandLine.Parsing;

namespace HierCash.Terminals.Consoles;

/// <summary>HOST:PORT on a command line; the port may be left out.</summary>
public static class PeerAddress
{
    public static HostPort Parse(ArgumentResult result, string text, int port)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 && text.Length > 0)
        {
            return new HostPort(text, port);
        }

        if (colon > 0 && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int given)
            && given is > 0 and < 65536)
        {
            return new HostPort(text[..colon], given);
        }

        result.AddError($"'{text}' is no host and port. Give one such as 127.0.0.1:{port}.");
        return default;
    }
}
