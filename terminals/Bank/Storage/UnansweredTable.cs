namespace HierCash.Bank;

/// <summary>Since when the issuer does not answer this bank, and why, in its words; no row while it does.</summary>
internal static class UnansweredTable
{
    public static (Timestamp Since, string Said)? Find(IReadSnapshot db) =>
        db.Value("SELECT since, said FROM unanswered", r => (r.Date(0), r.GetString(1)));

    /// <summary>Where it did not answer before, since then, with its newer words.</summary>
    public static bool Note(IWriteTransaction db, Timestamp now, string said) => db.Execute(
        "INSERT INTO unanswered(singleton, since, said) VALUES(1, $1, $2) ON CONFLICT(singleton) DO UPDATE SET said = excluded.said",
        now, said) > 0;

    public static bool End(IWriteTransaction db) => db.Execute("DELETE FROM unanswered") > 0;
}
