using HierCash.Protocol.Cash;
using HierCash.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer, the first thing of each visit: how far both are with each other (R27).</summary>
public static class AgreeMessage
{
    /// <param name="heard">The newest of the issuer's positions that the bank has; null if it has none.</param>
    public static LinkMessage Write(Position own, Position? heard) => new(
        MessageType.Agree,
        BerTlv.Encode(2 * Position.MaxEncodedSize, (ref BerTlvWriter w) =>
        {
            own.Write(ref w);
            heard?.Write(ref w);
        }));

    public static (Position Own, Position? Heard)? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var own = Position.Read(ref r);
        var heard = r.HasMore ? Position.Read(ref r) : null;
        return r.Complete ? (own, heard) : null;
    }

    /// <param name="position">The issuer's; or the bank's own that the issuer has, where the bank is behind it.</param>
    public static LinkMessage WriteReply(Position position) => new(MessageType.AgreeReply, position.Encode());

    public static Position? ReadReply(LinkMessage message) => message.Type == MessageType.AgreeReply ? Position.Decode(message.Body) : null;
}
