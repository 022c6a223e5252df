namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: the card is lost (hole 10).</summary>
public sealed record LostCardMessage(LostCardReport Report)
    : ILinkRequest<LostCardMessage, LostCardReply>, IObjectBody<LostCardMessage, LostCardReport>
{
    public static MessageType Type => MessageType.LostCard;

    public LostCardReport Object => Report;

    public static LostCardMessage Of(LostCardReport item) => new(item);
}

/// <param name="Cancelled">Coins.</param>
public sealed record LostCardReply(ulong Cancelled) : ILinkBody<LostCardReply>
{
    public static MessageType Type => MessageType.LostCardReply;

    public static BodyLimit Limit => new(16);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Number, Cancelled);

    public static LostCardReply? Read(ref BerTlvReader reader) => new(reader.ReadUInt64(WalletTag.Number));
}
