namespace HierCash.Protocol.Link;

/// <summary>Wallet to issuer, sealed: redemption (hole 9).</summary>
public sealed record RedeemMessage(CashPayment H) : ILinkRequest<RedeemMessage, RedeemReply>
{
    public static MessageType Type => MessageType.Redeem;

    public static BodyLimit Limit => new(CashPayment.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => H.Write(ref writer);

    public static RedeemMessage? Read(ref BerTlvReader reader) => new(CashPayment.Read(ref reader));
}

public sealed record RedeemReply(Receipt Receipt) : ILinkBody<RedeemReply>
{
    public static MessageType Type => MessageType.RedeemReply;

    public static BodyLimit Limit => new(Receipt.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Receipt.Write(ref writer);

    public static RedeemReply? Read(ref BerTlvReader reader) => new(Receipt.Read(ref reader));
}
