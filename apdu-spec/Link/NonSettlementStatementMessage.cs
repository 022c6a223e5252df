using HierCash.Iso7816;
using HierCash.Protocol.Cash;

namespace HierCash.Protocol.Link;

/// <summary>Wallet to issuer, sealed: a statement about a payment that was never settled (hole 4).</summary>
public sealed record NonSettlementStatementMessage(CashPayment H) : ILinkRequest<NonSettlementStatementMessage, NonSettlementStatementReply>
{
    public static MessageType Type => MessageType.NonSettlementStatement;

    public static BodyLimit Limit => new(CashPayment.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => H.Write(ref writer);

    public static NonSettlementStatementMessage? Read(ref BerTlvReader reader) => new(CashPayment.Read(ref reader));
}

public sealed record NonSettlementStatementReply(NonSettlementStatement Statement) : ILinkBody<NonSettlementStatementReply>
{
    public static MessageType Type => MessageType.NonSettlementStatementReply;

    public static BodyLimit Limit => new(NonSettlementStatement.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Statement.Write(ref writer);

    public static NonSettlementStatementReply? Read(ref BerTlvReader reader) => new(NonSettlementStatement.Read(ref reader));
}
