namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: a wallet's sealed message, as it came (hole 23).</summary>
public sealed record RelaySealedMessage(SealedMessage Sealed) : ILinkRequest<RelaySealedMessage, RelaySealedReply>
{
    public static MessageType Type => MessageType.RelaySealed;

    public static BodyLimit Limit => new(SealedMessage.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => writer.WriteEncoded(Sealed.Encode());

    public static RelaySealedMessage? Read(ref BerTlvReader reader) =>
        SealedMessage.Decode(reader.ReadRest()) is { } message ? new(message) : null;
}

/// <param name="Answer">Sealed for whoever sealed the message.</param>
public sealed record RelaySealedReply(byte[] Answer) : ILinkBody<RelaySealedReply>
{
    public static MessageType Type => MessageType.RelaySealedReply;

    public static BodyLimit Limit => new(SealedMessage.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => RelayReply.WriteAnswer(ref writer, Answer);

    public static RelaySealedReply? Read(ref BerTlvReader reader) => new(RelayReply.ReadAnswer(ref reader));
}
