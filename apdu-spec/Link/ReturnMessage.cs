namespace HierCash.Protocol.Link;

/// <summary>
/// What a bank gives back to an issuer that was restored from a copy (R27): what that had signed, in order of number; at most
/// <see cref="Max"/> of each.
/// </summary>
/// <param name="IsLast">The bank has no more.</param>
/// <param name="Issued">Withdrawals that were answered with cash: the bank's request, signed anew, and the answer.</param>
public sealed record ReturnMessage(
    bool IsLast,
    List<(IssueRequest Asked, byte[] EK)> Issued,
    List<ClearingInstruction> Transfers,
    List<CirculationStatement> Statements)
    : ILinkRequest<ReturnMessage, ReturnReply>
{
    /// <summary>Of each in one message.</summary>
    public const int Max = 512;

    private const int MaxIssued = IssueRequest.MaxEncodedSize + 200;

    public static MessageType Type => MessageType.Return;

    public static BodyLimit Limit =>
        new(16 + (Max * (MaxIssued + ClearingInstruction.MaxEncodedSize + CirculationStatement.MaxEncodedSize)), Max);

    public int Room => 16 + (Issued.Count * MaxIssued) + (Transfers.Count * ClearingInstruction.MaxEncodedSize)
        + (Statements.Count * CirculationStatement.MaxEncodedSize);

    public int Entries => Math.Max(Issued.Count, Math.Max(Transfers.Count, Statements.Count));

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.State, (byte)(IsLast ? 1 : 0));
        foreach (var (asked, ek) in Issued)
        {
            asked.Write(ref writer);
            writer.Write(WalletTag.EK, ek);
        }

        foreach (var transfer in Transfers)
        {
            transfer.Write(ref writer);
        }

        foreach (var statement in Statements)
        {
            statement.Write(ref writer);
        }
    }

    public static ReturnMessage? Read(ref BerTlvReader reader)
    {
        byte last = reader.ReadByte(WalletTag.State);
        var words = new ReturnMessage(last == 1, [], [], []);
        while (reader.Next(WalletTag.IssueRequest) && words.Issued.Count < Max)
        {
            words.Issued.Add((IssueRequest.Read(ref reader), WithdrawalAnswer.ReadEK(ref reader)));
        }

        while (reader.Next(WalletTag.ClearingInstruction) && words.Transfers.Count < Max)
        {
            words.Transfers.Add(ClearingInstruction.Read(ref reader));
        }

        words.Statements.AddRange(LinkBody.ReadList(ref reader, Max, CirculationStatement.Read));
        return last <= 1 ? words : null;
    }
}

public sealed record ReturnReply : ILinkBody<ReturnReply>
{
    public static MessageType Type => MessageType.ReturnReply;

    public static BodyLimit Limit => new(0);

    public void Write(ref BerTlvWriter writer)
    {
    }

    public static ReturnReply? Read(ref BerTlvReader reader) => new();
}
