using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals.Link;

/// <summary>One connection: who it is, then frames, answered in any order, until either side ends it.</summary>
/// <param name="stopping">The server stops: nothing more is read, what was read is answered.</param>
internal sealed partial class LinkConnectionHandler(
    ILinkHandler party, Digest scheme, ICashSuite suite, TimeProvider clock, LinkLimits limits, ConnectionShares shares, ILogger log,
    CancellationToken stopping) : ConnectionHandler
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
        using var strange = new SemaphoreSlim(limits.MaxPendingOfStranger);
        using var writing = new SemaphoreSlim(1);
        try
        {
            while (await ReadFrame(connection, guest) is { } read)
            {
                await pending.WaitAsync(connection.ConnectionClosed);
                bool isStranger = shares.IsStranger(guest);
                if (isStranger)
                {
                    await Take(strange, pending, connection.ConnectionClosed);
                }

                shares.Seen(guest, 1);
                _ = Answer(connection, guest, peer, read, pending, isStranger ? strange : null, writing);
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

    /// <summary>One of a stranger's few requests at a time; what it took before it gives back where it gets none.</summary>
    private static async Task Take(SemaphoreSlim strange, SemaphoreSlim pending, CancellationToken closed)
    {
        try
        {
            await strange.WaitAsync(closed);
        }
        catch (OperationCanceledException)
        {
            pending.Release();
            throw;
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
    private async ValueTask<ReadFrameResult?> ReadFrame(ConnectionContext connection, ConnectionShares.Guest guest)
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
        var place = Place(connection, guest, length);
        try
        {
            return new ReadFrameResult(await ReadFrame(connection, (int)length), place);
        }
        catch
        {
            shares.Leave(place);
            throw;
        }
    }

    /// <summary>A stranger's long frame takes one of the few places for such; null where it needs none (rule R30).</summary>
    private ConnectionShares.Guest? Place(ConnectionContext connection, ConnectionShares.Guest guest, uint length)
    {
        bool isLong = length > limits.MaxStrangerFrame && shares.IsStranger(guest);
        return !isLong ? null
            : length > limits.MaxLongFrame ? throw new LinkFaultException($"it announced a frame of {length} bytes, and nobody knows it")
            : shares.LongFrame(connection) ?? throw new LinkFaultException(
                $"it announced a frame of {length} bytes, and others send long ones");
    }

    private async ValueTask<LinkFrame> ReadFrame(ConnectionContext connection, int length)
    {
        var input = connection.Transport.Input;
        var whole = await Read(input, 4 + length, limits.FrameTime, "a frame took too long", connection.ConnectionClosed);
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

        var refusal = new Refusal(RefusalReason.Malformed,
            $"This party speaks version {LinkFrame.Version} of the link. Use a matching version.").ToMessage();
        throw new LinkFaultException($"it sent a frame of version {bytes[0]}, kind {bytes[1]}")
        {
            Farewell = new LinkFrame(FrameKind.Response, BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(2)),
                refusal with { Said = Timestamp.Now(clock) }), Version = bytes[0],
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

    private async Task Answer(
        ConnectionContext connection, ConnectionShares.Guest guest, LinkPeer peer, ReadFrameResult read, SemaphoreSlim pending,
        SemaphoreSlim? strange, SemaphoreSlim writing)
    {
        // The party's work must not hold up the reading of the next frame.
        await Task.Yield();
        var frame = read.Frame;
        try
        {
            var reply = await Work(connection, guest, peer, frame.Message);
            await Write(connection, writing, new LinkFrame(
                FrameKind.Response, frame.Correlation, reply with { Said = Timestamp.Now(clock) }));
            if (shares.IsTooMuch(guest, reply))
            {
                LogClosed(peer, "strangers of its address send what nobody understands");
                connection.Abort();
            }
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
            shares.Leave(read.Place);
            strange?.Release();
            pending.Release();
        }
    }

    private async ValueTask<LinkMessage> Work(
        ConnectionContext connection, ConnectionShares.Guest guest, LinkPeer peer, LinkMessage request)
    {
        try
        {
            if (party is IAccountKeeper keeper && shares.IsStranger(guest) && keeper.SignedBy(request) is { } account)
            {
                shares.IsAccount(guest, account);
            }

            return await Answering.Ask(party, peer, request, e => LogNotStored(peer, request.Type, e.Message), connection.ConnectionClosed);
        }
        finally
        {
            // Before the answer leaves: whoever has it may ask for the next connection at once.
            shares.Seen(guest, -1);
        }
    }

    private async ValueTask Write(ConnectionContext connection, SemaphoreSlim writing, LinkFrame frame, byte version = LinkFrame.Version)
    {
        await writing.WaitAsync(connection.ConnectionClosed);
        try
        {
            // Who asks and never takes the answers is as gone as who says nothing.
            using var timer = new CancellationTokenSource(limits.WriteTime, clock);
            using var abort = timer.Token.Register(connection.Abort);
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

    [LoggerMessage(Level = LogLevel.Error,
        Message = "{Request} of {Peer} is not answered, because the party's own files cannot be used: {Reason}")]
    private partial void LogNotStored(LinkPeer peer, MessageType request, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Request} of {Peer} failed")]
    private partial void LogFailed(Exception exception, LinkPeer peer, MessageType request);
}

/// <summary>A request, and the place that a stranger's long one takes until it is answered.</summary>
internal readonly record struct ReadFrameResult(LinkFrame Frame, ConnectionShares.Guest? Place);

/// <summary>The other side broke the rules of the link.</summary>
internal sealed class LinkFaultException(string message) : Exception(message)
{
    /// <summary>What to tell it before the connection is closed.</summary>
    public LinkFrame? Farewell { get; init; }

    /// <summary>The link's version that it speaks: in any other it would not read the farewell.</summary>
    public byte Version { get; init; } = LinkFrame.Version;
}
