using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace HierCash.Tests.Link;

/// <summary>
/// Rule R29: a line that is silently gone, as behind a firewall that forgot it. New connections get through all the time.
/// </summary>
public sealed class DeadLineTests
{
    private static readonly LinkLimits Short = new() { CallTime = TimeSpan.FromMilliseconds(1500), BackOff = TimeSpan.FromMilliseconds(1) };
    private readonly ISigningKey _root = LinkParty.Suite.GenerateKey();
    private LinkParty _party = null!;
    private X509Certificate2 _own = null!;

    [SetUp]
    public async Task Listen()
    {
        using var key = LinkParty.Suite.GenerateKey();
        _party = await LinkParty.Listen(_root, LinkParty.Certificate(_root, LinkRole.Bank, 1, key), new LinkLimits());
        _own = LinkParty.Certificate(_root, LinkRole.Shop, 7, key);
    }

    [TearDown]
    public async Task Stop()
    {
        _own.Dispose();
        await _party.DisposeAsync();
    }

    [OneTimeTearDown]
    public void Forget() => _root.Dispose();

    [Test, Rule(29)]
    public async Task TheNextCallDialsAnewAfterOneThatNobodyAnswered()
    {
        await using var relay = new Relay(_party.Port);
        using var link = Connect(relay.Port, Short);
        Assert.That((await Ask(link, 1)).Body, Is.EqualTo(new byte[] { 1 }));
        relay.Swallow();
        Assert.That(
            async () => await Ask(link, 2), Throws.TypeOf<LinkException>().With.Message.StartsWith("No answer came from the bank at")
                .And.Message.Contains("Nothing is lost"));
        Assert.That((await Ask(link, 3)).Body, Is.EqualTo(new byte[] { 3 }), "over a line of its own");
        Assert.That(relay.Lines, Is.EqualTo(2));
    }

    /// <summary>One slow answer is no dead line: what others wait for on it still comes, and only new calls go elsewhere.</summary>
    [Test, Rule(29)]
    public async Task ALineOnWhichOthersAreAnsweredIsNotTornDown()
    {
        var slow = new TaskCompletionSource();
        _party.Work = slow.Task;
        await using var relay = new Relay(_party.Port);
        using var link = Connect(relay.Port, Short);
        Assert.That((await Ask(link, 1)).Body, Is.EqualTo(new byte[] { 1 }));
        var first = Ask(link, 1, 2).AsTask();
        await Task.Delay(900);
        var second = Ask(link, 3, 4).AsTask();
        Assert.That((await Ask(link, 5)).Body, Is.EqualTo(new byte[] { 5 }));
        Assert.That(async () => await first, Throws.TypeOf<LinkException>());
        slow.SetResult();
        Assert.That((await second).Body, Is.EqualTo(new byte[] { 4, 3 }));
        Assert.That((await Ask(link, 6)).Body, Is.EqualTo(new byte[] { 6 }));
        Assert.That(relay.Lines, Is.EqualTo(2));
    }

    /// <summary>Where nobody asks, the system itself finds out within seconds, at both ends: ss(8) shows the timers.</summary>
    [Test, Rule(29)]
    public async Task BothEndsWatchAnIdleLine()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Ignore("ss(8) is Linux's.");
        }

        using var link = Connect(_party.Port, new LinkLimits());
        await Ask(link, 1);
        Assert.That(Timers, Has.Length.EqualTo(2).And.All.Match(@"timer:\(keepalive,[0-9.]+(ms|sec),").After(5000, 100));
    }

    private string[] Timers()
    {
        using var ss = Process.Start(new ProcessStartInfo(
            "ss", ["-Htno", "state", "established", $"( sport = :{_party.Port} or dport = :{_party.Port} )"]) { RedirectStandardOutput =
                true })!;
        return ss.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private TcpLink Connect(int port, LinkLimits limits) =>
        new(new LinkTarget("127.0.0.1", port, LinkRole.Bank, LinkParty.SchemeOf(_root)), _own, LinkParty.Suite, TimeProvider.System,
            limits);

    private static ValueTask<LinkMessage> Ask(TcpLink link, params byte[] body) =>
        link.Call(new LinkMessage(MessageType.Settle, body), default);

    /// <summary>Passes on what comes, until it is told to swallow what comes over the lines of then.</summary>
    private sealed class Relay : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentBag<Socket> _sockets = [];
        private readonly int _to;
        private readonly Task _accepting;
        private int _swallowed;
        private int _lines;

        public Relay(int to)
        {
            _to = to;
            _listener.Start();
            _accepting = Accept();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Lines => Volatile.Read(ref _lines);

        public void Swallow() => Volatile.Write(ref _swallowed, Lines);

        private async Task Accept()
        {
            try
            {
                while (true)
                {
                    var near = await _listener.AcceptSocketAsync();
                    var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await far.ConnectAsync(IPAddress.Loopback, _to);
                    _sockets.Add(near);
                    _sockets.Add(far);
                    int number = Interlocked.Increment(ref _lines);
                    _ = Pass(near, far, number);
                    _ = Pass(far, near, number);
                }
            }
            catch (SocketException)
            {
                // The end of the test.
            }
        }

        private async Task Pass(Socket from, Socket to, int number)
        {
            var bytes = new byte[4096];
            try
            {
                for (int n; (n = await from.ReceiveAsync(bytes)) > 0;)
                {
                    if (number > Volatile.Read(ref _swallowed))
                    {
                        await to.SendAsync(bytes.AsMemory(0, n));
                    }
                }

                to.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // One end is gone.
            }
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            foreach (var socket in _sockets)
            {
                socket.Dispose();
            }

            await _accepting;
        }
    }
}
