using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Link;

/// <summary>
/// Rule R22 on real sockets: strangers by the thousand keep nobody out. The listener's limits are a sixteenth to a sixty-fourth of those
/// that it has otherwise; the strangers come from many addresses of the loopback net.
/// </summary>
public sealed class ConnectionSharesTests
{
    private static readonly LinkLimits Small = new()
    {
        MaxStrangers = 64, MaxPerAddress = 8, MaxParties = 32, MaxPerParty = 4, MaxAccounts = 16, MaxPerAccount = 2,
            CallTime = TimeSpan.FromSeconds(10),
    };

    private readonly ISigningKey _root = LinkParty.Suite.GenerateKey();
    private readonly List<TcpClient> _strangers = [];
    private LinkParty _party = null!;

    [SetUp]
    public async Task Listen()
    {
        using var key = LinkParty.Suite.GenerateKey();
        _party = await LinkParty.Listen(_root, LinkParty.Certificate(_root, LinkRole.Bank, 1, key), Small);
    }

    [TearDown]
    public async Task Stop()
    {
        _strangers.ForEach(s => s.Dispose());
        _strangers.Clear();
        await _party.DisposeAsync();
    }

    [OneTimeTearDown]
    public void Forget() => _root.Dispose();

    /// <summary>
    /// Ten times as many as there is room for: idle, before any handshake, from 160 addresses; and again as many while the others are
    /// served.
    /// </summary>
    [Test, Rule(22)]
    public async Task StrangersByTheThousandKeepNoBankNoTillAndNoAccountOut()
    {
        using var bank = Own(LinkRole.Bank, 2);
        using var till = Own(LinkRole.Shop, 7);
        await Press(from: 2, addresses: 160, each: 4);
        using var early = Connect(bank);
        Assert.That((await Ask(early)).Type, Is.EqualTo(MessageType.SettleReply));
        await using var wallet = await Tls(null);
        Assert.That(await Answers(wallet, MessageType.Certificates, 1), "the certificates first, as a stranger");
        Assert.That(await Answers(wallet, MessageType.Withdraw, 2), "then an order with the account's signature");

        await Press(from: 2, addresses: 160, each: 4);
        Assert.That(await Answers(wallet, MessageType.Certificates, 3), "the account keeps its connection");
        using var late = Connect(till);
        Assert.That((await Ask(late)).Type, Is.EqualTo(MessageType.SettleReply));
        await using var another = await Tls(null);
        Assert.That(await Answers(another, MessageType.Withdraw, 1, account: 2), "and another account gets one");
        Assert.That(_party.Peers.Count(p => p.Role == LinkRole.Wallet), Is.EqualTo(4));
        Assert.That(await Alive(), Is.LessThanOrEqualTo(Small.MaxStrangers));
        Assert.That(_party.Records.Log("link").Count(l => l.Contains("others needed the place", StringComparison.Ordinal)), Is.EqualTo(1),
            "said once a minute");
    }

    /// <summary>One address that presses gives the place itself: who came before from elsewhere stays.</summary>
    [Test, Rule(22)]
    public async Task OneAddressPressesOutOnlyItself()
    {
        var honest = await Stranger("127.0.1.1");
        await Press(from: 2, addresses: 1, each: 200);
        Assert.That(await Alive(), Is.EqualTo(Small.MaxPerAddress + 1));
        Assert.That(await IsOpen(honest));
    }

    [Test, Rule(22)]
    public async Task APartyThatOpensTooManyClosesItsOwn()
    {
        using var greedy = Own(LinkRole.Shop, 7);
        using var modest = Own(LinkRole.Bank, 2);
        await using var other = await Tls(modest);
        Assert.That(await Answers(other, MessageType.Settle, 1));
        var own = new List<SslStream>();
        for (int i = 0; i < 40; i++)
        {
            var stream = await Tls(greedy);
            Assert.That(await Answers(stream, MessageType.Settle, 1), $"connection {i}");
            own.Add(stream);
        }

        int open = 0;
        foreach (var stream in own)
        {
            open += await IsOpen(stream) ? 1 : 0;
            await stream.DisposeAsync();
        }

        Assert.That(open, Is.EqualTo(Small.MaxPerParty));
        Assert.That(await Answers(other, MessageType.Settle, 2), "another party is not touched");
    }

    /// <summary>
    /// Who has a till's stolen key keeps two connections busy for as long as he likes, and the share is full: the idle ones of others give
    /// the place to who comes next, and none of theirs goes to him.
    /// </summary>
    [Test, Rule(22)]
    public async Task OneThatIsBusyThroughoutKeepsNobodyOut()
    {
        var done = new TaskCompletionSource();
        using var key = LinkParty.Suite.GenerateKey();
        await using var party = await LinkParty.Listen(
            _root, LinkParty.Certificate(_root, LinkRole.Bank, 1, key), Small with { MaxParties = 6 });
        party.Work = done.Task;
        using var stolen = Own(LinkRole.Shop, 7);
        await using var first = await Tls(stolen, party);
        await using var second = await Tls(stolen, party);
        foreach (var stream in new[] { first, second })
        {
            await stream.WriteAsync(new LinkFrame(FrameKind.Request, 1, new LinkMessage(MessageType.Settle, [1, 2])).Encode());
        }

        for (int waited = 0; waited < 1000 && party.Served < 2; waited++)
        {
            await Task.Delay(10);
        }

        Assert.That(party.Served, Is.EqualTo(2));
        var idle = new List<SslStream>();
        for (uint id = 10; id < 14; id++)
        {
            using var own = Own(LinkRole.Shop, id);
            idle.Add(await Tls(own, party));
            Assert.That(await Answers(idle[^1], MessageType.Settle, 1));
        }

        await using var third = await Tls(stolen, party);
        Assert.That(await IsOpen(third), Is.False, "he has the most, all are busy, and nobody else has more than he has");
        Assert.That(party.Records.Log("link").Single(l => l.Contains("closed", StringComparison.Ordinal)),
            Does.Contain("all places are taken, and no party that has more of them"));
        using var late = Own(LinkRole.Shop, 99);
        await using var newcomer = await Tls(late, party);
        Assert.That(await Answers(newcomer, MessageType.Settle, 1), "a till that comes now is answered");
        Assert.That(await IsOpen(idle[0]), Is.False, "in the place of the one that was silent for the longest");
        foreach (var stream in idle.Skip(1))
        {
            Assert.That(await IsOpen(stream));
        }

        done.SetResult();
        Assert.That(await first.ReadAtLeastAsync(new byte[4], 4, throwOnEndOfStream: false), Is.EqualTo(4),
            "what was in work is answered all the same");
        idle.ForEach(s => s.Dispose());
    }

    /// <summary>Somebody's account is worth two connections, not all of them.</summary>
    [Test, Rule(22)]
    public async Task AnAccountHasItsShareAndNoMore()
    {
        var wallets = new List<SslStream>();
        for (int i = 0; i < 10; i++)
        {
            var stream = await Tls(null);
            Assert.That(await Answers(stream, MessageType.Withdraw, 1));
            wallets.Add(stream);
        }

        int open = 0;
        foreach (var stream in wallets)
        {
            open += await IsOpen(stream) ? 1 : 0;
            await stream.DisposeAsync();
        }

        Assert.That(open, Is.EqualTo(Small.MaxPerAccount));
    }

    /// <summary>A connection that ends gives its place back: those that come after it press out nobody.</summary>
    [Test, Rule(22)]
    public async Task WhoGoesGivesThePlaceBack()
    {
        using var till = Own(LinkRole.Shop, 7);
        await using var first = await Tls(till);
        Assert.That(await Answers(first, MessageType.Settle, 1));
        for (int i = 0; i < 3 * Small.MaxPerParty; i++)
        {
            await using var next = await Tls(till);
            Assert.That(await Answers(next, MessageType.Settle, 1), $"connection {i}");
        }

        Assert.That(await IsOpen(first), "it has been silent for the longest, and there was room all the time");
    }

    /// <summary>
    /// What a bank takes for an account's word is what its card signed; not an order that names somebody's account, and no message without
    /// a signature.
    /// </summary>
    [Test, Rule(22)]
    public void ABankKnowsWhoseCardSigned()
    {
        var seen = new List<LinkMessage>();
        using var town = Towns.Make(with: o => o with
        {
            Faults = (from, _, message) =>
            {
                if (from == SimulatedTown.WalletName)
                {
                    seen.Add(message);
                }

                return LinkFault.None;
            },
        });
        using var alice = town.User("Alice", 5000);
        var order = seen.Single(m => m.Type == MessageType.Withdraw);
        Assert.That(town.UserBank.SignedBy(order), Is.EqualTo(town.UserBank.Accounts.Single().User));
        var forged = order.As<WithdrawMessage>()!.Order;
        forged = forged with { Signature = [.. forged.Signature.Reverse()] };
        Assert.That(town.UserBank.SignedBy(new WithdrawMessage(forged).ToMessage()), Is.Null);
        Assert.That(town.ShopBank.SignedBy(order), Is.Null, "at another bank she is a stranger");
        // An evidence file holds the order of its coin; whoever has read one is no account.
        town.Clock.Advance(town.Scheme.Terms.ClockTolerance + TimeSpan.FromSeconds(1));
        Assert.That(town.UserBank.SignedBy(order), Is.Null);
        Assert.That(seen.Where(m => m.Type != MessageType.Withdraw).Select(town.UserBank.SignedBy), Has.All.Null);
    }

    private X509Certificate2 Own(LinkRole role, uint id)
    {
        using var key = LinkParty.Suite.GenerateKey();
        return LinkParty.Certificate(_root, role, id, key);
    }

    private TcpLink Connect(X509Certificate2 own) =>
        new(new LinkTarget("127.0.0.1", _party.Port, LinkRole.Bank, LinkParty.SchemeOf(_root)), own, LinkParty.Suite, TimeProvider.System,
            Small);

    private static ValueTask<LinkMessage> Ask(TcpLink link) => link.Call(new LinkMessage(MessageType.Settle, [1]), default);

    private async Task Press(int from, int addresses, int each)
    {
        for (int i = 0; i < each; i++)
        {
            for (int address = from; address < from + addresses; address++)
            {
                await Stranger($"127.0.0.{address}");
            }
        }
    }

    private async Task<TcpClient> Stranger(string address)
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(address), 0));
        await client.ConnectAsync(IPAddress.Loopback, _party.Port);
        _strangers.Add(client);
        return client;
    }

    /// <summary>Of the strangers.</summary>
    private async Task<int> Alive()
    {
        int alive = 0;
        foreach (var stranger in _strangers)
        {
            alive += await IsOpen(stranger) ? 1 : 0;
        }

        return alive;
    }

    private static async Task<bool> IsOpen(TcpClient client)
    {
        // What the listener closes it closes at once; a stranger that it keeps hears nothing.
        using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        try
        {
            return await client.GetStream().ReadAsync(new byte[1], moment.Token) > 0;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<bool> IsOpen(SslStream stream)
    {
        try
        {
            return await Answers(stream, MessageType.Certificates, 99);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task<SslStream> Tls(X509Certificate2? own, LinkParty? party = null)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, (party ?? _party).Port);
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

    private static async Task<bool> Answers(SslStream stream, MessageType type, ulong correlation, byte account = 1)
    {
        await stream.WriteAsync(new LinkFrame(FrameKind.Request, correlation, new LinkMessage(type, [account])).Encode());
        var header = new byte[4];
        if (await stream.ReadAtLeastAsync(header, 4, throwOnEndOfStream: false) < 4)
        {
            return false;
        }

        var frame = new byte[header[3]];
        await stream.ReadExactlyAsync(frame);
        return LinkFrame.Decode(frame) is { Kind: FrameKind.Response } answer && answer.Correlation == correlation;
    }
}
