namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: the instructions after this number, and what became of those before (hole 18, R8).</summary>
/// <param name="Seen">All up to this number are kept: booked, or parked with a statement.</param>
/// <param name="Statements">What the issuer has not heard of yet, at most <see cref="MaxStatements"/>.</param>
public sealed record InstructionsMessage(ulong Seen, params IReadOnlyList<BookingStatement> Statements)
    : ILinkRequest<InstructionsMessage, InstructionsReply>
{
    /// <summary>Statements in one request.</summary>
    public const int MaxStatements = 1024;

    public static MessageType Type => MessageType.Instructions;

    public static BodyLimit Limit => new(16 + (MaxStatements * BookingStatement.MaxEncodedSize), MaxStatements);

    public int Room => 16 + (Statements.Count * BookingStatement.MaxEncodedSize);

    public int Entries => Statements.Count;

    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Number, Seen);
        writer.WriteAll(Statements);
    }

    public static InstructionsMessage? Read(ref BerTlvReader reader)
    {
        ulong seen = reader.ReadUInt64(WalletTag.Number);
        var statements = reader.ReadAll<BookingStatement>(MaxStatements);
        return seen <= long.MaxValue ? new(seen, statements) : null;
    }
}

/// <param name="Transfers">In order of number, at most <see cref="MaxTransfers"/>.</param>
public sealed record InstructionsReply(IReadOnlyList<ClearingInstruction> Transfers) : IListBody<InstructionsReply, ClearingInstruction>
{
    /// <summary>Instructions in one reply; ask again for more.</summary>
    public const int MaxTransfers = 1024;

    public static MessageType Type => MessageType.InstructionsReply;

    public static int Max => MaxTransfers;

    public IReadOnlyList<ClearingInstruction> Items => Transfers;

    public static InstructionsReply Of(IReadOnlyList<ClearingInstruction> items) => new(items);
}
