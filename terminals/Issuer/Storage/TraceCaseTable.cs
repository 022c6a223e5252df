namespace HierCash.Issuer;

/// <summary>A case as the issuer keeps it.</summary>
/// <param name="Coin">The store's own number of the coin.</param>
/// <param name="Revision">Of the dossier that was made last; 0: none.</param>
/// <param name="Judged">The last revision on which the bank spoke.</param>
/// <param name="Content">What the last dossier chose and claimed; null: none was made.</param>
internal sealed record CaseRow(long Coin, CoinId Id, uint Revision, uint Judged, bool Changed, Digest? Content, Amount Claimed);

/// <summary>
/// Overspenders and clones (claim 6, step 9e): what is shown to the coin's bank, what it found, and what this issuer's own check found.
/// </summary>
internal static class TraceCaseTable
{
    private const string Select = "SELECT coin, coin_id, revision, judged_revision, changed, content, claimed FROM trace_case";

    /// <summary>Notes a case; of one that is known, that there is an excess too.</summary>
    public static void Open(IWriteTransaction db, CoinRow coin, bool isExcess, Timestamp now) => db.Execute(
        """
        INSERT INTO trace_case(coin, coin_id, bank, is_excess, opened) VALUES($1, $2, $3, $4, $5)
        ON CONFLICT(coin) DO UPDATE SET is_excess = CASE WHEN excluded.is_excess = 1 THEN 1 ELSE trace_case.is_excess END
        """,
        coin.Number, coin.Id, coin.Bank, isExcess, now);

    /// <summary>Whether there is an excess still.</summary>
    public static void SetExcess(IWriteTransaction db, long coin, bool isExcess) =>
        db.Execute("UPDATE trace_case SET is_excess = $2 WHERE coin = $1", coin, isExcess);

    public static CaseRow? Find(IReadSnapshot db, PartyId bank, CoinId coin) =>
        db.First($"{Select} WHERE bank = $1 AND coin_id = $2", Read, bank, coin);

    /// <summary>The first case of a bank after a coin id on which it has not spoken, or of which a row has changed since.</summary>
    public static CaseRow? Next(IReadSnapshot db, PartyId bank, CoinId after) => db.First(
        $"{Select} WHERE bank = $1 AND coin_id > $2 AND (changed = 1 OR judged_revision < revision) ORDER BY coin_id LIMIT 1",
        Read, bank, after);

    /// <summary>True if there is a case about the coin.</summary>
    public static bool Has(IReadSnapshot db, CoinId coin) => db.Number("SELECT count(*) FROM trace_case WHERE coin_id = $1", coin) > 0;

    /// <summary>The same by the store's own number.</summary>
    public static bool Has(IReadSnapshot db, long coin) => db.Number("SELECT count(*) FROM trace_case WHERE coin = $1", coin) > 0;

    /// <summary>Whether more than X was signed, and what the bank found; null where there is no case.</summary>
    public static (bool IsExcess, Proof? Found)? Standing(IReadSnapshot db, long coin) => db.Value(
        "SELECT is_excess, proof FROM trace_case WHERE coin = $1",
        r => (r.Flag(0), r.IsDBNull(1) ? (Proof?)null : (Proof)r.GetInt64(1)), coin);

    /// <summary>Nothing more of this case waits: all H are within X, or the bank has what there is, or no dossier can show it.</summary>
    public static void Settle(IWriteTransaction db, CaseRow row, bool isExcess) => db.Execute(
        "UPDATE trace_case SET changed = 0, is_excess = $2, judged_revision = revision WHERE coin = $1", row.Coin, isExcess);

    /// <summary>A revision on which its bank has not spoken is made anew.</summary>
    public static void MakeAnew(IWriteTransaction db, long coin) =>
        db.Execute("UPDATE trace_case SET content = NULL WHERE coin = $1 AND judged_revision < revision", coin);

    /// <summary>The next revision of its dossier was made.</summary>
    public static void Revise(IWriteTransaction db, CaseRow row, Digest content, Amount claimed) => db.Execute(
        "UPDATE trace_case SET changed = 0, is_excess = 1, revision = $2, content = $3, claimed = $4 WHERE coin = $1",
        row.Coin, row.Revision + 1, content, claimed);

    /// <summary>The bank has spoken on the newest revision. Its first word of all, and on this revision, keep their dates.</summary>
    public static void Judge(IWriteTransaction db, CaseRow row, Proof proof, Timestamp now) => db.Execute(
        """
        UPDATE trace_case SET proof = $2, judged = coalesce(judged, $3),
            found = CASE WHEN judged_revision = revision THEN found ELSE $3 END, judged_revision = revision WHERE coin = $1
        """,
        row.Coin, proof, now);

    /// <summary>
    /// A dossier of this case was signed under that date. A former date that lies ahead of it by more than the tolerance was an error of
    /// the clock.
    /// </summary>
    public static void Dated(IWriteTransaction db, CaseRow row, Timestamp date, TimeSpan tolerance) => db.Execute(
        "UPDATE trace_case SET dated = $2 WHERE coin = $1 AND (dated < $2 OR dated > $3)",
        row.Coin, date, date.Plus(tolerance));

    /// <summary>The latest date of a dossier of this coin; 0 if there is none.</summary>
    public static Timestamp LastDate(IReadSnapshot db, CoinId coin) =>
        db.Date("SELECT coalesce(max(dated), 0) FROM trace_case WHERE coin_id = $1", coin);

    /// <summary>
    /// Most that the dossier of the coin proves, of an excess and of a guarantee, when it was verified last. Null where it proves no
    /// excess.
    /// </summary>
    public static Amount? Proven(IReadSnapshot db, CoinId coin) =>
        db.Number("SELECT coalesce(max(proven), -1) FROM trace_case WHERE coin_id = $1", coin) is var proven and >= 0
            ? Amount.FromLedger(proven)
            : null;

    /// <summary>How often a payment of the case has changed.</summary>
    public static long Changes(IReadSnapshot db, CoinId coin) =>
        db.Number("SELECT coalesce(max(changes), 0) FROM trace_case WHERE coin_id = $1", coin);

    /// <summary>
    /// True if this issuer never verified the case, or it has changed since: a large one only if it was not verified lately.
    /// </summary>
    /// <param name="large">From so many payments on it is large.</param>
    /// <param name="lately">Since then; a date after now was an error of the clock.</param>
    public static bool IsToBeProven(IReadSnapshot db, CoinId coin, long large, Timestamp lately, Timestamp now) => db.Number(
        """
        SELECT count(*) FROM trace_case
        WHERE coin_id = $1 AND (proven_on = 0 OR (proven_at <> changes AND (proven_of <= $2 OR proven_on <= $3 OR proven_on > $4)))
        """,
        coin, large, lately, now) > 0;

    /// <summary>Keeps what this issuer's own check found.</summary>
    /// <param name="proven">Null: no excess is proven.</param>
    /// <param name="changes">How often the case had changed when it was read.</param>
    /// <param name="payments">In the dossier that was verified.</param>
    public static int KeepProven(
        IWriteTransaction db, CoinId coin, Amount? proven, long changes, Timestamp now, int payments) => db.Execute(
        "UPDATE trace_case SET proven = $2, proven_at = $3, proven_on = $4, proven_of = $5 WHERE coin_id = $1",
        coin, proven?.ToLedger() ?? -1L, changes, now, payments);

    /// <summary>Forgets the case of a coin.</summary>
    public static void Forget(IWriteTransaction db, long coin) => db.Execute("DELETE FROM trace_case WHERE coin = $1", coin);

    private static CaseRow Read(DbDataReader r) => new(
        r.GetInt64(0), r.Coin(1), checked((uint)r.GetInt64(2)), checked((uint)r.GetInt64(3)), r.Flag(4),
        r.IsDBNull(5) ? null : r.Digest(5), r.Money(6));

    private const string IsUnjudged = "is_excess = 1 AND proof IS NULL";

    /// <summary>Cases of an excess on which the bank has not spoken, and when each was opened; the oldest first.</summary>
    public static List<(CoinId Coin, Timestamp Opened)> Unjudged(IReadSnapshot db) => db.Query(
        $"SELECT coin_id, opened FROM trace_case WHERE {IsUnjudged} ORDER BY opened",
        r => (r.Coin(0), r.Date(1)));

    public static long CountUnjudged(IReadSnapshot db) => db.Number($"SELECT count(*) FROM trace_case WHERE {IsUnjudged}");

    /// <summary>Dossiers that were signed or verified later than now are looked at again.</summary>
    public static int LookAgain(IWriteTransaction db, Timestamp now) =>
        db.Execute("UPDATE trace_case SET proven_on = 0, changed = 1 WHERE dated > $1 OR proven_on > $1", now);

    /// <summary>A bank that was restored is told its cases again.</summary>
    public static int TellAgain(IWriteTransaction db, PartyId bank) =>
        db.Execute("UPDATE trace_case SET changed = 1 WHERE bank = $1", bank);

    /// <summary>When the bank spoke first on the last revision; 0 if it has not.</summary>
    public static Timestamp FoundAt(IReadSnapshot db, CoinId coin) =>
        db.Date("SELECT coalesce(found, 0) FROM trace_case WHERE coin_id = $1", coin);

    /// <summary>When the bank spoke first on the case; 0 if it has not.</summary>
    public static Timestamp FirstJudgedAt(IReadSnapshot db, CoinId coin) =>
        db.Date("SELECT coalesce(max(judged), 0) FROM trace_case WHERE coin_id = $1", coin);
}
