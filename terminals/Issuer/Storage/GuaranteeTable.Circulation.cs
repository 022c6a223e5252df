using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>Promises to shops that are not paid: when the first was made, and when the first is due.</summary>
internal sealed record OpenPromises(long Count, Amount Sum, Timestamp Opened, Timestamp Due);

/// <content>What the guarantee still owes.</content>
internal static partial class GuaranteeTable
{
    /// <summary>Null if there are none.</summary>
    public static OpenPromises? Open(IReadSnapshot db) => db.First(
        "SELECT count(*), CAST(coalesce(sum(y), 0) AS BIGINT), min(opened), min(due) FROM guarantee WHERE paid < 2 HAVING count(*) > 0",
        r => new OpenPromises(r.GetInt64(0), Column.Money(r, 1), Column.Date(r, 2), Column.Date(r, 3)));

    /// <summary>Promises that are not claimed yet are due then at the latest.</summary>
    public static int DueAtLatest(IWriteTransaction db, Timestamp latest) =>
        db.Execute("UPDATE guarantee SET due = $1 WHERE paid = 0 AND due > $1", latest.ToLedger());
}
