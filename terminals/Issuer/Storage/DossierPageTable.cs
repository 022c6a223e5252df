namespace HierCash.Issuer;

/// <summary>Pages of dossiers until the bank has spoken on them (rule R9), as they were encoded: the header names their hashes.</summary>
internal static class DossierPageTable
{
    /// <summary>Pages of the newest revision take the place of earlier ones.</summary>
    public static void Replace(IWriteTransaction db, long coin, IEnumerable<byte[]> pages)
    {
        Forget(db, coin);
        foreach (var (index, page) in pages.Index())
        {
            db.Execute("INSERT INTO dossier_page(coin, page_index, page) VALUES($1, $2, $3)", coin, index, page);
        }
    }

    public static List<byte[]> All(IReadSnapshot db, long coin) =>
        db.Query("SELECT page FROM dossier_page WHERE coin = $1 ORDER BY page_index", r => r.Bytes(0), coin);

    /// <summary>One page; null where there is none of that number.</summary>
    public static byte[]? Find(IReadSnapshot db, long coin, uint index) =>
        db.First("SELECT page FROM dossier_page WHERE coin = $1 AND page_index = $2", r => r.Bytes(0), coin, index);

    /// <summary>Forgets all pages of a coin's dossier.</summary>
    public static void Forget(IWriteTransaction db, long coin) => db.Execute("DELETE FROM dossier_page WHERE coin = $1", coin);
}
