namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: cancel the coin of a lost card (hole 10).</summary>
public sealed record CancelMessage(Cancellation Order) : ILinkRequest<CancelMessage, CancelReply>, IObjectBody<CancelMessage, Cancellation>
{
    public static MessageType Type => MessageType.Cancel;

    public Cancellation Object => Order;

    public static CancelMessage Of(Cancellation item) => new(item);
}

/// <param name="Date">Since when it is cancelled.</param>
public sealed record CancelReply(Timestamp Date) : ILinkBody<CancelReply>
{
    public static MessageType Type => MessageType.CancelReply;

    public static BodyLimit Limit => new(16);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Date, Date);

    public static CancelReply? Read(ref BerTlvReader reader) => new(reader.ReadTimestamp(WalletTag.Date));
}
