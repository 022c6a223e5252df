namespace HierCash.Terminals.Link;

/// <summary>Has the system find out within seconds that a line is gone that nobody closed (rule R29).</summary>
internal static class LineWatch
{
    private const int IpProtoTcp = 6;

    /// <summary>TCP_USER_TIMEOUT of Linux (tcp(7), RFC 5482): how long what was sent may stay unacknowledged, in milliseconds.</summary>
    private const int TcpUserTimeout = 18;

    /// <summary>Keep-alive for a line on which nothing is said, and a limit for what was said and is not acknowledged.</summary>
    public static void Set(Socket socket, LinkLimits limits)
    {
        int seconds = (int)Math.Max(3, limits.DeadTime.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Max(1, seconds / 2));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, Math.Max(1, seconds / 6));
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, BitConverter.GetBytes(seconds * 1000));
        }
    }
}
