using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>When the issuer answered each till (rule R6).</content>
internal static partial class TillTable
{
    /// <summary>The issuer answered this till then. A later answer that was noted stays.</summary>
    public static void Answered(IWriteTransaction db, TillId till, Timestamp date) => db.Execute(
        "UPDATE till SET contact = $2 WHERE w = $1 AND coalesce(contact, 0) < $2", till.Value.ToArray(), date.ToLedger());

    /// <summary>The issuer's last answer to this till; 0 if there was none.</summary>
    public static Timestamp LastAnswer(IReadSnapshot db, TillId till) =>
        Timestamp.FromLedger(db.Number("SELECT coalesce(contact, 0) FROM till WHERE w = $1", till.Value.ToArray()));
}
