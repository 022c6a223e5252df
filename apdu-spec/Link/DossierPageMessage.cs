namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: a page of the dossier that it was told of last (rule R9).</summary>
public sealed record DossierPageMessage(CoinId Coin, uint Revision, uint Index) : ILinkRequest<DossierPageMessage, DossierPageReply>
{
    public static MessageType Type => MessageType.DossierPage;

    public static BodyLimit Limit => new(64);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.CoinId, Coin);
        writer.Write(WalletTag.DossierRevision, Revision);
        writer.Write(WalletTag.PageIndex, Index);
    }

    public static DossierPageMessage? Read(ref BerTlvReader reader) =>
        new(reader.ReadCoinId(), reader.ReadUInt32(WalletTag.DossierRevision), reader.ReadUInt32(WalletTag.PageIndex));
}

public sealed record DossierPageReply(DossierPage Page) : ILinkBody<DossierPageReply>
{
    public static MessageType Type => MessageType.DossierPageReply;

    public static BodyLimit Limit => BodyLimit.OfReplyFrame(DossierPage.MaxEntries);

    public int Room => Page.Room;

    public int Entries => Page.Entries.Count;

    public void Write(ref BerTlvWriter writer) => Page.Write(ref writer);

    public static DossierPageReply? Read(ref BerTlvReader reader) => new(reader.Read<DossierPage>());
}
