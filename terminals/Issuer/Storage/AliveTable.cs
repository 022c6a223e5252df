namespace HierCash.Issuer;

/// <summary>The issuer's last sign of life (rule R6).</summary>
internal static class AliveTable
{
    /// <summary>0 before the first.</summary>
    public static Timestamp Last(IReadSnapshot db) => db.Date("SELECT coalesce(max(date), 0) FROM alive");

    public static void Note(IWriteTransaction db, Timestamp now) =>
        db.Execute("INSERT INTO alive(id, date) VALUES(1, $1) ON CONFLICT(id) DO UPDATE SET date = excluded.date", now);
}
