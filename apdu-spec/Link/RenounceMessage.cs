namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: neither card nor wallet has the order that the bank lacks (rule R27).</summary>
public sealed record RenounceMessage(Renunciation Word)
    : ILinkRequest<RenounceMessage, RenounceReply>, IObjectBody<RenounceMessage, Renunciation>
{
    public static MessageType Type => MessageType.Renounce;

    public Renunciation Object => Word;

    public static RenounceMessage Of(Renunciation item) => new(item);
}

/// <param name="Until">Until when the bank waits for the order all the same; null where the number is closed.</param>
public sealed record RenounceReply(Timestamp? Until) : ILinkBody<RenounceReply>
{
    public static MessageType Type => MessageType.RenounceReply;

    public static BodyLimit Limit => new(16);

    public void Write(ref BerTlvWriter writer) => ShowOrderReply.WriteUntil(ref writer, Until);

    public static RenounceReply? Read(ref BerTlvReader reader) => new(ShowOrderReply.ReadUntil(ref reader));
}
