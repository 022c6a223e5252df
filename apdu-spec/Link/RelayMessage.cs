namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: a sealed message for the issuer (hole 23).</summary>
public sealed record RelayMessage(SealedMessage Sealed) : ILinkRequest<RelayMessage, RelayReply>, IObjectBody<RelayMessage, SealedMessage>
{
    public static MessageType Type => MessageType.Relay;

    public SealedMessage Object => Sealed;

    public static RelayMessage Of(SealedMessage item) => new(item);
}

/// <param name="Answer">The issuer's, as it sealed it.</param>
public sealed record RelayReply(byte[] Answer) : IObjectBody<RelayReply, SealedAnswer>
{
    public static MessageType Type => MessageType.RelayReply;

    public SealedAnswer Object => new(Answer);

    public static RelayReply Of(SealedAnswer item) => new(item.Ciphertext);
}

/// <summary>The answer to a <see cref="SealedMessage"/>, as the issuer sealed it.</summary>
public sealed record SealedAnswer(byte[] Ciphertext) : IDataObject<SealedAnswer>
{
    public static Tag? Tag => WalletTag.SealedMessage;

    public static int MaxEncodedSize => SealedMessage.MaxEncodedSize;

    public void WriteFields(ref BerTlvWriter writer) => writer.Write(WalletTag.Ciphertext, Ciphertext);

    public static SealedAnswer ReadFields(ref BerTlvReader r) => new(r.Read(WalletTag.Ciphertext).ToArray());
}
