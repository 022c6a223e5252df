namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: its finding on a revision of a dossier. It names no user.</summary>
public sealed record DossierOutcomeMessage(CoinId Coin, uint Revision, Proof Proof)
    : ILinkRequest<DossierOutcomeMessage, DossierOutcomeReply>
{
    public static MessageType Type => MessageType.DossierOutcome;

    public static BodyLimit Limit => new(64);

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.CoinId, Coin);
        writer.Write(WalletTag.DossierRevision, Revision);
        writer.Write(WalletTag.Verdict, (byte)Proof);
    }

    public static DossierOutcomeMessage? Read(ref BerTlvReader reader)
    {
        var read = new DossierOutcomeMessage(
            reader.ReadCoinId(), reader.ReadUInt32(WalletTag.DossierRevision), (Proof)reader.ReadByte(WalletTag.Verdict));
        return Enum.IsDefined(read.Proof) ? read : null;
    }
}

public sealed record DossierOutcomeReply : IEmptyBody<DossierOutcomeReply>
{
    public static MessageType Type => MessageType.DossierOutcomeReply;
}
