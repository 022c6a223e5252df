namespace HierCash.Shop;

/// <summary>How much of the hot list the till has, and as of when: one row from the first list on.</summary>
internal static class HotStateTable
{
    /// <summary>The version up to which the till has the list; 0 if it has none, or has to fetch all of it.</summary>
    public static ulong Version(IReadSnapshot db) => (ulong)db.Number("SELECT version FROM hot_state");

    /// <summary>The moment as of which the till was told all of the list; 0 if it never was.</summary>
    public static Timestamp Told(IReadSnapshot db) => Timestamp.FromLedger(db.Number("SELECT date FROM hot_state"));

    /// <param name="told">Null where there is more to come: that moment stays.</param>
    public static int Advance(IWriteTransaction db, ulong version, Timestamp? told) => db.Execute(
        """
        INSERT INTO hot_state(singleton, version, date) VALUES(1, $1, coalesce($2, 0))
        ON CONFLICT(singleton) DO UPDATE SET version = excluded.version, date = coalesce($2, hot_state.date)
        """,
        (long)version, told?.ToLedger());

    /// <summary>All of the list is asked for the next time, and taken under any number.</summary>
    public static void ForgetVersion(IWriteTransaction db) => db.Execute("UPDATE hot_state SET version = 0");
}
