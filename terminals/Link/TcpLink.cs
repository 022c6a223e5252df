using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PublicKey = HierCash.Protocol.Suite.PublicKey;

namespace HierCash.Terminals.Link;

/// <summary>Whom a caller wants to reach.</summary>
/// <param name="Role">What the other side's certificate must say.</param>
/// <param name="Scheme">Fingerprint of the root key that must have signed it.</param>
/// <param name="Number">The one bank that is wanted: the card's (rule R19); null: any party of the role.</param>
public sealed record LinkTarget(string Host, int Port, LinkRole Role, Digest Scheme, PartyId? Number = null)
{
    /// <summary>What the caller knows of that party's key from before: why a certificate of it is not to be trusted, or null.</summary>
    public Func<X509Certificate2, string?>? Remembered { get; init; }

    /// <summary>Why a key that the root key certified is not the peer's present one; null if it may be (rule R17).</summary>
    public Func<PublicKey, string?> KeyFault { get; init; } = _ => null;

    /// <summary>Certificates of that party's later keys, for one that answers under an older key: it may be an older copy (R27).</summary>
    public Func<PublicKey, IReadOnlyList<KeyCertificate>> Newer { get; init; } = _ => [];

    /// <summary>The issuer of a scheme, by number, and not under a statement key that is known to be retired.</summary>
    public static LinkTarget IssuerOf(Scheme scheme, string host, int port) =>
        new(host, port, LinkRole.Issuer, scheme.Fingerprint, scheme.Issuer)
    {
        KeyFault = key => RetiredKey(scheme, key),
        Newer = key => NewerKeys(scheme, key),
    };

    private static List<KeyCertificate> NewerKeys(Scheme scheme, PublicKey key)
    {
        var known = scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement && c.Holder == scheme.Issuer).ToList();
        var its = known.Where(c => c.Key.Equals(key)).ToList();
        return its.Count == 0 ? [] : [.. known.Where(c => c.NotBefore > its.Max(k => k.NotBefore))];
    }

    private static string? RetiredKey(Scheme scheme, PublicKey key)
    {
        var known = scheme.Certificates.Where(c => c.Usage == KeyUsage.IssuerStatement).ToList();
        var its = known.Where(c => c.Key.Equals(key)).ToList();
        bool retired = its.Count > 0 && known.Max(c => c.NotBefore) > its.Max(c => c.NotBefore);
        return retired ? "its key is one that the issuer has replaced by a newer one" : null;
    }

    public override string ToString() => $"the {Role.ToString().ToLowerInvariant()} at {Host}:{Port}";
}

/// <summary>A link over TCP and TLS 1.3: connects when it is first used, and again with back-off; calls share the connection.</summary>
public sealed class TcpLink(LinkTarget target, X509Certificate2? own, ICashSuite suite, TimeProvider clock, LinkLimits limits)
    : ILink, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _gate = new(1);
    private Connection? _connection;
    private long _failed;
    private LinkException? _fault;
    private TimeSpan _backOff = limits.BackOff;
    private TimeSpan _wait;
    private ulong _correlation;

    /// <summary>Told once a call that the other side has not answered for 2 s.</summary>
    public Action<string>? SayWaiting { get; init; }

    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        using var patience = SayWaiting is { } say ? clock.CreateTimer(_ => Say(say), null, Patience, Timeout.InfiniteTimeSpan) : null;
        var connection = await Connect(cancel);
        using var timer = new CancellationTokenSource(limits.CallTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        long started = clock.GetTimestamp();
        try
        {
            var frame = new LinkFrame(FrameKind.Request, Interlocked.Increment(ref _correlation), request);
            return Answering.Take(await connection.Call(frame, either.Token), target.ToString());
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // What answers nobody may be a line that is gone, and says so to nobody: the next call dials anew (rule R29).
            connection.Leave(started);

            throw new LinkException(
                $"No answer came from {target} within {limits.CallTime.TotalSeconds:0} s. Nothing is lost: repeat it later.");
        }
    }

    private void Say(Action<string> say)
    {
        try
        {
            say($"Waiting for {target} ...");
        }
        catch (IOException)
        {
            // Nobody reads it; the call goes on.
        }
    }

    private async ValueTask<Connection> Connect(CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            if (_connection is { IsBroken: false })
            {
                return _connection;
            }

            _connection?.Dispose();
            _connection = null;
            if (_fault is not null && clock.GetElapsedTime(_failed) < _wait)
            {
                // The first fault says more than that there was one.
                throw new LinkException(_fault.Message) { IsOutOfDate = _fault.IsOutOfDate };
            }

            try
            {
                _connection = await Open(cancel);
                _backOff = limits.BackOff;
                _fault = null;
                return _connection;
            }
            catch (LinkException e)
            {
                // By a clock that nobody sets: one that ran ahead and was put right keeps nobody waiting (rule R26).
                (_fault, _failed, _wait) = (e, clock.GetTimestamp(), _backOff);
                _backOff = _backOff * 2 < limits.MaxBackOff ? _backOff * 2 : limits.MaxBackOff;
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Connection> Open(CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(limits.HandshakeTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        var client = new TcpClient { NoDelay = true };
        string? fault = null;
        IReadOnlyList<KeyCertificate> newer = [];
        try
        {
            await client.ConnectAsync(target.Host, target.Port, either.Token);
            LineWatch.Set(client.Client, limits);
            var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "hiercash",
                    EnabledSslProtocols = SslProtocols.Tls13,
                    ClientCertificates = own is null ? null : [own],
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => own!,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                        (fault = Fault(certificate)) is null || (newer = Newer(certificate, fault)).Count > 0,
                },
                either.Token);
            var connection = new Connection(client, tls, target, own is not null, clock);
            if (fault is null)
            {
                return connection;
            }

            using (connection)
            {
                // Whoever it is hears what everybody may, and nothing else; what it answers is not heeded.
                var shown = new ShowCertificatesMessage(newer).ToMessage();
                await connection.Call(new LinkFrame(FrameKind.Request, Interlocked.Increment(ref _correlation), shown), either.Token);
            }

            throw Distrusted(fault, null);
        }
        catch (LinkException e) when (fault is not null)
        {
            // It went away before it answered.
            throw Distrusted(fault, e);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            client.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw fault is not null
                ? Distrusted(fault, e)
                : new LinkException($"Could not reach {target}. Is it running, and is the address right?", e);
        }
    }

    private LinkException Distrusted(string fault, Exception? inner) =>
        new($"What answers as {target} is not to be trusted: {fault}.", inner)
    {
        IsOutOfDate = fault.StartsWith(SchemeCertificate.OutOfDate, StringComparison.Ordinal),
    };

    /// <summary>What is shown to who answers under a key that was replaced, and has no other fault; nothing to anybody else.</summary>
    private IReadOnlyList<KeyCertificate> Newer(X509Certificate? certificate, string? fault) =>
        own is not null && certificate is X509Certificate2 presented
            && SchemeCertificate.Check(suite, presented, target.Scheme, clock.GetUtcNow()).Peer is { Key: { } key } peer
            && peer.Role == target.Role && !IsAnother(peer) && target.KeyFault(key) == fault
            ? target.Newer(key)
            : [];

    private string? Fault(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 presented)
        {
            return "it shows no certificate";
        }

        var finding = SchemeCertificate.Check(suite, presented, target.Scheme, clock.GetUtcNow());
        return finding.Peer is not { } peer ? finding.Fault
            : peer.Role != target.Role ? $"its certificate is that of {peer}"
            : !IsAnother(peer) ? target.KeyFault(peer.Key!) ?? target.Remembered?.Invoke(presented)
            : peer.Role == LinkRole.Bank ? $"it is {peer}, and your card's bank is number {target.Number}. Nothing was sent. Give the "
                + $"address of bank {target.Number}"
            : $"its certificate is that of {peer}";
    }

    /// <summary>Its role is right, its number is not: any party of the scheme could answer at an address (rule R19).</summary>
    private bool IsAnother(LinkPeer peer) => target.Number is { } wanted && peer.Id != wanted;

    public void Dispose()
    {
        _connection?.Dispose();
        _gate.Dispose();
    }

    /// <summary>One open connection: writes one frame at a time, reads answers in whatever order they come.</summary>
    private sealed class Connection : IDisposable
    {
        private readonly TcpClient _client;
        private readonly SslStream _stream;
        private readonly LinkTarget _target;
        private readonly bool _isCertified;
        private readonly TimeProvider _clock;
        private readonly SemaphoreSlim _writing = new(1);
        private readonly ConcurrentDictionary<ulong, TaskCompletionSource<LinkMessage>> _waiting = new();

        private long _heard;

        public Connection(TcpClient client, SslStream stream, LinkTarget target, bool isCertified, TimeProvider clock)
        {
            (_isCertified, _clock, _client, _stream, _target) = (isCertified, clock, client, stream, target);
            _ = Receive();
        }

        /// <summary>Takes no further call.</summary>
        public bool IsBroken { get; private set; }

        /// <summary>A call had no answer in time. If nothing came since, the line is gone; else those that wait get what comes.</summary>
        public void Leave(long started)
        {
            IsBroken = true;
            if (Volatile.Read(ref _heard) < started || _waiting.IsEmpty)
            {
                Dispose();
            }
        }

        public async Task<LinkMessage> Call(LinkFrame frame, CancellationToken cancel)
        {
            var answer = new TaskCompletionSource<LinkMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting[frame.Correlation] = answer;
            try
            {
                if (IsBroken)
                {
                    throw Gone(null);
                }

                await _writing.WaitAsync(cancel);
                try
                {
                    await _stream.WriteAsync(frame.Encode(), cancel);
                }
                catch (IOException e)
                {
                    throw Gone(e);
                }
                catch (OperationCanceledException)
                {
                    // Half a frame: nothing that comes after it could be read.
                    Dispose();
                    throw;
                }
                finally
                {
                    _writing.Release();
                }

                return await answer.Task.WaitAsync(cancel);
            }
            finally
            {
                _waiting.TryRemove(frame.Correlation, out _);
                if (IsBroken && _waiting.IsEmpty)
                {
                    Dispose();
                }
            }
        }

        private async Task Receive()
        {
            var header = new byte[4];
            try
            {
                while (true)
                {
                    await _stream.ReadExactlyAsync(header);
                    Volatile.Write(ref _heard, _clock.GetTimestamp());
                    uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
                    if (length is < LinkFrame.HeaderSize or > LinkFrame.MaxLength)
                    {
                        break;
                    }

                    var bytes = new byte[length];
                    await _stream.ReadExactlyAsync(bytes);
                    if (LinkFrame.Decode(bytes) is not { Kind: FrameKind.Response } frame)
                    {
                        break;
                    }

                    if (_waiting.TryGetValue(frame.Correlation, out var answer))
                    {
                        answer.TrySetResult(frame.Message);
                    }
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // The end of the connection: whoever waits is told below.
            }

            IsBroken = true;
            foreach (var answer in _waiting.Values)
            {
                answer.TrySetException(Gone(null));
            }
        }

        private LinkException Gone(Exception? inner) =>
            new(
                $"The connection to {_target} broke off before the answer came. Nothing is lost: repeat it later."
                + (_isCertified && Volatile.Read(ref _heard) == 0 ? " If it does so each time, it does not accept this party's "
                + "certificate: compare the clocks, and set the wrong clock right." : ""),
                inner);

        public void Dispose()
        {
            IsBroken = true;
            _stream.Dispose();
            _client.Dispose();
        }
    }
}
