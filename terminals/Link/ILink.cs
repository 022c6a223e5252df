namespace HierCash.Terminals.Link;

/// <summary>A way to ask another party. Implementations: in-process, TCP.</summary>
public interface ILink
{
    /// <exception cref="LinkException">
    /// No answer; whether the other side did it is unknown, so ask again: every request may be repeated.
    /// </exception>
    ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel);
}

public enum LinkRole { Wallet, Bank, Shop, Issuer }

/// <summary>What both ends of every way between parties do with a party that cannot use its own files (rule R28).</summary>
public static class Answering
{
    /// <summary>The party's answer; where its files fail, the refusal that says why.</summary>
    public static async ValueTask<LinkMessage> Ask(
        ILinkHandler party, LinkPeer peer, LinkMessage request, Action<Exception>? failed, CancellationToken cancel)
    {
        try
        {
            return await party.Handle(peer, request, cancel);
        }
        catch (Exception e) when (IsOfFiles(party, e))
        {
            failed?.Invoke(e);
            return new Refusal(RefusalReason.CannotStore, $"This party's own files fail: {party.WhyNotStored(e)}.").ToMessage();
        }
    }

    private static bool IsOfFiles(ILinkHandler party, Exception fault) => party.WhyNotStored(fault) is not null;

    /// <exception cref="LinkException">The peer has no answer, and says why.</exception>
    public static LinkMessage Take(LinkMessage reply, string peer)
    {
        if (Refusal.Read(reply) is not { Reason: RefusalReason.CannotStore } refusal)
        {
            return reply;
        }

        string why = refusal.Text[(refusal.Text.IndexOf(": ", StringComparison.Ordinal) is var at && at >= 0 ? at + 2 : 0)..].TrimEnd('.');
        throw new LinkException($"No answer from {peer} just now, for its own files fail: {why}. It goes on by itself when that is mended. "
            + $"Nothing is lost: repeat it later.") { StoreFault = why };
    }
}

/// <summary>Who asks, as the link authenticated it: role, number and key (rule R17). A wallet has no identity (hole 23).</summary>
/// <param name="Key">Of the certificate that the peer holds; null for a wallet.</param>
public readonly record struct LinkPeer(LinkRole Role, PartyId Id, PublicKey? Key = null)
{
    public static readonly LinkPeer Wallet = new(LinkRole.Wallet, default);

    public override string ToString() => Role == LinkRole.Wallet ? "a wallet" : $"{Role.ToString().ToLowerInvariant()} {Id}";
}

/// <summary>A party as its links see it.</summary>
public interface ILinkHandler
{
    /// <summary>Answers any request, also a malformed one. Throws only if the party itself is broken.</summary>
    ValueTask<LinkMessage> Handle(LinkPeer peer, LinkMessage request, CancellationToken cancel);

    /// <summary>Why the party's own files fail (rule R28), where that is the fault: no path of its machine. Null for any other.</summary>
    string? WhyNotStored(Exception fault) => null;
}

/// <summary>A party with accounts, whose signatures some requests bear: who sends such a request is no stranger (rule R22).</summary>
public interface IAccountKeeper
{
    /// <summary>The known account that signed it; null for any other request.</summary>
    AccountId? SignedBy(LinkMessage request);
}

/// <summary>Sees every frame that passes, as bytes; for privacy checks and fault injection.</summary>
public interface IWireTap
{
    void Saw(string from, string to, ReadOnlySpan<byte> frame);
}

/// <summary>Two parties in one process. Both directions go through the frame's bytes, as on a wire.</summary>
/// <param name="time">What the other side's clock says.</param>
public sealed class InProcessLink(LinkPeer self, string name, string peerName, Func<ILinkHandler> peer, Func<Timestamp> time,
    IWireTap? tap = null) : ILink
{
    private ulong _correlation;

    public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
    {
        ulong correlation = Interlocked.Increment(ref _correlation);
        var frame = new LinkFrame(FrameKind.Request, correlation, request).Encode();
        tap?.Saw(name, peerName, frame);
        var received = LinkFrame.Decode(frame.AsSpan(4)) ?? throw new LinkException($"The frame to {peerName} is broken.");
        var answer = await Answering.Ask(peer(), self, received.Message, null, cancel);
        var back = new LinkFrame(FrameKind.Response, received.Correlation, answer with { Said = time() }).Encode();
        tap?.Saw(peerName, name, back);
        var reply = LinkFrame.Decode(back.AsSpan(4));
        return reply is { Kind: FrameKind.Response } && reply.Correlation == correlation
            ? Answering.Take(reply.Message, peerName)
            : throw new LinkException($"{peerName} broke the frame format. Ask its operator.");
    }
}
