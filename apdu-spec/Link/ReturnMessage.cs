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
    List<ClearingInstruction> Transfers, List<CirculationStatement> Statements) : ILinkRequest<ReturnMessage, ReturnReply>
{
    /// <summary>Of each in one message.</summary>
    public const int Max = 512;

    private static int MaxIssued => IssuedWithdrawal.MaxEncodedSize;

    public static MessageType Type => MessageType.Return;

    public static BodyLimit Limit =>
        new(16 + (Max * (MaxIssued + ClearingInstruction.MaxEncodedSize + CirculationStatement.MaxEncodedSize)), Max);

    public int Room => 16 + (Issued.Count * MaxIssued) + (Transfers.Count * ClearingInstruction.MaxEncodedSize)
        + (Statements.Count * CirculationStatement.MaxEncodedSize);

    public int Entries => Math.Max(Issued.Count, Math.Max(Transfers.Count, Statements.Count));

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.State, IsLast);
        foreach (var (asked, ek) in Issued)
        {
            asked.Write(ref writer);
            writer.Write(WalletTag.EK, ek);
        }

        writer.WriteAll(Transfers);

        writer.WriteAll(Statements);
    }

    public static ReturnMessage? Read(ref BerTlvReader reader)
    {
        byte last = reader.ReadByte(WalletTag.State);
        var words = new ReturnMessage(last == 1, [], [], []);
        while (reader.Next(WalletTag.IssueRequest) && words.Issued.Count < Max)
        {
            words.Issued.Add((reader.Read<IssueRequest>(), WithdrawalAnswer.ReadEK(ref reader)));
        }

        words.Transfers.AddRange(reader.ReadSome<ClearingInstruction>(Max));
        words.Statements.AddRange(reader.ReadAll<CirculationStatement>(Max));
        return last <= 1 ? words : null;
    }
}

public sealed record ReturnReply : IEmptyBody<ReturnReply>
{
    public static MessageType Type => MessageType.ReturnReply;
}
