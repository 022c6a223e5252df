namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: the statements of its circulation after a number.</summary>
public sealed record AuditStatementsMessage(ulong After) : ILinkRequest<AuditStatementsMessage, AuditStatementsReply>
{
    public static MessageType Type => MessageType.AuditStatements;

    public static BodyLimit Limit => new(16);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Number, After);

    public static AuditStatementsMessage? Read(ref BerTlvReader reader) =>
        reader.ReadUInt64(WalletTag.Number) is var after and <= long.MaxValue ? new(after) : null;
}

public sealed record AuditStatementsReply(IReadOnlyList<CirculationStatement> Statements)
    : IListBody<AuditStatementsReply, CirculationStatement>
{
    public static MessageType Type => MessageType.AuditStatementsReply;

    public static BodyLimit Limit => BodyLimit.OfReplyFrame(BodyLimit.AsFit);

    public static int Max => BodyLimit.AsFit;

    public IReadOnlyList<CirculationStatement> Items => Statements;

    public static AuditStatementsReply Of(IReadOnlyList<CirculationStatement> items) => new(items);
}
