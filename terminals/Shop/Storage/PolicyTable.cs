namespace HierCash.Shop;

/// <summary>What was decided at this till, and what it heard, each under a name of its own.</summary>
internal static class PolicyTable
{
    private const string RefuseKeyed = "refuse issuer-keyed";
    private const string IssuerRestored = "issuer restored";

    /// <summary>True if this till takes no issuer-keyed cash (hole 14).</summary>
    public static bool RefusesIssuerKeyed(IReadSnapshot db) => Find(db, RefuseKeyed) == 1;

    public static int RefuseIssuerKeyed(IWriteTransaction db, bool refuse) => Set(db, RefuseKeyed, refuse ? 1 : 0);

    /// <summary>True if that is the restoration of the issuer that this till heard of last (R27).</summary>
    public static bool HasHeardOf(IReadSnapshot db, Restoration restored) => Find(db, IssuerRestored) == restored.Ended.ToLedger();

    public static void HearOf(IWriteTransaction db, Restoration restored) => Set(db, IssuerRestored, restored.Ended.ToLedger());

    private static long Find(IReadSnapshot db, string name) => db.Number("SELECT value FROM policy WHERE name = $1", name);

    private static int Set(IWriteTransaction db, string name, long value) =>
        db.Execute("INSERT INTO policy(name, value) VALUES($1, $2) ON CONFLICT(name) DO UPDATE SET value = excluded.value", name, value);
}
