namespace HierCash.Protocol.Link;

/// <summary>Wallet to issuer, sealed: a void that its card was given (hole 3, rule R4).</summary>
public sealed record UploadVoidMessage(VoidedPayment Voided) : ILinkRequest<UploadVoidMessage, UploadVoidReply>
{
    public static MessageType Type => MessageType.UploadVoid;

    public static BodyLimit Limit => new(VoidedPayment.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Voided.Write(ref writer);

    public static UploadVoidMessage? Read(ref BerTlvReader reader) => new(VoidedPayment.Read(ref reader));
}

public sealed record UploadVoidReply(Reversal Reversal) : ILinkBody<UploadVoidReply>
{
    public static MessageType Type => MessageType.UploadVoidReply;

    public static BodyLimit Limit => new(Reversal.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Reversal.Write(ref writer);

    public static UploadVoidReply? Read(ref BerTlvReader reader) => new(Reversal.Read(ref reader));
}
