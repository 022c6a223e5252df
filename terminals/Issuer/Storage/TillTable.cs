namespace HierCash.Issuer;

/// <summary>Tills: whose each is, since when it is registered, when it was revoked, and its newest batch.</summary>
internal static class TillTable
{
    /// <summary>All tills, the newest first.</summary>
    public static List<TillRow> All(IReadSnapshot db) => db.Query(
        """
        SELECT t.w, t.shop, s.name, t.registered, t.enrolled_by, t.revoked FROM till t JOIN shop s ON s.id = t.shop
        ORDER BY t.registered DESC, t.w
        """,
        r => new TillRow(
            r.Till(0), r.Party(1), r.GetString(2), r.Date(3), r.IsDBNull(4) ? null : r.Till(4), r.DateOrNull(5)));

    /// <summary>
    /// Registers a till; a known one keeps its shop. Enrolled again under a clock that is right, what it sells from then on counts, also if
    /// its first day lay in the future.
    /// </summary>
    /// <param name="by">The till that vouched for it; null: a bank did.</param>
    public static void Register(IWriteTransaction db, TillId w, PublicKey key, PartyId shop, TillId? by, Timestamp now)
    {
        db.Execute(
            """
            INSERT INTO till(w, public_key, shop, registered, enrolled_by) VALUES($1, $2, $3, $4, $5)
            ON CONFLICT(w) DO UPDATE
                SET registered = CASE WHEN till.registered < excluded.registered THEN till.registered ELSE excluded.registered END
            """,
            w, key, shop, now, by);
    }

    /// <summary>When the till's key was revoked, or null.</summary>
    public static Timestamp? RevokedAt(IReadSnapshot db, TillId w) =>
        db.Number("SELECT coalesce(revoked, 0) FROM till WHERE w = $1", w) is > 0 and var date
            ? Timestamp.FromLedger(date) : null;

    public static bool IsRevokedBefore(IReadSnapshot db, TillId w, Timestamp moment) =>
        db.Number(
            "SELECT count(*) FROM till WHERE w = $1 AND revoked IS NOT NULL AND revoked < $2", w, moment) > 0;

    public static bool IsRegisteredAfter(IReadSnapshot db, TillId w, Timestamp moment) =>
        db.Number("SELECT count(*) FROM till WHERE w = $1 AND registered > $2", w, moment) > 0;

    /// <summary>Tills that were registered on this one's word, at that moment or later.</summary>
    public static List<TillId> EnrolledBy(IReadSnapshot db, TillId w, Timestamp since) => db.Query(
        "SELECT w FROM till WHERE enrolled_by = $1 AND registered >= $2 ORDER BY registered, w",
        r => r.Till(0), w, since);

    /// <returns>False if there is no such till, or it was revoked before.</returns>
    public static bool Revoke(IWriteTransaction db, TillId w, Timestamp date) =>
        db.Execute("UPDATE till SET revoked = $2 WHERE w = $1 AND revoked IS NULL", w, date) == 1;

    /// <summary>What was registered under a date that is still to come counts from now.</summary>
    public static int RegisteredBy(IWriteTransaction db, Timestamp now) =>
        db.Execute("UPDATE till SET registered = $1 WHERE registered > $1", now);

    /// <summary>The till's newest batch: its first subject, and that the till signed it. Null before the first.</summary>
    public static (Digest Subject, SubmissionProof Proof)? NewestBatch(IReadSnapshot db, TillId w) => db.Value(
        "SELECT newest_subject, newest_proof FROM till WHERE w = $1 AND newest > 0",
        r => (r.Digest(0), r.Kept(1, SubmissionProof.Decode)), w);

    /// <summary>Keeps a batch that is newer than the one that is kept.</summary>
    public static int NoteBatch(IWriteTransaction db, TillId w, Timestamp date, Digest subject, SubmissionProof proof) => db.Execute(
        "UPDATE till SET newest = $2, newest_subject = $3, newest_proof = $4 WHERE w = $1 AND newest < $2",
        w, date, subject, proof.Encode());

    /// <summary>The issuer answered this till then. A later answer that was noted stays.</summary>
    public static void Answered(IWriteTransaction db, TillId till, Timestamp date) => db.Execute(
        "UPDATE till SET contact = $2 WHERE w = $1 AND coalesce(contact, 0) < $2", till, date);

    /// <summary>The issuer's last answer to this till; 0 if there was none.</summary>
    public static Timestamp LastAnswer(IReadSnapshot db, TillId till) =>
        db.Date("SELECT coalesce(contact, 0) FROM till WHERE w = $1", till);
}
