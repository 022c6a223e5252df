using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace HierCash.Tests.Link;

/// <summary>A scheme of its own with listeners on loopback, which answer every request with its body turned round.</summary>
internal sealed class LinkParty : ILinkHandler, IAccountKeeper, IAsyncDisposable
{
    /// <summary>A message that this party does not know.</summary>
    public const MessageType Unknown = (MessageType)0x7777;

    private LinkServer? _server;

    public static readonly BclSuite Suite = new();

    public List<LinkPeer> Peers { get; } = [];

    /// <summary>So many requests have come.</summary>
    public int Served
    {
        get
        {
            lock (Peers)
            {
                return Peers.Count;
            }
        }
    }

    public TownRecords Records { get; } = new();

    /// <summary>Requests of more than one byte are answered when this is over.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    public int Port => IPEndPoint.Parse(_server!.Address).Port;

    public static async Task<LinkParty> Listen(ISigningKey root, X509Certificate2 own, LinkLimits limits)
    {
        var party = new LinkParty();
        party._server = await LinkServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), own, SchemeOf(root), party, Suite, TimeProvider.System, limits,
            new RecordFactory(party.Records), default);
        return party;
    }

    public static Digest SchemeOf(ISigningKey root) => Digest.Of(root.PublicKey.Bytes);

    /// <summary>The root key's word for that party and key, from that day on.</summary>
    public static X509Certificate2 Certificate(ISigningKey root, LinkRole role, uint id, ISigningKey key, int day = -1)
    {
        var now = TimeProvider.System.GetUtcNow();
        return SchemeCertificate.WithKey(SchemeCertificate.Issue(
            root, role, new PartyId(id), key.PublicKey, now.AddDays(day), now.AddDays(1)), key);
    }

    public async ValueTask<LinkMessage> Handle(LinkPeer peer, LinkMessage request, CancellationToken cancel)
    {
        lock (Peers)
        {
            Peers.Add(peer);
        }

        if (request.Type == Unknown)
        {
            return new Refusal(RefusalReason.UnknownMessage, "What is that?").ToMessage();
        }

        if (request.Body.Length > 1)
        {
            await Work;
        }

        return new LinkMessage(MessageType.SettleReply, request.Body.Reverse().ToArray());
    }

    /// <summary>Here the body of a withdrawal is the account, and nobody forges.</summary>
    public AccountId? SignedBy(LinkMessage request) =>
        request.Type == MessageType.Withdraw ? new AccountId(Id16.Read(Digest.Of(request.Body).ToArray())) : null;

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

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
