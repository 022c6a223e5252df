namespace HierCash.Protocol.Link;

/// <summary>
/// A reversal that the issuer signed after the bank had the dossier, with its place in the order of all that it told this bank (rule R3).
/// </summary>
public sealed record CaseReversal(ulong Number, CoinId Coin, Reversal Reversal) : IDataObject<CaseReversal>
{
    public static int MaxEncodedSize => Reversal.MaxEncodedSize + 64;

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Number, Number);
        writer.Write(WalletTag.CoinId, Coin);
        Reversal.Write(ref writer);
    }

    public static CaseReversal ReadFields(ref BerTlvReader r) => new(r.ReadUInt64(WalletTag.Number), r.ReadCoinId(), r.Read<Reversal>());
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

public sealed record CaseReversalsReply(IReadOnlyList<CaseReversal> Reversals) : IListBody<CaseReversalsReply, CaseReversal>
{
    /// <summary>Reversals in one reply; ask again for more.</summary>
    public static int Max => 1024;

    public static MessageType Type => MessageType.CaseReversalsReply;

    public IReadOnlyList<CaseReversal> Items => Reversals;

    public static CaseReversalsReply Of(IReadOnlyList<CaseReversal> items) => new(items);
}
