using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Bank;

/// <summary>What a person at the bank has to look at.</summary>
/// <param name="Number">Of the issuer's instruction or statement that it is about; 0 where it is about none.</param>
public sealed record BankAlarm(Timestamp Date, string Kind, ulong Number)
{
    /// <summary>For people: what to do about it.</summary>
    public string Advice => Kind switch
    {
        BankAlarms.NotSigned => "Somebody else answered, or the issuer's key is not the scheme's: ask the issuer.",
        BankAlarms.OutOfOrder => "The issuer left out or repeated an instruction: ask it, and see whether this bank or the issuer was restored from a backup.",
        BankAlarms.StatementNotSigned => "A statement of circulation that the issuer did not sign for this bank: somebody else answered, or the issuer's key is not the scheme's: ask it.",
        BankAlarms.StatementOutOfOrder =>
            "The issuer changed what it said of this bank's circulation, or was restored from a backup. Both statements are kept: 'hiercash-bank audit --json' shows them. Ask the issuer.",
        BankAlarms.StrangeDossier => "The issuer sends a dossier about a coin that nobody here withdrew: ask it why, and whether this bank was restored from a backup.",
        BankAlarms.Parked => "This bank could not book it: 'hiercash-bank parked' says why.",
        _ => "",
    };
}

/// <summary>One row for each kind and number, however often it happens.</summary>
internal static class BankAlarms
{
    public const string NotSigned = "instruction not signed";

    public const string OutOfOrder = "instruction out of order";

    public const string Parked = "instruction parked";

    public const string StatementNotSigned = "statement not signed";

    public const string StatementOutOfOrder = "statement out of order";

    public const string StrangeDossier = "dossier of no withdrawal";

    public static int Raise(Database db, Timestamp now, string kind, ulong number) => db.Execute(
        "INSERT OR IGNORE INTO alarm(kind, subject, date) VALUES(?1, ?2, ?3)", kind, InstructionDesk.NumberBytes(number), now.ToLedger());

    /// <summary>The newest first.</summary>
    public static List<BankAlarm> All(Database db) => db.Query(
        "SELECT date, kind, subject FROM alarm ORDER BY date DESC, kind, subject",
        r => new BankAlarm(Timestamp.FromLedger(r.GetInt64(0)), r.GetString(1), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(r.Bytes(2))));
}
