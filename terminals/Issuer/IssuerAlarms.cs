using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>What a person at the issuer has to look at. One row for each kind and subject, however often it happens.</summary>
internal static class IssuerAlarms
{
    /// <summary>About a bank, or about one of its instructions.</summary>
    public static bool Raise(Database db, Timestamp now, string kind, PartyId bank, ulong number = 0)
    {
        var subject = new byte[12];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(subject, bank.Value);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(subject.AsSpan(4), number);
        return Alarms.Raise(db, kind, subject, now);
    }
}
