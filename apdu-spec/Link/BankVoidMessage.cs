namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: a void that it heard with a rebuttal (hole 3, rule R4).</summary>
public sealed record BankVoidMessage(VoidedPayment Voided)
    : ILinkRequest<BankVoidMessage, BankVoidReply>, IObjectBody<BankVoidMessage, VoidedPayment>
{
    public static MessageType Type => MessageType.BankVoid;

    public VoidedPayment Object => Voided;

    public static BankVoidMessage Of(VoidedPayment item) => new(item);
}

public sealed record BankVoidReply(Reversal Reversal) : IObjectBody<BankVoidReply, Reversal>
{
    public static MessageType Type => MessageType.BankVoidReply;

    public Reversal Object => Reversal;

    public static BankVoidReply Of(Reversal item) => new(item);
}
