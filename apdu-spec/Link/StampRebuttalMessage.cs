namespace HierCash.Protocol.Link;

/// <summary>Wallet to issuer, sealed: stamp my rebuttal (rule R5).</summary>
/// <param name="Rebuttal">Its hash: the issuer sees no more of it.</param>
public sealed record StampRebuttalMessage(Digest Rebuttal) : ILinkRequest<StampRebuttalMessage, StampRebuttalReply>
{
    public static MessageType Type => MessageType.StampRebuttal;

    public static BodyLimit Limit => new(48);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Digest, Rebuttal.ToArray());

    public static StampRebuttalMessage? Read(ref BerTlvReader reader) => new(Digest.Read(reader.ReadBytes(WalletTag.Digest, Digest.Size)));
}

public sealed record StampRebuttalReply(Stamp Stamp) : ILinkBody<StampRebuttalReply>
{
    public static MessageType Type => MessageType.StampRebuttalReply;

    public static BodyLimit Limit => new(Stamp.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Stamp.Write(ref writer);

    public static StampRebuttalReply? Read(ref BerTlvReader reader) => new(Stamp.Read(ref reader));
}
