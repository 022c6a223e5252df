using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>
/// How many withdrawals of an account came to nothing lately. Each costs the issuer a "never issued" that it keeps for months (hole 7), and its holder
/// nothing: so each account has so many at a time, and no holder can use up what the others of the bank may need (rule R10).
/// </summary>
internal static class RefusalCount
{
    /// <summary>Of one account within the maximum age of a backup.</summary>
    public const int Most = 100;

    /// <summary>The moment from which on the account may withdraw again; null if it may now.</summary>
    public static Timestamp? FullUntil(IReadSnapshot db, AccountId user, SchemeParameters terms, Timestamp now)
    {
        var row = db.First("SELECT since, times FROM refused WHERE u = $1", r => new { Since = Timestamp.FromLedger(r.GetInt64(0)), Times = r.GetInt64(1) }, user.Value.ToArray());
        bool isFull = row is not null && row.Times >= Most && row.Since.Plus(terms.BackupMaxAge) >= now;
        Switches.Off("R10 refusals", ref isFull);
        return isFull ? row!.Since.Plus(terms.BackupMaxAge) : null;
    }

    public static void Add(IWriteTransaction db, AccountId user, SchemeParameters terms, Timestamp now) => db.Execute(
        """
        INSERT INTO refused(u, since, times) VALUES($1, $2, 1)
        ON CONFLICT(u) DO UPDATE SET times = CASE WHEN since < $3 THEN 1 ELSE times + 1 END, since = CASE WHEN since < $3 THEN excluded.since ELSE since END
        """,
        user.Value.ToArray(), now.ToLedger(), now.ToLedger() - (long)terms.BackupMaxAge.TotalMicroseconds);
}
