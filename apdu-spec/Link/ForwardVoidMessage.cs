namespace HierCash.Protocol.Link;

/// <summary>Shop to issuer: take this payment back (hole 2, rule R4).</summary>
public sealed record ForwardVoidMessage(VoidedPayment Voided)
    : ILinkRequest<ForwardVoidMessage, ForwardVoidReply>, IObjectBody<ForwardVoidMessage, VoidedPayment>
{
    public static MessageType Type => MessageType.ForwardVoid;

    public VoidedPayment Object => Voided;

    public static ForwardVoidMessage Of(VoidedPayment item) => new(item);
}

public sealed record ForwardVoidReply(Reversal Reversal) : IObjectBody<ForwardVoidReply, Reversal>
{
    public static MessageType Type => MessageType.ForwardVoidReply;

    public Reversal Object => Reversal;

    public static ForwardVoidReply Of(Reversal item) => new(item);
}
