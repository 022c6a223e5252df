using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <content>Cases as clearing and a person see them.</content>
internal static partial class TraceCaseTable
{
    private const string IsUnjudged = "is_excess = 1 AND proof IS NULL";

    /// <summary>Cases of an excess on which the bank has not spoken, and when each was opened; the oldest first.</summary>
    public static List<(CoinId Coin, Timestamp Opened)> Unjudged(IReadSnapshot db) => db.Query(
        $"SELECT coin_id, opened FROM trace_case WHERE {IsUnjudged} ORDER BY opened",
        r => (new CoinId(Column.Hash(r, 0)), Column.Date(r, 1)));

    public static long CountUnjudged(IReadSnapshot db) => db.Number($"SELECT count(*) FROM trace_case WHERE {IsUnjudged}");

    /// <summary>Dossiers that were signed or verified later than now are looked at again.</summary>
    /// <returns>How many.</returns>
    public static int LookAgain(IWriteTransaction db, Timestamp now) =>
        db.Execute("UPDATE trace_case SET proven_on = 0, changed = 1 WHERE dated > $1 OR proven_on > $1", now.ToLedger());

    /// <summary>A bank that was restored is told its cases again.</summary>
    public static int TellAgain(IWriteTransaction db, PartyId bank) =>
        db.Execute("UPDATE trace_case SET changed = 1 WHERE bank = $1", (long)bank.Value);

    /// <summary>When the bank spoke first on the last revision; 0 if it has not.</summary>
    public static Timestamp FoundAt(IReadSnapshot db, CoinId coin) =>
        Timestamp.FromLedger(db.Number("SELECT coalesce(found, 0) FROM trace_case WHERE coin_id = $1", coin.Value.ToArray()));

    /// <summary>When the bank spoke first on the case; 0 if it has not.</summary>
    public static Timestamp FirstJudgedAt(IReadSnapshot db, CoinId coin) =>
        Timestamp.FromLedger(db.Number("SELECT coalesce(max(judged), 0) FROM trace_case WHERE coin_id = $1", coin.Value.ToArray()));
}
