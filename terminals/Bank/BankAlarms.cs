using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Bank;

/// <summary>What a person at the bank has to look at. One row for each kind and subject, however often it happens.</summary>
internal static class BankAlarms
{
    public static int Raise(Database db, Timestamp now, string kind, byte[] subject) =>
        db.Execute("INSERT OR IGNORE INTO alarm(kind, subject, date) VALUES(?1, ?2, ?3)", kind, subject, now.ToLedger());

    public static long Count(Database db) => db.Number("SELECT count(*) FROM alarm");
}
