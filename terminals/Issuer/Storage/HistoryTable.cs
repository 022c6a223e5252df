namespace HierCash.Issuer;

/// <summary>A payment's row as it stands, amounts in minor units, for an audit.</summary>
/// <param name="Parts">What was credited, guaranteed and waits, together.</param>
internal sealed record AuditedPayment(
    long Id, PaymentId Payment, CashPayment? H, Receipt? Receipt, long Y, Verdict Verdict, long Parts, bool IsReversed);

/// <summary>A payment as the issuer keeps it.</summary>
/// <param name="Shop">Who was paid; null for a redemption.</param>
/// <param name="Verdict">The first one; the receipt has the newest.</param>
/// <param name="Reversal">The statement by which it was taken back, or null while it counts.</param>
/// <param name="Moved">What a reversal took from the shop so far.</param>
internal sealed record HistoryRow(
    long Id, PaymentId Payment, long Coin, ushort Seq, PartyId? Shop, Amount Y, Verdict Verdict, Timestamp Date, Share Share,
    Receipt Receipt, Reversal? Reversal, Amount Moved)
{
    public bool IsRedemption => Shop is null;
}

/// <summary>One payment with all that proves it, for a dossier (rule R3).</summary>
/// <param name="Submission">That its till submitted it; null for a redemption.</param>
internal sealed record HistoryEntry(CashPayment H, SubmissionProof? Submission, Receipt Receipt, bool IsReversed);

/// <summary>
/// The history database (EP 0810563, 108): each H that counts, counted, or was refused for a cancelled coin, with its submission and the
/// newest answer. A row that was taken back is struck for ever, and still found when its seq is looked up: a clone's second message under
/// it is an equivocation (rule R2).
/// </summary>
internal static class HistoryTable
{
    private const string Select =
        """
        SELECT id, payment_id, coin, shop, y, credited, guaranteed, waiting, due, receipt, reversed, moved, seq, verdict, date FROM history
        """;

    /// <summary>Of payments that count: not taken back, not refused because the coin was cancelled.</summary>
    private static readonly string Counts = $"reversed IS NULL AND verdict <> {(int)Verdict.Cancelled}";

    public static HistoryRow? Find(IReadSnapshot db, PaymentId payment) => db.First($"{Select} WHERE payment_id = $1", Read, payment);

    /// <summary>All payments of a coin, in the order in which they arrived.</summary>
    public static List<HistoryRow> Of(IReadSnapshot db, long coin) => db.Query($"{Select} WHERE coin = $1 ORDER BY id", Read, coin);

    /// <summary>Payments whose ids lie between two, both included, in the order in which they arrived.</summary>
    public static List<HistoryRow> Between(IReadSnapshot db, PaymentId first, PaymentId last) =>
        db.Query($"{Select} WHERE payment_id BETWEEN $1 AND $2 ORDER BY id", Read, first, last);

    /// <summary>True if the coin signed another message under this seq, also one that was taken back.</summary>
    public static bool HasOther(IReadSnapshot db, long coin, ushort seq) =>
        db.Number("SELECT count(*) FROM history WHERE coin = $1 AND seq = $2", coin, seq) > 0;

    /// <summary>True if the coin signed two messages under one seq that were not refused; a dead payment is one too.</summary>
    public static bool HasEquivocation(IReadSnapshot db, CoinRow coin) => db.Number(
        """
        SELECT count(*) FROM (SELECT seq FROM (
            SELECT payment_id, seq FROM history WHERE coin = $1 AND verdict <> $3
            UNION SELECT payment_id, seq FROM dead_payment WHERE coin_id = $2) AS signed GROUP BY seq HAVING count(*) > 1) AS twice
        """,
        coin.Number, coin.Id, Verdict.Cancelled) > 0;

    /// <summary>How many of a shop's payments of this coin got nothing and were not taken back.</summary>
    /// <param name="shop">Null: redemptions.</param>
    /// <param name="isRefused">Those that were refused because the coin had ended; else those that exceeded it.</param>
    public static long Unpaid(IReadSnapshot db, long coin, PartyId? shop, bool isRefused) => db.Number(
        $"""
        SELECT count(*) FROM history
        WHERE coin = $1 AND credited = 0 AND guaranteed = 0 AND reversed IS NULL AND verdict {(isRefused ? "=" : "<>")} $2 AND shop = $3
        """,
        coin, Verdict.Cancelled, shop?.Value ?? 0);

    /// <summary>Keeps a payment as it came, with its receipt, also one that was refused because its coin was cancelled.</summary>
    public static void Record(IWriteTransaction db, CoinRow coin, Submitted submitted, Receipt receipt) => db.Execute(
        """
        INSERT INTO history(payment_id, coin, seq, shop, y, verdict, credited, guaranteed, waiting, due, date, h, submission, receipt, till)
        VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """,
        submitted.H.Id, coin.Number, submitted.H.Seq, submitted.Shop?.Id.Value ?? 0,
        submitted.H.Paid, receipt.Verdict, receipt.Share.Credited, receipt.Share.Guaranteed,
        receipt.Share.Waiting, receipt.Share.Due, receipt.Date, submitted.Encoded,
        submitted.Submission?.Encode(), receipt.Encode(), submitted.H.Till);

    /// <summary>A payment of the coin: it holds the coin with its S_I.</summary>
    public static CashPayment? Shown(IReadSnapshot db, long coin) =>
        db.First("SELECT h FROM history WHERE coin = $1 ORDER BY id LIMIT 1", r => r.Kept(0, CashPayment.Decode), coin);

    /// <summary>A later revision replaces the earlier one.</summary>
    public static void Revise(IWriteTransaction db, HistoryRow row, Receipt receipt) => db.Execute(
        "UPDATE history SET credited = $2, guaranteed = $3, waiting = $4, due = $5, receipt = $6 WHERE id = $1",
        row.Id, receipt.Share.Credited, receipt.Share.Guaranteed, receipt.Share.Waiting, receipt.Share.Due, receipt.Encode());

    /// <summary>Strikes the payment out for ever.</summary>
    /// <param name="kept">What of the coin's money stays with the shop (a revoked till's S_W moves only what an excess needs).</param>
    public static void Strike(IWriteTransaction db, HistoryRow row, Amount kept, Reversal reversal, Receipt receipt) => db.Execute(
        "UPDATE history SET credited = $2, guaranteed = 0, waiting = 0, due = 0, reversed = $3, moved = $4, receipt = $5 WHERE id = $1",
        row.Id, kept, reversal.Encode(), reversal.Moved, receipt.Encode());

    /// <summary>The payment was struck out by S_W of a till whose key was revoked before.</summary>
    public static void StruckByRevoked(IWriteTransaction db, HistoryRow row) =>
        db.Execute("UPDATE history SET by_revoked = 1 WHERE id = $1", row.Id);

    /// <summary>Payments that count and exceed the coin, in the order in which they arrived.</summary>
    public static List<HistoryRow> Exceeding(IReadSnapshot db, long coin) =>
        db.Query($"{Select} WHERE coin = $1 AND {Counts} AND guaranteed + waiting > 0 ORDER BY id", Read, coin);

    /// <summary>Struck payments whose money stayed with a shop whose till was revoked, the newest first.</summary>
    public static List<HistoryRow> Kept(IReadSnapshot db, long coin) =>
        db.Query($"{Select} WHERE coin = $1 AND reversed IS NOT NULL AND credited > 0 ORDER BY id DESC", Read, coin);

    /// <summary>Payments that S_W of a revoked till struck out and from whose shop something was moved, the oldest first.</summary>
    public static List<HistoryRow> Drawn(IReadSnapshot db, long coin) =>
        db.Query($"{Select} WHERE coin = $1 AND by_revoked = 1 AND moved > 0 ORDER BY id", Read, coin);

    /// <summary>Sum of y over all payments of the coin that count, also of what exceeds it.</summary>
    public static Amount Signed(IReadSnapshot db, long coin) => SumOfY(db, coin, Counts);

    /// <summary>The same with what was refused because the coin had ended.</summary>
    public static Amount SignedWithRefused(IReadSnapshot db, long coin) => SumOfY(db, coin, "reversed IS NULL");

    /// <summary>
    /// Sum of y over payments that count and have this S_I; and whether payments with another one count (rule R27). A coin's id says which:
    /// whoever has a signature has a second one of the same message.
    /// </summary>
    public static (Amount Its, bool HasOthers) SignedWith(IReadSnapshot db, long coin, CoinId id)
    {
        var counting = db.Query(
            $"SELECT h, y FROM history WHERE coin = $1 AND {Counts}",
            r => (r.Kept(0, CashPayment.Decode).Coin.Id, Y: r.Money(1)), coin);
        return (counting.Where(c => c.Id == id).Aggregate(Amount.Zero, (sum, c) => sum + c.Y), counting.Exists(c => c.Id != id));
    }

    /// <summary>Payments of the coin that count or counted, also those taken back, with what proves each; not what was refused.</summary>
    public static List<HistoryEntry> Entries(IReadSnapshot db, long coin) => db.Query(
        "SELECT h, submission, receipt, reversed FROM history WHERE coin = $1 AND verdict <> $2 ORDER BY id",
        r => new HistoryEntry(
            r.Kept(0, CashPayment.Decode), r.KeptOrNull(1, SubmissionProof.Decode), r.Kept(2, Receipt.Decode), !r.IsDBNull(3)),
        coin, Verdict.Cancelled);

    /// <summary>Forgets all payments of a coin.</summary>
    public static int Forget(IWriteTransaction db, long coin) => db.Execute("DELETE FROM history WHERE coin = $1", coin);

    private static Amount SumOfY(IReadSnapshot db, long coin, string which) =>
        db.Sum($"SELECT CAST(coalesce(sum(y), 0) AS BIGINT) FROM history WHERE coin = $1 AND {which}", coin);

    private static HistoryRow Read(DbDataReader r) => new(
        r.GetInt64(0), r.Payment(1), r.GetInt64(2), checked((ushort)r.GetInt64(12)), r.GetInt64(3) == 0 ? null : r.Party(3),
        r.Money(4), (Verdict)r.GetInt64(13), r.Date(14),
        new Share(r.Money(5), r.Money(6), r.Money(7), r.Date(8)),
        r.Kept(9, Receipt.Decode), r.KeptOrNull(10, Reversal.Decode), r.Money(11));

    public static List<AuditedPayment> Audited(IReadSnapshot db) => db.Query(
        """
        SELECT id, payment_id, h, receipt, y, verdict, credited, guaranteed, waiting, CASE WHEN reversed IS NULL THEN 0 ELSE 1 END
        FROM history
        """,
        r => new AuditedPayment(
            r.GetInt64(0), r.Payment(1), CashPayment.Decode(r.Bytes(2)), Receipt.Decode(r.Bytes(3)), r.GetInt64(4),
            (Verdict)r.GetInt64(5),
            r.GetInt64(6) + r.GetInt64(7) + r.GetInt64(8), r.Flag(9)));

    /// <summary>What exceeds coins and nobody guarantees, of payments to shops or of redemptions.</summary>
    public static WaitingSum? Waiting(IReadSnapshot db, bool redemptions) => db.First(
        """
        SELECT count(*), CAST(coalesce(sum(waiting), 0) AS BIGINT), min(date) FROM history
        WHERE reversed IS NULL AND waiting > 0 AND CASE WHEN shop = 0 THEN 1 ELSE 0 END = $1 HAVING count(*) > 0
        """,
        WaitingSum.Read, redemptions);

    /// <summary>Payments that were answered later than now, or whose promise is due later than that.</summary>
    public static List<PaymentId> AnsweredAfter(IReadSnapshot db, Timestamp now, Timestamp due) => db.Query(
        "SELECT payment_id FROM history WHERE date > $1 OR due > $2",
        r => r.Payment(0), now, due);

    /// <summary>What was answered later than now was answered now.</summary>
    public static int AnsweredBy(IWriteTransaction db, Timestamp now) => db.Execute("UPDATE history SET date = $1 WHERE date > $1", now);

    /// <summary>Of all payments that were taken back.</summary>
    public static List<Reversal> Reversals(IReadSnapshot db) =>
        db.Query("SELECT reversed FROM history WHERE reversed IS NOT NULL", r => r.Kept(0, Reversal.Decode));

    /// <summary>The reversal of a payment was signed again.</summary>
    public static int SignedAgain(IWriteTransaction db, Reversal reversal) => db.Execute(
        "UPDATE history SET reversed = $2 WHERE payment_id = $1", reversal.Payment, reversal.Encode());

    /// <summary>One page: it goes from the till to its payments after that number, and never through all payments of a shop.</summary>
    internal const string SubmittedBy =
        "SELECT id, h, receipt, reversed FROM history WHERE till = $1 AND id > $2 AND shop = $3 ORDER BY id LIMIT $4";

    /// <summary>What a till had submitted for its shop, after that row.</summary>
    public static List<SubmittedPayment> Submitted(IReadSnapshot db, TillId till, PartyId shop, ulong after, int most) => db.Query(
        SubmittedBy,
        r => new SubmittedPayment(
            (ulong)r.GetInt64(0), r.Kept(1, CashPayment.Decode), r.Kept(2, Receipt.Decode),
            r.KeptOrNull(3, Reversal.Decode)),
        till, after, shop, most);
}
