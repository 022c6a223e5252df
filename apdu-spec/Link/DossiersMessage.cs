namespace HierCash.Protocol.Link;

/// <summary>
/// Bank to issuer: the first waiting dossier whose coin id is greater, so that a case which cannot be judged stops no other. Dossiers come
/// one at a time and page by page (claim 6, step 9e; rule R9).
/// </summary>
/// <param name="After">Null: the first of all.</param>
public sealed record DossiersMessage(CoinId? After) : ILinkRequest<DossiersMessage, DossiersReply>
{
    public static MessageType Type => MessageType.Dossiers;

    public static BodyLimit Limit => new(48);

    public void Write(ref BerTlvWriter writer)
    {
        if (After is { } coin)
        {
            writer.Write(WalletTag.CoinId, coin);
        }
    }

    public static DossiersMessage? Read(ref BerTlvReader reader) => new(reader.HasMore ? reader.ReadCoinId() : null);
}

/// <param name="Header">Null where no dossier waits.</param>
public sealed record DossiersReply(DossierHeader? Header) : ILinkBody<DossiersReply>
{
    public static MessageType Type => MessageType.DossiersReply;

    public static BodyLimit Limit => BodyLimit.OfReplyFrame(BodyLimit.AsFit);

    public int Room => Header?.Room ?? 0;

    public void Write(ref BerTlvWriter writer) => Header?.Write(ref writer);

    public static DossiersReply? Read(ref BerTlvReader reader) => new(reader.ReadOptional<DossierHeader>());
}
