namespace HierCash.Issuer;

/// <summary>Coins that tills refuse, by the version of the list that first held them; 0 waits for the next one (hole 11).</summary>
internal static class HotTable
{
    /// <summary>Puts a coin on the list that is made next; one that is on it stays where it is.</summary>
    public static void Add(IWriteTransaction db, CoinId coin, Quarter expiry) => db.Execute(
        "INSERT INTO hot(coin_id, version, expiry) VALUES($1, 0, $2) ON CONFLICT DO NOTHING", coin, expiry);

    /// <summary>True if coins wait for a version of the list.</summary>
    public static bool HasWaiting(IReadSnapshot db) => db.Number("SELECT count(*) FROM hot WHERE version = 0") > 0;

    /// <summary>So many coins that wait are in this version from now on.</summary>
    public static void Assign(IWriteTransaction db, ulong version, int most) => db.Execute(
        "UPDATE hot SET version = $1 WHERE coin_id IN (SELECT coin_id FROM hot WHERE version = 0 ORDER BY coin_id LIMIT $2)",
        version, most);

    /// <summary>True if a version after this one holds a coin.</summary>
    public static bool HasAfter(IReadSnapshot db, ulong version) => db.Number("SELECT count(*) FROM hot WHERE version > $1", version) > 0;

    /// <summary>
    /// The last version up to which a list from a version on holds so many coins at most; the version itself where the next one holds more.
    /// </summary>
    public static ulong LastWithin(IReadSnapshot db, ulong from, int most) => (ulong)db.Number(
        """
        SELECT coalesce(max(version), $1) FROM (
            SELECT version, sum(count(*)) OVER (ORDER BY version) AS coins FROM hot WHERE version > $1 GROUP BY version) AS summed
        WHERE coins <= $2
        """,
        from, most);

    /// <summary>Coins of the versions after one, up to another.</summary>
    public static List<CoinId> Between(IReadSnapshot db, ulong after, ulong upTo) => db.Query(
        "SELECT coin_id FROM hot WHERE version > $1 AND version <= $2", r => r.Coin(0), after, upTo);

    /// <summary>Forgets coins that expired before a quarter.</summary>
    public static void Forget(IWriteTransaction db, Quarter expiredBy) => db.Execute("DELETE FROM hot WHERE expiry <= $1", expiredBy);
}
