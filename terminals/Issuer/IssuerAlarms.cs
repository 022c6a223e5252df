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
        return db.Execute(
            "INSERT INTO alarm(date, kind, subject) SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM alarm WHERE kind = ?2 AND subject = ?3)",
            now.ToLedger(), kind, subject) == 1;
    }
}
