using HierCash.Protocol.Cash;
using HierCash.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>What a bank tells the issuer when it asks for instructions.</summary>
/// <param name="Seen">All up to this number are kept: booked, or parked with a statement.</param>
/// <param name="Statements">What the issuer has not heard of yet, at most <see cref="InstructionsMessage.MaxStatements"/>.</param>
public sealed record InstructionsRequest(ulong Seen, IReadOnlyList<BookingStatement> Statements);

/// <summary>Bank to issuer: the instructions after this number, and what became of those before (hole 18, R8).</summary>
public static class InstructionsMessage
{
    /// <summary>Instructions in one reply; ask again for more.</summary>
    public const int MaxTransfers = 1024;

    /// <summary>Statements in one request.</summary>
    public const int MaxStatements = 1024;

    public static LinkMessage Write(ulong seen, params IReadOnlyList<BookingStatement> statements) => new(
        MessageType.Instructions,
        BerTlv.Encode(16 + (statements.Count * BookingStatement.MaxEncodedSize), (ref BerTlvWriter w) =>
        {
            w.Write(WalletTag.Number, seen);
            foreach (var statement in statements)
            {
                statement.Write(ref w);
            }
        }));

    public static InstructionsRequest? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong seen = r.ReadUInt64(WalletTag.Number);
        var statements = new List<BookingStatement>();
        while (r.HasMore && statements.Count < MaxStatements)
        {
            statements.Add(BookingStatement.Read(ref r));
        }

        return r.Complete && seen <= long.MaxValue ? new InstructionsRequest(seen, statements) : null;
    }

    public static LinkMessage WriteReply(IReadOnlyList<byte[]> transfers) => new(
        MessageType.InstructionsReply, transfers.SelectMany(t => t).ToArray());

    public static IReadOnlyList<ClearingInstruction>? ReadReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var transfers = new List<ClearingInstruction>();
        while (r.HasMore && transfers.Count < MaxTransfers)
        {
            transfers.Add(ClearingInstruction.Read(ref r));
        }

        return r.Complete && message.Type == MessageType.InstructionsReply ? transfers : null;
    }
}
