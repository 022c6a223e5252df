namespace HierCash.Protocol.Link;

/// <summary>Wallet to issuer, sealed: stamp my rebuttal (rule R5).</summary>
/// <param name="Rebuttal">Its hash: the issuer sees no more of it.</param>
public sealed record StampRebuttalMessage(Digest Rebuttal) : ILinkRequest<StampRebuttalMessage, StampRebuttalReply>
{
    public static MessageType Type => MessageType.StampRebuttal;

    public static BodyLimit Limit => new(48);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Digest, Rebuttal);

    public static StampRebuttalMessage? Read(ref BerTlvReader reader) => new(reader.ReadDigest(WalletTag.Digest));
}

public sealed record StampRebuttalReply(Stamp Stamp) : IObjectBody<StampRebuttalReply, Stamp>
{
    public static MessageType Type => MessageType.StampRebuttalReply;

    public Stamp Object => Stamp;

    public static StampRebuttalReply Of(Stamp item) => new(item);
}
