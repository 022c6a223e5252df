namespace HierCash.Protocol.Link;

/// <summary>Wallet to issuer, sealed: a void that its card was given (hole 3, rule R4).</summary>
public sealed record UploadVoidMessage(VoidedPayment Voided)
    : ILinkRequest<UploadVoidMessage, UploadVoidReply>, IObjectBody<UploadVoidMessage, VoidedPayment>
{
    public static MessageType Type => MessageType.UploadVoid;

    public VoidedPayment Object => Voided;

    public static UploadVoidMessage Of(VoidedPayment item) => new(item);
}

public sealed record UploadVoidReply(Reversal Reversal) : IObjectBody<UploadVoidReply, Reversal>
{
    public static MessageType Type => MessageType.UploadVoidReply;

    public Reversal Object => Reversal;

    public static UploadVoidReply Of(Reversal item) => new(item);
}
