namespace HierCash.Issuer;

/// <summary>When each version of the hot list was made.</summary>
internal static class HotVersionTable
{
    /// <summary>0 before the first.</summary>
    public static ulong Newest(IReadSnapshot db) => (ulong)db.Number("SELECT coalesce(max(version), 0) FROM hot_version");

    public static void Add(IWriteTransaction db, ulong version, Timestamp now) =>
        db.Execute("INSERT INTO hot_version(version, date) VALUES($1, $2)", version, now);

    /// <summary>Versions of the hot list that were made later than now.</summary>
    public static long MadeAfter(IReadSnapshot db, Timestamp now) => db.Number("SELECT count(*) FROM hot_version WHERE date > $1", now);

    /// <summary>Forgets a piece of the empty versions from before a moment; the newest stays, for the next to follow.</summary>
    public static int Forget(IWriteTransaction db, Timestamp before) => db.Execute(
        """
        DELETE FROM hot_version WHERE version IN (
            SELECT version FROM hot_version v WHERE date < $1 AND version < (SELECT max(version) FROM hot_version)
                AND NOT EXISTS (SELECT 1 FROM hot h WHERE h.version = v.version) LIMIT $2)
        """,
        before, Forgotten.Piece);
}
