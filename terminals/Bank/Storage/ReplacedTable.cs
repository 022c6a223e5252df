namespace HierCash.Bank;

/// <summary>Cards in whose place an account has another.</summary>
internal static class ReplacedTable
{
    public static void Add(IWriteTransaction db, AccountId former, AccountId successor, Timestamp now) => db.Execute(
        "INSERT INTO replaced(u, successor, date) VALUES($1, $2, $3)", former, successor, now);

    /// <summary>The account that has what was this one's; null where its card was not replaced.</summary>
    public static AccountId? SuccessorOf(IReadSnapshot db, AccountId user) =>
        db.Value("SELECT successor FROM replaced WHERE u = $1", r => r.User(0), user);

    public static long Count(IReadSnapshot db) => db.Number("SELECT count(*) FROM replaced");
}
