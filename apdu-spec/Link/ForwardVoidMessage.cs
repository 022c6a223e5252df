namespace HierCash.Protocol.Link;

/// <summary>Shop to issuer: take this payment back (hole 2, rule R4).</summary>
public sealed record ForwardVoidMessage(VoidedPayment Voided) : ILinkRequest<ForwardVoidMessage, ForwardVoidReply>
{
    public static MessageType Type => MessageType.ForwardVoid;

    public static BodyLimit Limit => new(VoidedPayment.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Voided.Write(ref writer);

    public static ForwardVoidMessage? Read(ref BerTlvReader reader) => new(VoidedPayment.Read(ref reader));
}

public sealed record ForwardVoidReply(Reversal Reversal) : ILinkBody<ForwardVoidReply>
{
    public static MessageType Type => MessageType.ForwardVoidReply;

    public static BodyLimit Limit => new(Reversal.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Reversal.Write(ref writer);

    public static ForwardVoidReply? Read(ref BerTlvReader reader) => new(Reversal.Read(ref reader));
}
