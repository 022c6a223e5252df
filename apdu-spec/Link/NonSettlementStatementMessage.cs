namespace HierCash.Protocol.Link;

/// <summary>Wallet to issuer, sealed: a statement about a payment that was never settled (hole 4).</summary>
public sealed record NonSettlementStatementMessage(CashPayment H)
    : ILinkRequest<NonSettlementStatementMessage, NonSettlementStatementReply>, IObjectBody<NonSettlementStatementMessage, CashPayment>
{
    public static MessageType Type => MessageType.NonSettlementStatement;

    public CashPayment Object => H;

    public static NonSettlementStatementMessage Of(CashPayment item) => new(item);
}

public sealed record NonSettlementStatementReply(NonSettlementStatement Statement)
    : IObjectBody<NonSettlementStatementReply, NonSettlementStatement>
{
    public static MessageType Type => MessageType.NonSettlementStatementReply;

    public NonSettlementStatement Object => Statement;

    public static NonSettlementStatementReply Of(NonSettlementStatement item) => new(item);
}
