using System.Net;
using System.Net.Sockets;
using HierCash.Card.Runtime;
using HierCash.Traces;

namespace HierCash.Tests.Runtime;

/// <summary>
/// vpcd's side of the connection, played by the test: every control byte, frames in pieces, a reader that goes and comes.
/// </summary>
[Parallelizable]
public sealed class VpcdReaderTests
{
    private const string Atr = "3B880001";
    private readonly List<VpcdEvent> _events = [];
    private EmulatedCard _card = null!;
    private TcpListener _listener = null!;
    private CancellationTokenSource _stop = null!;
    private Task _serving = null!;
    private StringWriter _recorded = null!;

    [SetUp]
    public void Start()
    {
        _events.Clear();
        _recorded = new StringWriter { NewLine = "\n" };
        _card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        _card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _stop = new CancellationTokenSource();
        int port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        var reader = new VpcdReader("127.0.0.1", port, TimeProvider.System,
            Report) { Recorder = new TraceWriter(_recorded, WalletVocabulary.Instance) };
        _serving = reader.Serve(_card, _stop.Token);
    }

    [TearDown]
    public void Stop()
    {
        _stop.Cancel();
        Assert.That(_serving.Wait(TimeSpan.FromSeconds(5)), "it stops when told to");
        _listener.Dispose();
        _stop.Dispose();
        _card.Dispose();
        _recorded.Dispose();
    }

    [Test]
    public void ControlAndCommands()
    {
        using var reader = _listener.AcceptTcpClient().GetStream();
        Assert.That(Ask(reader, "04")[..2], Is.EqualTo(Atr[..2]));
        Tell(reader, "01");
        Assert.That(Ask(reader, "00A4040005F000000001"), Is.EqualTo("9000"));
        Assert.That(Ask(reader, "800A000001 77"), Is.EqualTo("9000"));
        Tell(reader, "02");
        Assert.That(Ask(reader, "800B000001"), Is.EqualTo("6999"), "a reset forgets the selection");
        Tell(reader, "00");
        Assert.That(Ask(reader, "00A4040005F000000001"), Is.EqualTo("9000"), "a command powers the card");
        Assert.That(Ask(reader, "77"), Is.EqualTo("6700"), "one byte that is no control");
        Assert.That(Ask(reader, ""), Is.EqualTo("6700"), "none at all");
        Assert.That(_events, Is.EqualTo(new[] { VpcdEvent.Inserted }));
        Assert.That(_recorded.ToString(), Does.StartWith("# ATR: 3B88").And.Contain("\nreset\n")
            .And.Contain("00 A4 04 00 05 F0 00 00 00 01\n#< [] (90 00)"));
    }

    /// <summary>As Debian's vpcd sends: length and payload by themselves; and worse, byte by byte, or two messages at once.</summary>
    [Test]
    public void FramesInPieces()
    {
        using var reader = _listener.AcceptTcpClient().GetStream();
        foreach (byte b in Convert.FromHexString("000A00A4040005F000000001"))
        {
            reader.Write([b]);
            Task.Delay(2).Wait();
        }

        Assert.That(Read(reader), Is.EqualTo("9000"));
        reader.Write(Convert.FromHexString("0001020001010001" + "04"));
        Assert.That(Read(reader), Does.StartWith("3B88"));
    }

    [Test]
    public void AReaderThatGoesIsWaitedFor()
    {
        using (var reader = _listener.AcceptTcpClient())
        {
            Ask(reader.GetStream(), "04");
            reader.Client.LingerState = new LingerOption(true, 0);
        }

        using var again = _listener.AcceptTcpClient();
        Assert.That(Ask(again.GetStream(), "04"), Does.StartWith("3B88"));
        Assert.That(_events, Is.EqualTo(new[] { VpcdEvent.Inserted, VpcdEvent.ReaderGone, VpcdEvent.Inserted }));
    }

    [Test]
    public void NoReaderAtAllIsTold()
    {
        var events = new List<VpcdEvent>();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(700));
        using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        new VpcdReader("127.0.0.1", 1, TimeProvider.System, events.Add).Serve(card, stop.Token).Wait();
        Assert.That(events, Is.EqualTo(new[] { VpcdEvent.NoReader }), "once");
    }

    [Test]
    public void AReaderThatDoesNotAskIsTold()
    {
        using var silent = _listener.AcceptTcpClient();
        for (int i = 0; i < 100 && _events.Count == 0; i++)
        {
            Task.Delay(50).Wait();
        }

        Assert.That(_events, Is.EqualTo(new[] { VpcdEvent.NotAsked }));
    }

    private void Report(VpcdEvent what)
    {
        lock (_events)
        {
            _events.Add(what);
        }
    }

    private static void Tell(NetworkStream reader, string hex)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        reader.Write([(byte)(bytes.Length >> 8), (byte)(bytes.Length & 0xFF), .. bytes]);
    }

    private static string Ask(NetworkStream reader, string hex)
    {
        Tell(reader, hex);
        return Read(reader);
    }

    private static string Read(NetworkStream reader)
    {
        var length = new byte[2];
        reader.ReadExactly(length);
        var bytes = new byte[(length[0] << 8) | length[1]];
        reader.ReadExactly(bytes);
        return Convert.ToHexString(bytes);
    }
}
