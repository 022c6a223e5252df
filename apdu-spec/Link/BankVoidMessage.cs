namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: a void that it heard with a rebuttal (hole 3, rule R4).</summary>
public sealed record BankVoidMessage(VoidedPayment Voided) : ILinkRequest<BankVoidMessage, BankVoidReply>
{
    public static MessageType Type => MessageType.BankVoid;

    public static BodyLimit Limit => new(VoidedPayment.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Voided.Write(ref writer);

    public static BankVoidMessage? Read(ref BerTlvReader reader) => new(VoidedPayment.Read(ref reader));
}

public sealed record BankVoidReply(Reversal Reversal) : ILinkBody<BankVoidReply>
{
    public static MessageType Type => MessageType.BankVoidReply;

    public static BodyLimit Limit => new(Reversal.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Reversal.Write(ref writer);

    public static BankVoidReply? Read(ref BerTlvReader reader) => new(Reversal.Read(ref reader));
}
