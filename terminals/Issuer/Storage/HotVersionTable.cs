using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>When each version of the hot list was made.</summary>
internal static partial class HotVersionTable
{
    /// <summary>0 before the first.</summary>
    public static ulong Newest(IReadSnapshot db) => (ulong)db.Number("SELECT coalesce(max(version), 0) FROM hot_version");

    public static void Add(IWriteTransaction db, ulong version, Timestamp now) =>
        db.Execute("INSERT INTO hot_version(version, date) VALUES($1, $2)", (long)version, now.ToLedger());
}
