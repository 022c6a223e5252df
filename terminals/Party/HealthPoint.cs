using System.Net.Sockets;

namespace HierCash.Terminals;

/// <summary>What a serving process says of itself.</summary>
/// <param name="Since">When it began to serve.</param>
/// <param name="Faults">What it cannot do at present.</param>
public sealed record Health(int Process, Timestamp Since, IReadOnlyList<Fault> Faults)
{
    /// <summary>One JSON object in UTF-8: the one that 'status --json' prints of it, too.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(ServingJson.Of(this), JsonSerializerOptions.Web);

    /// <summary>Null where it is none.</summary>
    public static Health? FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<ServingJson>(json, JsonSerializerOptions.Web) is { Faults: { } faults } h
                ? new Health(h.Process, h.Since.Time,
                    [.. faults.Select(f => new Fault(f.What, f.Reason, f.Since.Time, f.Times, f.EndsWhen))])
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>
/// Where 'status' hears from the process that serves a folder what that cannot do (rule R28): a Unix domain socket in run/ of the folder,
/// which is its owner's alone. It was made before anything failed, so it also answers when the disk is full or may only be read.
/// </summary>
public static class HealthPoint
{
    /// <summary>Of sockaddr_un (unix(7)).</summary>
    private const int MostPath = 100;
    private const int MostAnswer = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The socket of that folder; null where its path is too long for one.</summary>
    public static string? Of(string folder, string role)
    {
        string path = Path.Combine(Path.GetFullPath(folder), "run", role);
        return System.Text.Encoding.UTF8.GetByteCount(path) <= MostPath ? path : null;
    }

    /// <summary>What the process says that serves that folder; null if none does, or it does not answer.</summary>
    public static Health? Ask(string folder, string role)
    {
        if (Of(folder, role) is not { } path || !File.Exists(path))
        {
            return null;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            using var said = new MemoryStream();
            var part = new byte[4096];
            for (int n; said.Length < MostAnswer && (n = socket.Receive(part)) > 0;)
            {
                said.Write(part, 0, n);
            }

            return Health.FromJson(said.ToArray());
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
