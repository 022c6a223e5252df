using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace HierCash.Tests.Link;

/// <summary>Rule R30 on real sockets: what a stranger may send before anybody knows it, and how often.</summary>
public sealed class StrangersTests
{
    private static readonly LinkLimits Small = new() { MaxLong = 4, MaxLongPerAddress = 2, MaxUnknown = 5 };
    private readonly ISigningKey _root = LinkParty.Suite.GenerateKey();
    private LinkParty _party = null!;

    [SetUp]
    public async Task Listen()
    {
        using var key = LinkParty.Suite.GenerateKey();
        _party = await LinkParty.Listen(_root, LinkParty.Certificate(_root, LinkRole.Bank, 1, key), Small);
    }

    [TearDown]
    public ValueTask Stop() => _party.DisposeAsync();

    [OneTimeTearDown]
    public void Forget() => _root.Dispose();

    /// <summary>
    /// Nobody keeps a megabyte of a stranger: it is shut out as soon as it says that so much will come. A party of the scheme may send it.
    /// </summary>
    [Test, Rule(30)]
    public async Task AStrangersMegabyteIsNotWaitedFor()
    {
        await using var stranger = await Tls();
        await stranger.WriteAsync(Convert.FromHexString("000FFFFF" + "0201" + "0000000000000001" + "0103"));
        Assert.That(await IsClosed(stranger));
        using var key = LinkParty.Suite.GenerateKey();
        await using var party = await Tls(own: LinkParty.Certificate(_root, LinkRole.Shop, 7, key));
        Assert.That(await Ask(party, MessageType.Settle, new byte[900_000]), Is.EqualTo(900_000));
    }

    /// <summary>
    /// A rebuttal is long, and of somebody whom nobody knows: there are places for some, of each address for fewer, and the slowest gives
    /// way.
    /// </summary>
    [Test, Rule(30)]
    public async Task LongFramesOfStrangersHaveFewPlaces()
    {
        var slow = new List<SslStream>();
        foreach (string address in new[] { "127.0.0.2", "127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3", "127.0.0.4" })
        {
            var stream = await Tls(address);
            await stream.WriteAsync(Convert.FromHexString("00060000" + "0201" + "0000000000000001" + "010B"));
            slow.Add(stream);
            await Task.Delay(50);
        }

        Assert.That(await IsClosed(slow[0]), "the third of that address took its place");
        await using var honest = await Tls("127.0.0.5");
        Assert.That(await Ask(honest, MessageType.Rebut, new byte[300_000]), Is.EqualTo(300_000));
        int open = 0;
        foreach (var stream in slow)
        {
            open += await IsClosed(stream, 300) ? 0 : 1;
            await stream.DisposeAsync();
        }

        Assert.That(open, Is.InRange(3, 4));
        await using var next = await Tls("127.0.0.2");
        Assert.That(await Ask(next, MessageType.Rebut, new byte[300_000]), Is.EqualTo(300_000), "who goes gives the place back");
    }

    /// <summary>
    /// What nobody understands is answered some times a minute; then it ends the connection, and no other one of that address.
    /// </summary>
    [Test, Rule(30)]
    public async Task WhoSaysWhatNobodyUnderstandsIsShutOut()
    {
        using var key = LinkParty.Suite.GenerateKey();
        await using var party = await Tls(own: LinkParty.Certificate(_root, LinkRole.Shop, 7, key));
        await using var wallet = await Tls();
        Assert.That(await Ask(wallet, MessageType.Certificates, [1]), Is.EqualTo(1));
        await using var first = await Tls();
        for (int i = 0; i < Small.MaxUnknown; i++)
        {
            Assert.That(await Ask(first, LinkParty.Unknown, [1]), Is.Positive);
        }

        await first.WriteAsync(new LinkFrame(FrameKind.Request, 1, new LinkMessage(LinkParty.Unknown, [1])).Encode());
        await Task.Delay(300);
        Assert.That(await IsClosed(first));
        await using var second = await Tls();
        await second.WriteAsync(new LinkFrame(FrameKind.Request, 1, new LinkMessage(LinkParty.Unknown, [1])).Encode());
        await Task.Delay(300);
        Assert.That(await IsClosed(second), "by address, not by connection");
        await using var elsewhere = await Tls("127.0.0.9");
        Assert.That(await Ask(elsewhere, LinkParty.Unknown, [1]), Is.Positive);
        Assert.That(await Ask(elsewhere, LinkParty.Unknown, [1]), Is.Positive);
        Assert.That(await Ask(wallet, MessageType.Certificates, [1]), Is.EqualTo(1), "a wallet of that address does not notice");
        for (int i = 0; i < 2 * Small.MaxUnknown; i++)
        {
            Assert.That(await Ask(party, LinkParty.Unknown, [1]), Is.Positive, "and a party of the scheme has its own limits");
        }
    }

    /// <summary>
    /// As many addresses as strangers' places are counted; of more than that none has anything left, while those that were counted have.
    /// </summary>
    [Test, Rule(30)]
    public async Task AddressesWithoutEndGetNoAnswerEach()
    {
        const int All = 6;
        await _party.DisposeAsync();
        using var key = LinkParty.Suite.GenerateKey();
        _party = await LinkParty.Listen(_root, LinkParty.Certificate(_root, LinkRole.Bank, 1, key),
            new() { MaxUnknown = 5, MaxStrangers = All });
        for (int address = 1; address <= All; address++)
        {
            await using var stranger = await Tls($"127.0.1.{address}");
            Assert.That(await Ask(stranger, LinkParty.Unknown, [1]), Is.Positive);
        }

        await using var next = await Tls("127.0.1.99");
        await next.WriteAsync(new LinkFrame(FrameKind.Request, 1, new LinkMessage(LinkParty.Unknown, [1])).Encode());
        await Task.Delay(300);
        Assert.That(await IsClosed(next));
        await using var counted = await Tls("127.0.1.1");
        Assert.That(await Ask(counted, LinkParty.Unknown, [1]), Is.Positive);
    }

    /// <summary>A stranger has four requests worked on at once, a party as many as ever.</summary>
    [Test, Rule(30)]
    public async Task AStrangerHasFewRequestsAtOnce()
    {
        var done = new TaskCompletionSource();
        _party.Work = done.Task;
        await using var stranger = await Tls();
        for (ulong i = 1; i <= 10; i++)
        {
            await stranger.WriteAsync(new LinkFrame(FrameKind.Request, i, new LinkMessage(MessageType.Certificates, [1, 2])).Encode());
        }

        await Until(() => _party.Served >= Small.MaxPendingOfStranger);
        await Task.Delay(200);
        Assert.That(_party.Served, Is.EqualTo(Small.MaxPendingOfStranger));
        using var key = LinkParty.Suite.GenerateKey();
        await using var party = await Tls(own: LinkParty.Certificate(_root, LinkRole.Shop, 7, key));
        for (ulong i = 1; i <= 10; i++)
        {
            await party.WriteAsync(new LinkFrame(FrameKind.Request, i, new LinkMessage(MessageType.Settle, [1, 2])).Encode());
        }

        await Until(() => _party.Served >= Small.MaxPendingOfStranger + 10);
        done.SetResult();
        await Until(() => _party.Served == 20);
    }

    private static async Task Until(Func<bool> isSo)
    {
        for (int waited = 0; waited < 1000 && !isSo(); waited++)
        {
            await Task.Delay(10);
        }

        Assert.That(isSo());
    }

    private async Task<SslStream> Tls(string from = "127.0.0.1", X509Certificate2? own = null)
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync(IPAddress.Loopback, _party.Port);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "x",
            ClientCertificates = own is null ? null : [own],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => own!,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        return stream;
    }

    /// <summary>Bytes of the answer's body; -1 where there is none.</summary>
    private static async Task<int> Ask(SslStream stream, MessageType type, byte[] body)
    {
        await stream.WriteAsync(new LinkFrame(FrameKind.Request, 1, new LinkMessage(type, body)).Encode());
        var header = new byte[4];
        if (await stream.ReadAtLeastAsync(header, 4, throwOnEndOfStream: false) < 4)
        {
            return -1;
        }

        var frame = new byte[System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(header)];
        await stream.ReadExactlyAsync(frame);
        return LinkFrame.Decode(frame)?.Message.Body.Length ?? -1;
    }

    /// <summary>What the listener closes it closes at once.</summary>
    /// <param name="patience">Milliseconds: long where it has to be closed, short where it may be open.</param>
    private static async Task<bool> IsClosed(SslStream stream, int patience = 5000)
    {
        using var moment = new CancellationTokenSource(patience);
        try
        {
            while (await stream.ReadAsync(new byte[100], moment.Token) > 0)
            {
                // The last answer may still come through.
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
