namespace HierCash.Bank;

/// <summary>
/// How many withdrawals of an account came to nothing lately. Each costs the issuer a "never issued" that it keeps for months (hole 7), and
/// its holder nothing: so each account has so many at a time, and no holder can use up what the others of the bank may need (rule R10).
/// </summary>
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
