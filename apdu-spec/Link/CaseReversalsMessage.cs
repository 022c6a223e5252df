namespace HierCash.Protocol.Link;

/// <summary>
/// A reversal that the issuer signed after the bank had the dossier, with its place in the order of all that it told this bank (rule R3).
/// </summary>
public sealed record CaseReversal(ulong Number, CoinId Coin, Reversal Reversal)
{
    internal const int MaxEncodedSize = Reversal.MaxEncodedSize + 64;

    internal void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.CoinId, Coin.Value.ToArray());
        Reversal.Write(ref writer);
    }

    internal static CaseReversal Read(ref BerTlvReader reader) => new(
        reader.ReadUInt64(WalletTag.Number),
        new CoinId(Digest.Read(reader.ReadBytes(WalletTag.CoinId, Digest.Size))),
        Reversal.Read(ref reader));
}

/// <summary>Bank to issuer: reversals of payments in its cases.</summary>
/// <param name="After">All up to this number are filed.</param>
public sealed record CaseReversalsMessage(ulong After) : ILinkRequest<CaseReversalsMessage, CaseReversalsReply>
{
    public static MessageType Type => MessageType.CaseReversals;

    public static BodyLimit Limit => new(16);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Number, After);

    public static CaseReversalsMessage? Read(ref BerTlvReader reader) => new(reader.ReadUInt64(WalletTag.Number));
}

public sealed record CaseReversalsReply(IReadOnlyList<CaseReversal> Reversals) : ILinkBody<CaseReversalsReply>
{
    /// <summary>Reversals in one reply; ask again for more.</summary>
    public const int Max = 1024;

    public static MessageType Type => MessageType.CaseReversalsReply;

    public static BodyLimit Limit => new(Max * CaseReversal.MaxEncodedSize, Max);

    public int Room => Reversals.Count * CaseReversal.MaxEncodedSize;

    public int Entries => Reversals.Count;

    public void Write(ref BerTlvWriter writer)
    {
        foreach (var item in Reversals)
        {
            item.Write(ref writer);
        }
    }

    public static CaseReversalsReply? Read(ref BerTlvReader reader) => new(LinkBody.ReadList(ref reader, Max, CaseReversal.Read));
}
