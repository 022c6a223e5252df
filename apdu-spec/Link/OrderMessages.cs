using HierCash.Protocol.Cash;
using HierCash.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: how the gap of an order that the bank does not know is closed (rule R27).</summary>
public static class OrderMessages
{
    public static LinkMessage WriteShown(ShownOrder order) => new(MessageType.ShowOrder, BerTlv.Encode(ShownOrder.MaxEncodedSize, order.Write));

    public static ShownOrder? ReadShown(LinkMessage message) => ShownOrder.Decode(message.Body);

    public static LinkMessage WriteRenounce(Renunciation renunciation) => new(MessageType.Renounce, renunciation.Encode());

    public static Renunciation? ReadRenounce(LinkMessage message) => Renunciation.Decode(message.Body);

    /// <param name="until">Until when the bank waits for the order all the same; null where the number is closed.</param>
    public static LinkMessage WriteReply(MessageType type, Timestamp? until) => new(type, BerTlv.Encode(16, (ref BerTlvWriter w) =>
    {
        if (until is { } date)
        {
            w.Write(WalletTag.Until, date.Microseconds);
        }
    }));

    /// <returns>False where the message is no such reply.</returns>
    public static bool ReadReply(LinkMessage message, MessageType expected, out Timestamp? until)
    {
        var r = new BerTlvReader(message.Body);
        until = r.Next(WalletTag.Until) ? new Timestamp(r.ReadUInt64(WalletTag.Until)) : null;
        return r.Complete && message.Type == expected;
    }
}
