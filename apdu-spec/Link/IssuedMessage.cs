namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer, when the bank was restored from a copy (R27): what was issued to it.</summary>
public sealed record IssuedMessage(ulong After) : ILinkRequest<IssuedMessage, IssuedReply>
{
    public static MessageType Type => MessageType.Issued;

    public static BodyLimit Limit => new(16);

    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Number, After);

    public static IssuedMessage? Read(ref BerTlvReader reader) =>
        reader.ReadUInt64(WalletTag.Number) is var after and <= long.MaxValue ? new(after) : null;
}

/// <summary>A withdrawal of a bank that was answered with cash, as the issuer has it.</summary>
/// <param name="Row">Its place among those that the issuer tells of, rising.</param>
/// <param name="Asked">What the bank had signed when it asked for it.</param>
/// <param name="EK">E_K, the answer.</param>
public sealed record IssuedWithdrawal(ulong Row, IssueRequest Asked, byte[] EK) : IDataObject<IssuedWithdrawal>
{
    public static int MaxEncodedSize => IssueRequest.MaxEncodedSize + 200;

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Number, Row);
        Asked.Write(ref writer);
        writer.Write(WalletTag.EK, EK);
    }

    public static IssuedWithdrawal ReadFields(ref BerTlvReader r) =>
        new(r.ReadUInt64(WalletTag.Number), r.Read<IssueRequest>(), WithdrawalAnswer.ReadEK(ref r));
}

public sealed record IssuedReply(IReadOnlyList<IssuedWithdrawal> Issued) : IListBody<IssuedReply, IssuedWithdrawal>
{
    /// <summary>Withdrawals in one reply; ask again for more.</summary>
    public static int Max => 512;

    public static MessageType Type => MessageType.IssuedReply;

    public IReadOnlyList<IssuedWithdrawal> Items => Issued;

    public static IssuedReply Of(IReadOnlyList<IssuedWithdrawal> items) => new(items);
}
