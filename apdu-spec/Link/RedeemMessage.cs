namespace HierCash.Protocol.Link;

/// <summary>Wallet to issuer, sealed: redemption (hole 9).</summary>
public sealed record RedeemMessage(CashPayment H) : ILinkRequest<RedeemMessage, RedeemReply>, IObjectBody<RedeemMessage, CashPayment>
{
    public static MessageType Type => MessageType.Redeem;

    public CashPayment Object => H;

    public static RedeemMessage Of(CashPayment item) => new(item);
}

public sealed record RedeemReply(Receipt Receipt) : IObjectBody<RedeemReply, Receipt>
{
    public static MessageType Type => MessageType.RedeemReply;

    public Receipt Object => Receipt;

    public static RedeemReply Of(Receipt item) => new(item);
}
