namespace HierCash.Issuer;

/// <summary>That this issuer was restored from a copy, and has recovered (R27).</summary>
internal static class RestorationTable
{
    /// <summary>The one that was entered last: clocks go wrong. Null if this issuer was never restored.</summary>
    public static Restoration? Newest(IReadSnapshot db) => db.First("SELECT since, ended FROM restoration ORDER BY id DESC LIMIT 1", Read);

    /// <summary>All of them: what was signed after an earlier copy may still be kept back.</summary>
    public static List<Restoration> All(IReadSnapshot db) => db.Query("SELECT since, ended FROM restoration ORDER BY id", Read);

    /// <summary>Since when tills bring again what was forgotten at any of them; 0 if this issuer was never restored.</summary>
    public static Timestamp BroughtSince(IReadSnapshot db) => db.Date("SELECT coalesce(min(brought), 0) FROM restoration");

    /// <summary>Enters one.</summary>
    /// <param name="since">Where the copy ends, as far as is known.</param>
    /// <param name="brought">Since when tills bring again what they have.</param>
    public static int Add(IWriteTransaction db, Timestamp since, Timestamp ended, Timestamp brought) =>
        db.Execute(
            "INSERT INTO restoration(ended, since, brought) VALUES($1, $2, $3)", ended, since, brought);

    private static Restoration Read(DbDataReader r) => new(r.Date(0), r.Date(1));
}
