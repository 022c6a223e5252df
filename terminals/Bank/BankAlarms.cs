using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Bank;

/// <summary>What a person at the bank has to look at.</summary>
/// <param name="Instruction">The number of the issuer's instruction that it is about.</param>
public sealed record BankAlarm(Timestamp Date, string Kind, ulong Instruction)
{
    /// <summary>For people: what to do about it.</summary>
    public string Advice => Kind switch
    {
        BankAlarms.NotSigned => "Somebody else answered, or the issuer's key is not the scheme's: ask the issuer.",
        BankAlarms.OutOfOrder => "The issuer left out or repeated an instruction: ask it, and see whether this bank or the issuer was restored from a backup.",
        BankAlarms.Parked => "This bank could not book it: 'hiercash-bank parked' says why.",
        _ => "",
    };
}

/// <summary>One row for each kind and instruction, however often it happens.</summary>
internal static class BankAlarms
{
    public const string NotSigned = "instruction not signed";

    public const string OutOfOrder = "instruction out of order";

    public const string Parked = "instruction parked";

    public static int Raise(Database db, Timestamp now, string kind, ulong instruction) => db.Execute(
        "INSERT OR IGNORE INTO alarm(kind, subject, date) VALUES(?1, ?2, ?3)", kind, InstructionDesk.NumberBytes(instruction), now.ToLedger());

    /// <summary>The newest first.</summary>
    public static List<BankAlarm> All(Database db) => db.Query(
        "SELECT date, kind, subject FROM alarm ORDER BY date DESC, kind, subject",
        r => new BankAlarm(Timestamp.FromLedger(r.GetInt64(0)), r.GetString(1), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(r.Bytes(2))));
}
