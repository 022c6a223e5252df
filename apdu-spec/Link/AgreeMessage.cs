namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer, the first thing of each visit: how far both are with each other (R27).</summary>
/// <param name="Heard">The newest of the issuer's positions that the bank has; null if it has none.</param>
public sealed record AgreeMessage(Position Own, Position? Heard) : ILinkRequest<AgreeMessage, AgreeReply>
{
    public static MessageType Type => MessageType.Agree;

    public static BodyLimit Limit => new(2 * Position.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer)
    {
        Own.Write(ref writer);
        Heard?.Write(ref writer);
    }

    public static AgreeMessage? Read(ref BerTlvReader reader) => new(reader.Read<Position>(), reader.ReadOptional<Position>());
}

/// <param name="Position">The issuer's; or the bank's own that the issuer has, where the bank is behind it.</param>
public sealed record AgreeReply(Position Position) : IObjectBody<AgreeReply, Position>
{
    public static MessageType Type => MessageType.AgreeReply;

    public Position Object => Position;

    public static AgreeReply Of(Position item) => new(item);
}
