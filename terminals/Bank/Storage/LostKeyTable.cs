namespace HierCash.Bank;

/// <summary>Keys that a person has named as this bank's own, whose secret was lost with an older database (R27).</summary>
internal static class LostKeyTable
{
    public static List<PublicKey> All(IReadSnapshot db) => db.Query("SELECT public_key FROM lost_key ORDER BY public_key", r => r.Key(0));

    /// <returns>False where it stood there already.</returns>
    public static bool Add(IWriteTransaction db, PublicKey key) =>
        db.Execute("INSERT INTO lost_key(public_key) VALUES($1) ON CONFLICT DO NOTHING", key) > 0;

    public static bool Remove(IWriteTransaction db, PublicKey key) => db.Execute("DELETE FROM lost_key WHERE public_key = $1", key) > 0;
}
