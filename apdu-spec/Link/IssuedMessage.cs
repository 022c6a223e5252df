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
public sealed record IssuedWithdrawal(ulong Row, IssueRequest Asked, byte[] EK)
{
    internal const int MaxEncodedSize = IssueRequest.MaxEncodedSize + 200;

    internal void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Number, Row);
        Asked.Write(ref writer);
        writer.Write(WalletTag.EK, EK);
    }

    internal static IssuedWithdrawal Read(ref BerTlvReader reader) => new(
        reader.ReadUInt64(WalletTag.Number), IssueRequest.Read(ref reader), WithdrawalAnswer.ReadEK(ref reader));
}

public sealed record IssuedReply(IReadOnlyList<IssuedWithdrawal> Issued) : ILinkBody<IssuedReply>
{
    /// <summary>Withdrawals in one reply; ask again for more.</summary>
    public const int Max = 512;

    public static MessageType Type => MessageType.IssuedReply;

    public static BodyLimit Limit => new(Max * IssuedWithdrawal.MaxEncodedSize, Max);

    public int Room => Issued.Count * IssuedWithdrawal.MaxEncodedSize;

    public int Entries => Issued.Count;

    public void Write(ref BerTlvWriter writer)
    {
        foreach (var one in Issued)
        {
            one.Write(ref writer);
        }
    }

    public static IssuedReply? Read(ref BerTlvReader reader) => new(LinkBody.ReadList(ref reader, Max, IssuedWithdrawal.Read));
}
