using System.Data.Common;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>A case as the issuer keeps it.</summary>
/// <param name="Revision">Of the dossier that was made last; 0: none.</param>
/// <param name="Judged">The last revision on which the bank spoke.</param>
/// <param name="Content">What the last dossier chose and claimed; null: none was made.</param>
internal sealed record CaseRow(long Coin, CoinId Id, uint Revision, uint Judged, bool Changed, Digest? Content, Amount Claimed);

/// <summary>Cases, and the pages of their dossiers until the bank has spoken on them (rule R9).</summary>
internal static class DossierStore
{
    private const string Columns = "coin, coin_id, revision, judged_revision, changed, content, claimed";

    /// <summary>A bank sees its own cases, and judges no others.</summary>
    private static string Own
    {
        get
        {
            string own = "bank = $1";
            Switches.Replace("R9 own", ref own, "$1 = $1");
            return own;
        }
    }

    /// <summary>The first case of a bank after a coin id on which it has not spoken, or of which a row has changed since.</summary>
    public static CaseRow? Next(IWriteTransaction db, PartyId bank, CoinId after) => db.First(
        $"""
        SELECT {Columns} FROM trace_case
        WHERE {Own} AND coin_id > $2 AND (changed = 1 OR judged_revision < revision) ORDER BY coin_id LIMIT 1
        """,
        Read, (long)bank.Value, after.Value.ToArray());

    public static CaseRow? Find(IReadSnapshot db, PartyId bank, CoinId coin) =>
        db.First($"SELECT {Columns} FROM trace_case WHERE {Own} AND coin_id = $2", Read, (long)bank.Value, coin.Value.ToArray());

    /// <summary>Nothing more of this case waits: all H together are within X, or the bank has what there is.</summary>
    public static void Settle(IWriteTransaction db, CaseRow row, bool isExcess) => db.Execute(
        "UPDATE trace_case SET changed = 0, is_excess = $2, judged_revision = revision WHERE coin = $1", row.Coin, isExcess ? 1 : 0);

    /// <summary>There is an excess that no dossier can show: nothing is sent, and nothing is closed.</summary>
    public static void Postpone(IWriteTransaction db, CaseRow row) => db.Execute("UPDATE trace_case SET changed = 0, is_excess = 1, judged_revision = revision WHERE coin = $1", row.Coin);

    /// <summary>A revision on which its bank has not spoken is made anew.</summary>
    public static int MakeAnew(IWriteTransaction db, long coin) => db.Execute("UPDATE trace_case SET content = NULL WHERE coin = $1 AND judged_revision < revision", coin);

    /// <summary>A dossier of this case was signed under that date. A former date that lies ahead of it by more than the tolerance was an error of the clock.</summary>
    public static void Dated(IWriteTransaction db, CaseRow row, Timestamp date, TimeSpan tolerance) => db.Execute(
        "UPDATE trace_case SET dated = CASE WHEN dated > $3 THEN $2 ELSE max(dated, $2) END WHERE coin = $1", row.Coin, date.ToLedger(), date.Plus(tolerance).ToLedger());

    /// <summary>The latest date of a dossier of this coin; 0 if there is none.</summary>
    public static Timestamp LastDate(IReadSnapshot db, CoinId coin) => Timestamp.FromLedger(db.Number("SELECT coalesce(max(dated), 0) FROM trace_case WHERE coin_id = $1", coin.Value.ToArray()));

    /// <summary>True if there is a case about this coin, also one of which no dossier was fetched yet, and what the holder's side brings of it is still taken back.</summary>
    public static bool HasCase(IReadSnapshot db, CoinRow coin, SchemeParameters terms, Timestamp now)
    {
        var term = terms.DisputedTerm;
        Switches.Replace("R4 last told", ref term, terms.CaseTerm);
        return now <= coin.Expiry.End.Plus(term) && db.Number("SELECT count(*) FROM trace_case WHERE coin = $1", coin.Number) > 0;
    }

    public static void Put(IWriteTransaction db, CaseRow row, DossierChoice choice)
    {
        db.Execute(
            "UPDATE trace_case SET changed = 0, is_excess = 1, revision = $2, content = $3, claimed = $4 WHERE coin = $1",
            row.Coin, (long)row.Revision + 1, choice.Content.ToArray(), choice.Claimed.ToLedger());
        Drop(db, row.Coin);
        var pages = DossierPage.Cut(choice.Entries);
        for (int i = 0; i < pages.Count; i++)
        {
            db.Execute("INSERT INTO dossier_page(coin, page_index, page) VALUES($1, $2, $3)", row.Coin, (long)i, pages[i].Encode());
        }
    }

    public static List<byte[]> Pages(IReadSnapshot db, long coin) =>
        db.Query("SELECT page FROM dossier_page WHERE coin = $1 ORDER BY page_index", r => r.Bytes(0), coin);

    public static byte[]? Page(IReadSnapshot db, long coin, uint index) =>
        db.First("SELECT page FROM dossier_page WHERE coin = $1 AND page_index = $2", r => r.Bytes(0), coin, (long)index);

    public static void Drop(IWriteTransaction db, long coin) => db.Execute("DELETE FROM dossier_page WHERE coin = $1", coin);

    private static CaseRow Read(DbDataReader r) => new(
        r.GetInt64(0), new CoinId(Digest.Read(r.Bytes(1))), checked((uint)r.GetInt64(2)), checked((uint)r.GetInt64(3)), r.GetInt64(4) == 1,
        r.BytesOrNull(5) is { } content ? Digest.Read(content) : null, Amount.FromLedger(r.GetInt64(6)));
}
