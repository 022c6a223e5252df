using HierCash.Protocol.Cash;
using HierCash.Protocol.Iso7816;

namespace HierCash.Protocol.Link;

/// <summary>Bank to issuer: the instructions after this number; all up to it are booked (hole 18).</summary>
public static class InstructionsMessage
{
    /// <summary>Instructions in one reply; ask again for more.</summary>
    public const int MaxTransfers = 1024;

    public static LinkMessage Write(ulong after) =>
        new(MessageType.Instructions, BerTlv.Encode(16, (ref BerTlvWriter w) => w.Write(Tag.Number, after)));

    public static ulong? Read(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        ulong after = r.ReadUInt64(Tag.Number);
        return r.Complete ? after : null;
    }

    public static LinkMessage WriteReply(IReadOnlyList<byte[]> transfers) => new(
        MessageType.InstructionsReply, transfers.SelectMany(t => t).ToArray());

    public static IReadOnlyList<Transfer>? ReadReply(LinkMessage message)
    {
        var r = new BerTlvReader(message.Body);
        var transfers = new List<Transfer>();
        while (r.HasMore && transfers.Count < MaxTransfers)
        {
            transfers.Add(Transfer.Read(ref r));
        }

        return r.Complete && message.Type == MessageType.InstructionsReply ? transfers : null;
    }
}
