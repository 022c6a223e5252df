namespace HierCash.Protocol.Link;

/// <summary>
/// Wallet to bank: the evidence file behind a notice, page by page. A wallet answers nothing that it has not checked (rule R5).
/// </summary>
/// <param name="Page">Null: all of the file but the pages, and the reversals that were filed.</param>
public sealed record AccusationMessage(AccountId User, CoinId Coin, uint? Page) : ILinkRequest<AccusationMessage, AccusationReply>
{
    public static MessageType Type => MessageType.Accusation;

    public static BodyLimit Limit => new(80);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.U, User);
        writer.Write(WalletTag.CoinId, Coin);
        if (Page is { } index)
        {
            writer.Write(WalletTag.PageIndex, index);
        }
    }

    public static AccusationMessage? Read(ref BerTlvReader reader) =>
        new(reader.ReadUser(), reader.ReadCoinId(), reader.HasMore ? reader.ReadUInt32(WalletTag.PageIndex) : null);
}

/// <summary>The file without its pages, or one of them.</summary>
public sealed record AccusationReply : ILinkBody<AccusationReply>
{
    /// <param name="root">The scheme's root key: a card has its hash.</param>
    /// <param name="file">What stands outside the bank's signature is left out.</param>
    public AccusationReply(PublicKey root, Evidence file)
    {
        Root = root;
        File = file with { Reversals = [], FiledKeys = [], Dossier = file.Dossier with { Pages = [] } };
    }

    public AccusationReply(DossierPage page) => Page = page;

    private AccusationReply()
    {
    }

    /// <summary>Beside the file.</summary>
    public PublicKey? Root { get; private init; }

    public Evidence? File { get; private init; }

    public DossierPage? Page { get; }

    public static MessageType Type => MessageType.AccusationReply;

    public static BodyLimit Limit => BodyLimit.OfReplyFrame(BodyLimit.AsFit);

    public int Room => Page?.Room ?? (80 + File!.MaxEncodedSize);

    public void Write(ref BerTlvWriter writer)
    {
        if (Page is not null)
        {
            Page.Write(ref writer);
        }
        else
        {
            writer.Write(WalletTag.PublicKey, Root!);
            writer.WriteEncoded(File!.Encode());
        }
    }

    public static AccusationReply? Read(ref BerTlvReader reader)
    {
        if (!reader.Next(WalletTag.PublicKey))
        {
            return new(reader.Read<DossierPage>());
        }

        var root = reader.ReadPublicKey(WalletTag.PublicKey);
        return Evidence.Decode(reader.ReadRest()) is { } file ? new AccusationReply { Root = root, File = file } : null;
    }
}
