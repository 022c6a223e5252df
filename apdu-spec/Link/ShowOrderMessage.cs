namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: an order that the bank does not know, as the card signs it again (rule R27).</summary>
public sealed record ShowOrderMessage(ShownOrder Order)
    : ILinkRequest<ShowOrderMessage, ShowOrderReply>, IObjectBody<ShowOrderMessage, ShownOrder>
{
    public static MessageType Type => MessageType.ShowOrder;

    public ShownOrder Object => Order;

    public static ShowOrderMessage Of(ShownOrder item) => new(item);
}

/// <param name="Until">Until when the bank waits for the order all the same; null where the order is known.</param>
public sealed record ShowOrderReply(Timestamp? Until) : ILinkBody<ShowOrderReply>
{
    public static MessageType Type => MessageType.ShowOrderReply;

    public static BodyLimit Limit => new(16);

    public void Write(ref BerTlvWriter writer) => WriteUntil(ref writer, Until);

    public static ShowOrderReply? Read(ref BerTlvReader reader) => new(ReadUntil(ref reader));

    internal static void WriteUntil(ref BerTlvWriter writer, Timestamp? until)
    {
        if (until is { } date)
        {
            writer.Write(WalletTag.Until, date);
        }
    }

    internal static Timestamp? ReadUntil(ref BerTlvReader reader) => reader.HasMore ? reader.ReadTimestamp(WalletTag.Until) : null;
}
