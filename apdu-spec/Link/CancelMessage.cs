namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: cancel the coin of a lost card (hole 10).</summary>
public sealed record CancelMessage(Cancellation Order) : ILinkRequest<CancelMessage, CancelReply>
{
    public static MessageType Type => MessageType.Cancel;

    public static BodyLimit Limit => new(Cancellation.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer) => Order.Write(ref writer);

    public static CancelMessage? Read(ref BerTlvReader reader) => Cancellation.Decode(reader.ReadRest()) is { } order ? new(order) : null;
}

/// <param name="Date">Since when it is cancelled.</param>
public sealed record CancelReply(Timestamp Date) : ILinkBody<CancelReply>
{
    public static MessageType Type => MessageType.CancelReply;

    public static BodyLimit Limit => new(16);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Date, Date.Microseconds);

    public static CancelReply? Read(ref BerTlvReader reader) => new(new Timestamp(reader.ReadUInt64(WalletTag.Date)));
}
