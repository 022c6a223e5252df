using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals.Link;

/// <summary>One connection: who it is, then frames, answered in any order, until either side ends it.</summary>
/// <param name="stopping">The server stops: nothing more is read, what was read is answered.</param>
internal sealed partial class LinkConnectionHandler(
    ILinkHandler party, Digest scheme, ICashSuite suite, TimeProvider clock, LinkLimits limits, ConnectionShares shares, ILogger log, CancellationToken stopping) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var certificate = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        if (Identify(certificate) is not { } peer)
        {
            return;
        }

        var guest = connection.Features.Get<ConnectionShares.Guest>()!;
        if (certificate is not null && shares.IsParty(guest, peer, Digest.Of(certificate.PublicKey.EncodedKeyValue.RawData)) is { } full)
        {
            LogClosed(peer, full);
            return;
        }

        using var pending = new SemaphoreSlim(limits.MaxPending);
        using var writing = new SemaphoreSlim(1);
        try
        {
            while (await ReadFrame(connection) is { } frame)
            {
                await pending.WaitAsync(connection.ConnectionClosed);
                shares.Seen(guest, 1);
                _ = Answer(connection, guest, peer, frame, pending, writing);
            }
        }
        catch (LinkFaultException e)
        {
            LogClosed(peer, e.Message);
            if (e.Farewell is { } farewell)
            {
                await Write(connection, writing, farewell, e.Version);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Whoever is connected asks again when the server is back.
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionResetException)
        {
            LogClosed(peer, "the connection broke off");
        }
        finally
        {
            // Answers under way still use the semaphores.
            for (int i = 0; i < limits.MaxPending; i++)
            {
                await pending.WaitAsync(CancellationToken.None);
            }
        }
    }

    private LinkPeer? Identify(X509Certificate2? certificate)
    {
        if (certificate is null)
        {
            return LinkPeer.Wallet;
        }

        var finding = SchemeCertificate.Check(suite, certificate, scheme, clock.GetUtcNow());
        if (finding.Peer is null)
        {
            LogUnknown(finding.Fault!);
        }

        return finding.Peer;
    }

    /// <summary>The next frame; null where the other side ended the connection between frames.</summary>
    private async ValueTask<LinkFrame?> ReadFrame(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        var start = await Read(input, 4, limits.IdleTime, "no request came in time", connection.ConnectionClosed);
        if (start.Buffer.Length < 4)
        {
            return start.Buffer.IsEmpty ? null : throw new LinkFaultException("it ended inside a frame");
        }

        Span<byte> lengthBytes = stackalloc byte[4];
        start.Buffer.Slice(0, 4).CopyTo(lengthBytes);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(lengthBytes);
        if (length is < LinkFrame.HeaderSize or > LinkFrame.MaxLength)
        {
            throw new LinkFaultException($"it announced a frame of {length} bytes");
        }

        input.AdvanceTo(start.Buffer.Start);
        var whole = await Read(input, 4 + (int)length, limits.FrameTime, "a frame took too long", connection.ConnectionClosed);
        if (whole.Buffer.Length < 4 + length)
        {
            throw new LinkFaultException("it ended inside a frame");
        }

        var bytes = whole.Buffer.Slice(4, length).ToArray();
        input.AdvanceTo(whole.Buffer.GetPosition(4 + length));
        if (LinkFrame.Decode(bytes) is { Kind: FrameKind.Request } frame)
        {
            return frame;
        }

        var refusal = new Refusal(RefusalReason.Malformed, $"This party speaks version {LinkFrame.Version} of the link. Use a matching version.").ToMessage();
        throw new LinkFaultException($"it sent a frame of version {bytes[0]}, kind {bytes[1]}")
        {
            Farewell = new LinkFrame(FrameKind.Response, BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(2)), refusal with { Said = Timestamp.Now(clock) }), Version = bytes[0],
        };
    }

    private async ValueTask<ReadResult> Read(PipeReader input, int bytes, TimeSpan time, string late, CancellationToken closed)
    {
        using var timer = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, closed, stopping);
        try
        {
            return await input.ReadAtLeastAsync(bytes, either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            throw new LinkFaultException(late);
        }
    }

    private async Task Answer(ConnectionContext connection, ConnectionShares.Guest guest, LinkPeer peer, LinkFrame frame, SemaphoreSlim pending, SemaphoreSlim writing)
    {
        // The party's work must not hold up the reading of the next frame.
        await Task.Yield();
        try
        {
            var reply = await Work(connection, guest, peer, frame.Message);
            await Write(connection, writing, new LinkFrame(FrameKind.Response, frame.Correlation, reply with { Said = Timestamp.Now(clock) }));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionResetException)
        {
            LogUnanswered(peer, frame.Message.Type);
        }
        catch (Exception e)
        {
            LogFailed(e, peer, frame.Message.Type);
            connection.Abort();
        }
        finally
        {
            pending.Release();
        }
    }

    private async ValueTask<LinkMessage> Work(ConnectionContext connection, ConnectionShares.Guest guest, LinkPeer peer, LinkMessage request)
    {
        try
        {
            if (party is IAccountKeeper keeper && shares.IsStranger(guest) && keeper.SignedBy(request) is { } account)
            {
                shares.IsAccount(guest, account);
            }

            return await party.Handle(peer, request, connection.ConnectionClosed);
        }
        finally
        {
            // Before the answer leaves: whoever has it may ask for the next connection at once.
            shares.Seen(guest, -1);
        }
    }

    private static async ValueTask Write(ConnectionContext connection, SemaphoreSlim writing, LinkFrame frame, byte version = LinkFrame.Version)
    {
        await writing.WaitAsync(connection.ConnectionClosed);
        try
        {
            await connection.Transport.Output.WriteAsync(frame.Encode(version), connection.ConnectionClosed);
        }
        finally
        {
            writing.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "connection closed: {Reason}")]
    private partial void LogUnknown(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "connection of {Peer} closed: {Reason}")]
    private partial void LogClosed(LinkPeer peer, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Peer} left before its {Request} was answered")]
    private partial void LogUnanswered(LinkPeer peer, MessageType request);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Request} of {Peer} failed")]
    private partial void LogFailed(Exception exception, LinkPeer peer, MessageType request);
}

/// <summary>The other side broke the rules of the link.</summary>
internal sealed class LinkFaultException(string message) : Exception(message)
{
    /// <summary>What to tell it before the connection is closed.</summary>
    public LinkFrame? Farewell { get; init; }

    /// <summary>The link's version that it speaks: in any other it would not read the farewell.</summary>
    public byte Version { get; init; } = LinkFrame.Version;
}
