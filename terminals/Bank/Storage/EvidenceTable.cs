namespace HierCash.Bank;

/// <summary>A case as the bank keeps it.</summary>
/// <param name="Proof">What the file shows, with all that was heard and filed.</param>
/// <param name="Allowed">Most that may ever be claimed.</param>
internal sealed record CaseEntry(uint Revision, Proof Proof, Amount Allowed, Evidence? File);

/// <summary>What bounds a claim on a case.</summary>
/// <param name="Excess">What is proven to be signed too much.</param>
/// <param name="Guaranteed">What the receipts in the dossier promise.</param>
/// <param name="Noticed">The most of which a notice whose term is over told the holder.</param>
internal sealed record ClaimBounds(Amount Excess, Amount Guaranteed, Amount Noticed, Amount Claimed);

/// <summary>Cases (claim 6, step 9e): the newest dossier of each, what may be and was claimed, and what the issuer is told.</summary>
internal static class EvidenceTable
{
    public static CaseEntry? Find(IReadSnapshot db, CoinId coin) => db.First(
        "SELECT revision, proof, excess, guaranteed, file FROM evidence WHERE coin_id = $1",
        r => new CaseEntry(
            checked((uint)r.GetInt64(0)), (Proof)r.GetInt64(1), Amount.Min(r.Money(2), r.Money(3)), r.KeptOrNull(4, Evidence.Decode)),
        coin);

    /// <summary>The files, the first judged first.</summary>
    public static List<Evidence> Files(IReadSnapshot db) =>
        db.Query("SELECT file FROM evidence WHERE file IS NOT NULL ORDER BY judged, coin_id", r => r.Kept(0, Evidence.Decode));

    /// <summary>The bytes of the file; none where there is no file.</summary>
    public static byte[] EncodedFile(IReadSnapshot db, CoinId coin) =>
        db.First("SELECT file FROM evidence WHERE coin_id = $1", r => r.BytesOrNull(0) ?? [], coin) ?? [];

    /// <summary>The name of the holder whom the case is about; null where it is about none.</summary>
    public static string? HolderOf(IReadSnapshot db, CoinId coin) => db.First(
        "SELECT a.name FROM evidence e JOIN account a ON a.u = e.u WHERE e.coin_id = $1", r => r.GetString(0), coin);

    /// <summary>A dossier that proves nothing: what the issuer is told. A file that an earlier revision gave stays.</summary>
    public static bool Reject(IWriteTransaction db, Dossier dossier, Proof proof, Timestamp now) => db.Execute(
        """
        INSERT INTO evidence(coin_id, revision, proof, outcome, spent, excess, guaranteed, judged) VALUES($1, $2, $3, $3, $4, 0, 0, $5)
        ON CONFLICT(coin_id) DO UPDATE SET revision = excluded.revision, outcome = excluded.outcome, told = 0
        """,
        dossier.Coin, dossier.Header.Revision, proof, dossier.Spent, now) > 0;

    /// <summary>Keeps a file, in the place of that of an earlier revision.</summary>
    /// <param name="standing">What it shows with all that was heard and filed.</param>
    public static void Keep(IWriteTransaction db, Evidence file, EvidenceFinding standing, Timestamp now) => db.Execute(
        """
        INSERT INTO evidence(coin_id, revision, u, proof, outcome, spent, excess, guaranteed, file, judged, fell)
        VALUES($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT(coin_id) DO UPDATE SET
            revision = excluded.revision, u = excluded.u, proof = excluded.proof, outcome = excluded.outcome, told = 0,
            spent = excluded.spent, excess = excluded.excess, guaranteed = excluded.guaranteed, file = excluded.file,
            fell = CASE WHEN excluded.fell IS NULL THEN NULL ELSE coalesce(evidence.fell, excluded.fell) END
        """,
        file.Dossier.Coin, file.Dossier.Header.Revision, file.Order.User, Shown(standing),
        standing.Spent, standing.Excess, standing.Guaranteed, file.Encode(), now, standing.IsProven ? null : now);

    /// <summary>Something was heard or filed: what the file shows now. The issuer is to be told if that is another finding.</summary>
    public static void Weigh(IWriteTransaction db, Evidence file, EvidenceFinding standing, Timestamp now) => db.Execute(
        """
        UPDATE evidence SET told = CASE WHEN outcome = $2 THEN told ELSE 0 END, outcome = $2, proof = $2,
            spent = $3, excess = $4, guaranteed = $5, file = $6, fell = CASE WHEN $2 = $8 THEN NULL ELSE coalesce(fell, $7) END
        WHERE coin_id = $1
        """,
        file.Dossier.Coin, Shown(standing), standing.Spent, standing.Excess, standing.Guaranteed, file.Encode(), now, Proof.Excess);

    /// <summary>Since when a case proves nothing any more, and what is claimed on it now.</summary>
    public static (Timestamp? Fell, Amount Claimed) Standing(IReadSnapshot db, CoinId coin) =>
        db.Query(
            "SELECT fell, claimed FROM evidence WHERE coin_id = $1", r => (r.DateOrNull(0), r.Money(1)), coin).Single();

    /// <summary>
    /// What may be claimed now; null where there is no case. Notices count whose term is over; of a case that has fallen only those whose
    /// last answer still counts for money.
    /// </summary>
    public static ClaimBounds? Bounds(IReadSnapshot db, CoinId coin, Timestamp now) => db.First(
        """
        SELECT CASE WHEN e.proof = $3 THEN e.excess ELSE 0 END, e.guaranteed,
            coalesce((SELECT max(n.allowed) FROM notice n
                WHERE n.coin_id = e.coin_id AND n.until <= $2 AND (n.fallen = 0 OR $2 <= n.last)), 0), e.claimed
        FROM evidence e WHERE e.coin_id = $1
        """,
        r => new ClaimBounds(r.Money(0), r.Money(1), r.Money(2), r.Money(3)),
        coin, now, Proof.Excess);

    /// <summary>What is claimed on the case of that coin; nothing where there is none.</summary>
    public static Amount Claimed(IReadSnapshot db, CoinId coin) => db.Sum("SELECT claimed FROM evidence WHERE coin_id = $1", coin);

    /// <param name="change">In minor units; below zero what is given back.</param>
    public static void AddClaimed(IWriteTransaction db, CoinId coin, long change) =>
        db.Execute("UPDATE evidence SET claimed = claimed + $2 WHERE coin_id = $1", coin, change);

    /// <summary>What the issuer is to be told.</summary>
    public static List<(CoinId Coin, uint Revision, Proof Outcome)> Untold(IReadSnapshot db) => db.Query(
        "SELECT coin_id, revision, outcome FROM evidence WHERE told = 0 ORDER BY coin_id",
        r => (r.Coin(0), checked((uint)r.GetInt64(1)), (Proof)r.GetInt64(2)));

    /// <summary>The issuer was told; unless the finding changed meanwhile.</summary>
    public static bool MarkTold(IWriteTransaction db, CoinId coin, uint revision, Proof outcome) => db.Execute(
        "UPDATE evidence SET told = 1 WHERE coin_id = $1 AND revision = $2 AND outcome = $3",
        coin, revision, outcome) > 0;

    /// <summary>The issuer asks again: its answer was lost.</summary>
    public static bool TellAgain(IWriteTransaction db, CoinId coin) =>
        db.Execute("UPDATE evidence SET told = 0 WHERE coin_id = $1", coin) > 0;

    /// <summary>Cases whose terms are over and that wait for no answer, the first judged first, with what was claimed on each.</summary>
    /// <param name="proved">Those with a file, or a claim, that were judged before that moment.</param>
    /// <param name="rejected">The others.</param>
    public static List<(CoinId Coin, Amount Claimed)> Over(IReadSnapshot db, Timestamp proved, Timestamp rejected, int most) => db.Query(
        """
        SELECT coin_id, claimed FROM evidence e WHERE told = 1 AND judged < CASE WHEN file IS NULL AND claimed = 0 THEN $1 ELSE $2 END
            AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.coin_id = e.coin_id AND n.until >= $1)
            AND NOT EXISTS (SELECT 1 FROM void_message v WHERE v.coin_id = e.coin_id AND v.answer IS NULL)
        ORDER BY judged, coin_id LIMIT $3
        """,
        r => (r.Coin(0), r.Money(1)), rejected, proved, most);

    public static void Forget(IWriteTransaction db, CoinId coin) => db.Execute("DELETE FROM evidence WHERE coin_id = $1", coin);

    private static Proof Shown(EvidenceFinding finding) => finding.IsProven ? Proof.Excess : Proof.Nothing;
}
