namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: a wallet's sealed message, as it came (hole 23).</summary>
public sealed record RelaySealedMessage(SealedMessage Sealed)
    : ILinkRequest<RelaySealedMessage, RelaySealedReply>, IObjectBody<RelaySealedMessage, SealedMessage>
{
    public static MessageType Type => MessageType.RelaySealed;

    public SealedMessage Object => Sealed;

    public static RelaySealedMessage Of(SealedMessage item) => new(item);
}

/// <param name="Answer">Sealed for whoever sealed the message.</param>
public sealed record RelaySealedReply(byte[] Answer) : IObjectBody<RelaySealedReply, SealedAnswer>
{
    public static MessageType Type => MessageType.RelaySealedReply;

    public SealedAnswer Object => new(Answer);

    public static RelaySealedReply Of(SealedAnswer item) => new(item.Ciphertext);
}
