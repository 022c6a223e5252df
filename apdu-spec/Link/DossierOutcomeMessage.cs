namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: its finding on a revision of a dossier. It names no user.</summary>
public sealed record DossierOutcomeMessage(CoinId Coin, uint Revision, Proof Proof)
    : ILinkRequest<DossierOutcomeMessage, DossierOutcomeReply>
{
    public static MessageType Type => MessageType.DossierOutcome;

    public static BodyLimit Limit => new(64);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.CoinId, Coin.Value.ToArray());
        writer.Write(WalletTag.DossierRevision, Revision);
        writer.Write(WalletTag.Verdict, (byte)Proof);
    }

    public static DossierOutcomeMessage? Read(ref BerTlvReader reader)
    {
        var coin = new CoinId(Digest.Read(reader.ReadBytes(WalletTag.CoinId, Digest.Size)));
        uint revision = reader.ReadUInt32(WalletTag.DossierRevision);
        var proof = (Proof)reader.ReadByte(WalletTag.Verdict);
        return Enum.IsDefined(proof) ? new(coin, revision, proof) : null;
    }
}

public sealed record DossierOutcomeReply : ILinkBody<DossierOutcomeReply>
{
    public static MessageType Type => MessageType.DossierOutcomeReply;

    public static BodyLimit Limit => new(0);

    public void Write(ref BerTlvWriter writer)
    {
    }

    public static DossierOutcomeReply? Read(ref BerTlvReader reader) => new();
}
