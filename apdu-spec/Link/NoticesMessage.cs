namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: is there evidence against me (rule R5)?</summary>
/// <param name="User">U: known to nobody but its bank and whoever has the card's PIN.</param>
public sealed record NoticesMessage(AccountId User) : ILinkRequest<NoticesMessage, NoticesReply>
{
    public static MessageType Type => MessageType.Notices;

    public static BodyLimit Limit => new(24);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.U, User);

    public static NoticesMessage? Read(ref BerTlvReader reader) => new(reader.ReadUser());
}

public sealed record NoticesReply(IReadOnlyList<Notice> Notices) : IListBody<NoticesReply, Notice>
{
    /// <summary>Notices in one reply.</summary>
    public static int Max => 256;

    public static MessageType Type => MessageType.NoticesReply;

    public IReadOnlyList<Notice> Items => Notices;

    public static NoticesReply Of(IReadOnlyList<Notice> items) => new(items);
}
