namespace HierCash.Bank;

/// <summary>How many withdrawals of an account came to nothing lately: each costs the issuer a "never issued" (rule R10).</summary>
internal static class RefusalCount
{
    /// <summary>Of one account within the maximum age of a backup.</summary>
    public const int Most = 100;

    /// <summary>The moment from which on the account may withdraw again; null if it may now.</summary>
    public static Timestamp? FullUntil(IReadSnapshot db, AccountId user, SchemeParameters terms, Timestamp now)
    {
        var counted = RefusedTable.Find(db, user);
        var until = counted?.Since.Plus(terms.BackupMaxAge);
        return counted?.Times >= Most && until >= now ? until : null;
    }

    public static void Add(IWriteTransaction db, AccountId user, SchemeParameters terms, Timestamp now) =>
        RefusedTable.Add(db, user, now, now.Minus(terms.BackupMaxAge));
}
