using System.Net.Sockets;

namespace HierCash.Terminals;

/// <summary>
/// Tells the system's manager of services, where one started this process, that it is ready or stops (sd_notify(3): NOTIFY_SOCKET).
/// </summary>
public static class ServiceNotice
{
    /// <param name="state">Such as READY=1; lines are divided by line feeds.</param>
    /// <param name="socket">A path, or a name in Linux's abstract space after @; null: the one of the environment. Without one nobody is
    /// told.</param>
    public static void Send(string state, string? socket = null)
    {
        string? name = socket ?? Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(name) || !(name[0] is '/' or '@'))
        {
            return;
        }

        try
        {
            using var to = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            to.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(name[0] == '@' ? '\0' + name[1..] : name));
        }
        catch (Exception e) when (e is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            // Whoever named it does not listen: it serves all the same.
        }
    }
}
