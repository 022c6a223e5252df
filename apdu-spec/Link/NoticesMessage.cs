namespace HierCash.Protocol.Link;

/// <summary>Wallet to bank: is there evidence against me (rule R5)?</summary>
/// <param name="User">U: known to nobody but its bank and whoever has the card's PIN.</param>
public sealed record NoticesMessage(AccountId User) : ILinkRequest<NoticesMessage, NoticesReply>
{
    public static MessageType Type => MessageType.Notices;

    public static BodyLimit Limit => new(24);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.U, User.Value.ToArray());

    public static NoticesMessage? Read(ref BerTlvReader reader) => new(new AccountId(Id16.Read(reader.ReadBytes(WalletTag.U, Id16.Size))));
}

public sealed record NoticesReply(IReadOnlyList<Notice> Notices) : ILinkBody<NoticesReply>
{
    /// <summary>Notices in one reply.</summary>
    public const int Max = 256;

    public static MessageType Type => MessageType.NoticesReply;

    public static BodyLimit Limit => new(Max * Notice.MaxEncodedSize, Max);

    public int Room => Notices.Count * Notice.MaxEncodedSize;

    public int Entries => Notices.Count;

    public void Write(ref BerTlvWriter writer)
    {
        foreach (var notice in Notices)
        {
            notice.Write(ref writer);
        }
    }

    public static NoticesReply? Read(ref BerTlvReader reader) => new(LinkBody.ReadList(ref reader, Max, Notice.Read));
}
