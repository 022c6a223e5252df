using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using PublicKey = HierCash.Protocol.Suite.PublicKey;

namespace HierCash.Tests.Link;

/// <summary>The link on real sockets: who gets in, what gets whom closed, and that others never notice.</summary>
public sealed partial class LinkTests
{
    private static readonly BclSuite Suite = new();
    private static readonly LinkLimits Short = new()
    {
        HandshakeTime = TimeSpan.FromSeconds(2), IdleTime = TimeSpan.FromSeconds(30), FrameTime = TimeSpan.FromSeconds(1),
            CallTime = TimeSpan.FromSeconds(5),
    };

    private readonly ISigningKey _root = Suite.GenerateKey();
    private readonly TownRecords _records = new();
    private LinkServer _server = null!;
    private EchoParty _party = null!;

    [SetUp]
    public async Task Listen()
    {
        _party = new EchoParty();
        var factory = new RecordFactory(_records);
        _server = await LinkServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), Own(_root, LinkRole.Issuer, 1), Scheme(_root), _party, Suite, TimeProvider.System, Short,
            factory, default);
    }

    [TearDown]
    public async Task Stop() => await _server.DisposeAsync();

    [OneTimeTearDown]
    public void Forget() => _root.Dispose();

    [TestCase(LinkRole.Bank)]
    [TestCase(LinkRole.Shop)]
    [TestCase(LinkRole.Wallet)]
    public async Task ThePartyKnowsWhoAsks(LinkRole role)
    {
        var own = role == LinkRole.Wallet ? null : Own(_root, role, 7);
        using var link = Connect(own);
        var reply = await link.Call(new LinkMessage(MessageType.Settle, [1, 2, 3]), default);
        Assert.That(reply.Body, Is.EqualTo(new byte[] { 3, 2, 1 }));
        Assert.That(_party.Peers.Single(), Is.EqualTo(
            own is null ? LinkPeer.Wallet : new LinkPeer(
                role, new PartyId(7), PublicKey.TryDecode(own.PublicKey.EncodedKeyValue.RawData))));
    }

    [Test]
    public async Task CallsShareAConnectionAndAreAnsweredEachWithItsOwn()
    {
        using var link = Connect(Own(_root, LinkRole.Bank, 7));
        var calls = Enumerable.Range(0, 500).Select(async i =>
        {
            var reply = await link.Call(new LinkMessage(MessageType.Settle, BitConverter.GetBytes(i)), default);
            return BitConverter.ToInt32(reply.Body.Reverse().ToArray()) == i;
        });
        Assert.That(await Task.WhenAll(calls), Has.All.True);
    }

    [Test]
    public async Task AFrameOfAnotherVersionIsToldSo()
    {
        await using var stream = await OpenRaw();
        var frame = new LinkFrame(FrameKind.Request, 5, new LinkMessage(MessageType.Settle, [])).Encode();
        frame[4] = 1;
        await stream.WriteAsync(frame);
        var answer = new byte[256];
        int length = await stream.ReadAtLeastAsync(answer, 16);
        Assert.That(answer[4], Is.EqualTo(1), "in the version that the peer reads");
        Assert.That(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(answer.AsSpan(6)), Is.EqualTo(5));
        var reply = new LinkMessage((MessageType)System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(14)),
            answer[16..length]);
        Assert.That(Refusal.Read(reply)!.Text, Is.EqualTo("This party speaks version 3 of the link. Use a matching version."),
            "no date where that version has none");
        Assert.That(await stream.ReadAsync(answer), Is.Zero, "and then closed");
    }

    [TestCase("80000000", "announced a frame of 2147483648 bytes")]
    [TestCase("0000000000", "announced a frame of 0 bytes")]
    [TestCase("00100001", "announced a frame of 1048577 bytes")]
    public async Task AnImpossibleLengthEndsTheConnection(string hex, string reason)
    {
        await using var stream = await OpenRaw();
        await stream.WriteAsync(Convert.FromHexString(hex));
        Assert.That(await stream.ReadAsync(new byte[16]), Is.Zero);
        Assert.That(_records.Log("link"), Has.Some.Contains(reason));
        await AssertOthersAreServed();
    }

    /// <summary>Idle connections, a slow one, garbage before and inside TLS: a call beside them takes less than a second.</summary>
    [Test]
    public async Task NobodyIsHeldUpByIdleSlowOrNoisyPeers()
    {
        var idle = new List<TcpClient>();
        for (int i = 0; i < 2000; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            idle.Add(client);
        }

        await using var slow = await OpenRaw();
        await slow.WriteAsync(Convert.FromHexString("00000040" + "01"));
        var garbage = new byte[4096];
        new SeededRandom(1).Fill(garbage);
        for (int i = 0; i < 50; i++)
        {
            using var noisy = new TcpClient();
            await noisy.ConnectAsync(IPAddress.Loopback, Port);
            await noisy.GetStream().WriteAsync(garbage);
        }

        await AssertOthersAreServed();
        Assert.That(await slow.ReadAsync(new byte[16]), Is.Zero, "the slow one is closed");
        Assert.That(_records.Log("link"), Has.Some.Contains("took too long"));
        idle.ForEach(c => c.Dispose());
        await AssertOthersAreServed();
    }

    [Test]
    public async Task ALostConnectionIsMadeAnewAndAPeerThatIsDownIsNamed()
    {
        using var link = Connect(Own(_root, LinkRole.Bank, 7));
        await Ping(link);
        string address = _server.Address;
        await _server.DisposeAsync();
        Assert.That(async () => await Ping(link), Throws.TypeOf<LinkException>().With.Message.Contains("issuer"));
        Assert.That(async () => await Ping(link),
            Throws.TypeOf<LinkException>().With.Message.Contains($"127.0.0.1:{address.Split(':')[1]}"));
        _server = await LinkServer.Start(
            IPEndPoint.Parse(address), Own(_root, LinkRole.Issuer, 1), Scheme(_root), _party, Suite, TimeProvider.System, Short,
            new RecordFactory(_records), default);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await Ping(link);
                break;
            }
            catch (LinkException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5))
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>
    /// A bank's clock was 10 days ahead while its issuer was down. The pause before the next call is some moments all the same, not ten
    /// days.
    /// </summary>
    [Test, Rule(26)]
    public async Task AClockThatIsSetRightLengthensNoPause()
    {
        var clock = new OffsetClock(TimeProvider.System) { Off = TimeSpan.FromDays(10) };
        using var link = new TcpLink(Target(LinkRole.Issuer), null, Suite, clock, Short);
        string address = _server.Address;
        await _server.DisposeAsync();
        Assert.That(async () => await Ping(link), Throws.TypeOf<LinkException>().With.Message.Contains("Could not reach"));
        clock.Off = TimeSpan.Zero;
        _server = await LinkServer.Start(
            IPEndPoint.Parse(address), Own(_root, LinkRole.Issuer, 1), Scheme(_root), _party, Suite, TimeProvider.System, Short,
            new RecordFactory(_records), default);
        await Task.Delay(Short.BackOff + Short.BackOff);
        var reply = await Ping(link);
        Assert.That(reply.Said, Is.GreaterThan(Timestamp.Now(TimeProvider.System).Minus(TimeSpan.FromMinutes(1))),
            "and each answer says what the clock there says");
    }

    /// <summary>
    /// Who shows a certificate of another time was reached, and a clock is at fault: the caller can tell that from nobody being there, also
    /// in the pause after it.
    /// </summary>
    [Test, Rule(26)]
    public async Task WhoShowsACertificateOfAnotherTimeWasReached()
    {
        using var link = new TcpLink(Target(LinkRole.Issuer), null, Suite,
            new OffsetClock(TimeProvider.System) { Off = TimeSpan.FromDays(146_000) }, Short);
        for (int time = 0; time < 2; time++)
        {
            var refused = await Assert.ThrowsAsync<LinkException>(async () => await Ping(link));
            Assert.That((refused!.IsOutOfDate, refused.Message.Contains("set this clock right if it is wrong", StringComparison.Ordinal)),
                Is.EqualTo((true, true)));
        }
    }

    [Test]
    public async Task AnAnswerThatNeverComesEndsTheCall()
    {
        _party.Delay = TimeSpan.FromMinutes(1);
        using var link = new TcpLink(Target(LinkRole.Issuer), null, Suite, TimeProvider.System,
            Short with { CallTime = TimeSpan.FromMilliseconds(300) });
        await Task.CompletedTask;
        Assert.That(async () => await Ping(link), Throws.TypeOf<LinkException>().With.Message.Contains("No answer"));
    }

    private int Port => IPEndPoint.Parse(_server.Address).Port;

    private static Digest Scheme(ISigningKey root) => Digest.Of(root.PublicKey.Bytes);

    private static X509Certificate2 Own(ISigningKey root, LinkRole role, uint id)
    {
        using var key = Suite.GenerateKey();
        var now = TimeProvider.System.GetUtcNow();
        return SchemeCertificate.WithKey(SchemeCertificate.Issue(
            root, role, new PartyId(id), key.PublicKey, now.AddDays(-1), now.AddDays(1)), key);
    }

    private LinkTarget Target(LinkRole role) => new("127.0.0.1", Port, role, Scheme(_root));

    private TcpLink Connect(X509Certificate2? own) => new(Target(LinkRole.Issuer), own, Suite, TimeProvider.System, Short);

    private static ValueTask<LinkMessage> Ping(TcpLink link) => link.Call(new CertificatesMessage().ToMessage(), default);

    private async Task AssertOthersAreServed()
    {
        var started = Stopwatch.GetTimestamp();
        using var link = Connect(Own(_root, LinkRole.Shop, 3));
        await Ping(link);
        Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(1)));
    }

    private async Task<SslStream> OpenRaw()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "x", RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null });
        return stream;
    }

    private sealed class EchoParty : ILinkHandler
    {
        public List<LinkPeer> Peers { get; } = [];

        public List<LinkMessage> Requests { get; } = [];

        public TimeSpan Delay { get; set; }

        public async ValueTask<LinkMessage> Handle(LinkPeer peer, LinkMessage request, CancellationToken cancel)
        {
            lock (Peers)
            {
                Peers.Add(peer);
                Requests.Add(request);
            }

            await Task.Delay(Delay, cancel);
            return new LinkMessage(MessageType.SettleReply, request.Body.Reverse().ToArray());
        }
    }

    private sealed class RecordFactory(TownRecords records) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => records.Logger(categoryName);

        public void Dispose()
        {
        }
    }
}
