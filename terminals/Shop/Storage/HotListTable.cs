using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Shop;

/// <summary>Signed hot lists, each with what came to it since the one before (hole 11).</summary>
internal static class HotListTable
{
    public static bool Holds(IReadSnapshot db, CoinId coin) =>
        db.Query("SELECT list FROM hot_list", r => r.Kept(0, HotList.Decode)).Any(l => l.Holds(coin));

    public static void Keep(IWriteTransaction db, HotList list) => db.Execute(
        "INSERT INTO hot_list(version, list) VALUES($1, $2) ON CONFLICT(version) DO UPDATE SET list = excluded.list", (long)list.Version,
        list.Encode());

    public static void Clear(IWriteTransaction db) => db.Execute("DELETE FROM hot_list");
}
