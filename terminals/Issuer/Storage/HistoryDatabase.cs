using System.Data.Common;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>A payment as the issuer keeps it.</summary>
/// <param name="Shop">Who was paid; null for a redemption.</param>
/// <param name="Receipt">The newest revision.</param>
/// <param name="Reversal">The statement by which it was taken back, or null while it counts.</param>
/// <param name="Moved">What a reversal took from the shop so far.</param>
internal sealed record HistoryRow(
    long Id, PaymentId Payment, long Coin, PartyId? Shop, Amount Y, Share Share, Receipt Receipt, byte[]? Reversal, Amount Moved)
{
    public bool IsRedemption => Shop is null;
}

/// <summary>One payment with all that proves it, for a dossier (rule R3).</summary>
/// <param name="Submission">That its till submitted it; null for a redemption.</param>
/// <param name="Reversal">The statement by which it was taken back, or null while it counts.</param>
internal sealed record HistoryEntry(CashPayment H, SubmissionProof? Submission, Receipt Receipt, byte[]? Reversal);

/// <summary>
/// The history database (EP 0810563, 108): each H that counts, counted, or was refused for a cancelled coin, with its submission and the newest answer. A row that was taken back is struck for
/// ever, and still found when its seq is looked up: a clone's second message under it is an equivocation (rule R2).
/// </summary>
internal static class HistoryDatabase
{
    private const string Columns = "id, payment_id, coin, shop, y, credited, guaranteed, waiting, due, receipt, reversed, moved";

    /// <summary>Of payments that count: not taken back, not refused because the coin was cancelled.</summary>
    private static readonly string Counts = $"reversed IS NULL AND verdict <> {(int)Verdict.Cancelled}";

    public static HistoryRow? Find(IReadSnapshot db, PaymentId payment) =>
        db.First($"SELECT {Columns} FROM history WHERE payment_id = $1", Read, payment.Value.ToArray());

    /// <summary>True if the coin signed another message under this seq, also one that was taken back.</summary>
    public static bool HasOther(IReadSnapshot db, long coin, ushort seq)
    {
        string which = "coin = $1 AND seq = $2";
        Switches.Replace("R2 reversed", ref which, which + " AND reversed IS NULL");
        return db.Number($"SELECT count(*) FROM history WHERE {which}", coin, (long)seq) > 0;
    }

    /// <summary>
    /// Payments that got nothing, which are kept of one coin for one shop: who has its key, and a till, makes them without end (rule R10). No shop takes another's place,
    /// and shops are enrolled by hand.
    /// </summary>
    public const int MaxUnpaid = 64;

    /// <summary>
    /// True if enough is kept of a shop's payments of this coin that got nothing. Only of a coin that is cancelled already: before that each may be the one that makes
    /// the case, and what was taken back takes nobody's place. What is refused because a card is lost takes no place of what exceeds X.
    /// </summary>
    public static bool IsFull(IReadSnapshot db, CoinRow coin, PartyId? shop, bool isRefused)
    {
        string ofShop = "shop = $4";
        Switches.Replace("R10 own place", ref ofShop, "$4 = $4");
        bool isFull = (isRefused ? coin.Ended ?? coin.Closed : coin.Cancelled) is not null
            && db.Number(
                $"SELECT count(*) FROM history WHERE coin = $1 AND credited = 0 AND guaranteed = 0 AND reversed IS NULL AND (verdict = $2) = $3 AND {ofShop}",
                coin.Number, (long)Verdict.Cancelled, isRefused ? 1L : 0L, (long)(shop?.Value ?? 0)) >= MaxUnpaid;
        Switches.Off("R10 unpaid", ref isFull);
        return isFull;
    }

    /// <summary>Keeps a payment with its receipt, also one that was refused because its coin was cancelled.</summary>
    public static void Record(IWriteTransaction db, CoinRow coin, CashPayment h, PartyId? shop, SubmissionProof? submission, Receipt receipt)
    {
        db.Execute(
            """
            INSERT INTO history(payment_id, coin, seq, shop, y, verdict, credited, guaranteed, waiting, due, date, h, submission, receipt, till)
            VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            h.Id.Value.ToArray(), coin.Number, (long)h.Seq, (long)(shop?.Value ?? 0), h.Paid.ToLedger(), (long)receipt.Verdict,
            receipt.Share.Credited.ToLedger(), receipt.Share.Guaranteed.ToLedger(), receipt.Share.Waiting.ToLedger(), receipt.Share.Due.ToLedger(),
            receipt.Date.ToLedger(), h.Encode(), submission?.Encode(), receipt.Encode(), h.Till.Value.ToArray());
    }

    /// <summary>A payment of the coin: it holds the coin with its S_I.</summary>
    public static CashPayment? Shown(IReadSnapshot db, long coin) => db.First("SELECT h FROM history WHERE coin = $1 ORDER BY id LIMIT 1", r => CashPayment.Decode(r.Bytes(0))!, coin);

    /// <summary>A later revision replaces the earlier one.</summary>
    public static void Revise(IWriteTransaction db, HistoryRow row, Share share, Receipt receipt) => db.Execute(
        "UPDATE history SET credited = $2, guaranteed = $3, waiting = $4, due = $5, receipt = $6 WHERE id = $1",
        row.Id, share.Credited.ToLedger(), share.Guaranteed.ToLedger(), share.Waiting.ToLedger(), share.Due.ToLedger(), receipt.Encode());

    /// <summary>Strikes the payment out for ever.</summary>
    /// <param name="kept">What of the coin's money stays with the shop (a revoked till's S_W moves only what an excess needs).</param>
    public static void Strike(IWriteTransaction db, HistoryRow row, Amount kept, Amount moved, byte[] reversal, Receipt receipt) => db.Execute(
        "UPDATE history SET credited = $2, guaranteed = 0, waiting = 0, due = 0, reversed = $3, moved = $4, receipt = $5 WHERE id = $1",
        row.Id, kept.ToLedger(), reversal, moved.ToLedger(), receipt.Encode());

    /// <summary>The payment was struck out by S_W of a till whose key was revoked before.</summary>
    public static void StruckByRevoked(IWriteTransaction db, HistoryRow row) => db.Execute("UPDATE history SET by_revoked = 1 WHERE id = $1", row.Id);

    /// <summary>Payments that count and exceed the coin, in the order in which they arrived.</summary>
    public static List<HistoryRow> Exceeding(IReadSnapshot db, long coin)
    {
        string order = "id";
        Switches.Replace("R2 arrival", ref order, "id DESC");
        return db.Query($"SELECT {Columns} FROM history WHERE coin = $1 AND {Counts} AND guaranteed + waiting > 0 ORDER BY {order}", Read, coin);
    }

    /// <summary>Struck payments whose money stayed with a shop whose till was revoked, the newest first.</summary>
    public static List<HistoryRow> Kept(IReadSnapshot db, long coin) =>
        db.Query($"SELECT {Columns} FROM history WHERE coin = $1 AND reversed IS NOT NULL AND credited > 0 ORDER BY id DESC", Read, coin);

    /// <summary>Payments that S_W of a revoked till struck out and from whose shop something was moved, the oldest first.</summary>
    public static List<HistoryRow> Drawn(IReadSnapshot db, long coin) =>
        db.Query($"SELECT {Columns} FROM history WHERE coin = $1 AND by_revoked = 1 AND moved > 0 ORDER BY id", Read, coin);

    /// <summary>Sum of y over all payments of the coin that count, also of what exceeds it.</summary>
    public static Amount Signed(IWriteTransaction db, long coin) =>
        Amount.FromLedger(db.Number($"SELECT coalesce(sum(y), 0) FROM history WHERE coin = $1 AND {Counts}", coin));

    /// <summary>The same with this S_I alone; and whether payments with another one count (rule R27). A coin's id says which: whoever has a signature has a second one of the same message.</summary>
    public static (Amount Its, bool HasOthers) SignedWith(IReadSnapshot db, long coin, CoinId id)
    {
        var counting = db.Query($"SELECT h, y FROM history WHERE coin = $1 AND {Counts}", r => (CashPayment.Decode(r.Bytes(0))!.Coin.Id, Y: Amount.FromLedger(r.GetInt64(1))), coin);
        return (counting.Where(c => c.Id == id).Aggregate(Amount.Zero, (sum, c) => sum + c.Y), counting.Exists(c => c.Id != id));
    }

    /// <summary>The same with what was refused because the coin had ended.</summary>
    public static Amount SignedWithRefused(IReadSnapshot db, long coin) =>
        Amount.FromLedger(db.Number("SELECT coalesce(sum(y), 0) FROM history WHERE coin = $1 AND reversed IS NULL", coin));

    /// <summary>Payments of the coin that count or counted, also those that were taken back, with what proves each; not what was refused.</summary>
    public static List<HistoryEntry> Entries(IReadSnapshot db, long coin) => db.Query(
        $"SELECT h, submission, receipt, reversed FROM history WHERE coin = $1 AND verdict <> {(int)Verdict.Cancelled} ORDER BY id",
        r => new HistoryEntry(
            CashPayment.Decode(r.Bytes(0))!, r.BytesOrNull(1) is { } s ? SubmissionProof.Decode(s) : null, Receipt.Decode(r.Bytes(2))!, r.BytesOrNull(3)),
        coin);

    private static HistoryRow Read(DbDataReader r) => new(
        r.GetInt64(0), new PaymentId(Digest.Read(r.Bytes(1))), r.GetInt64(2), r.GetInt64(3) == 0 ? null : new PartyId(checked((uint)r.GetInt64(3))),
        Amount.FromLedger(r.GetInt64(4)),
        new Share(Amount.FromLedger(r.GetInt64(5)), Amount.FromLedger(r.GetInt64(6)), Amount.FromLedger(r.GetInt64(7)), Timestamp.FromLedger(r.GetInt64(8))),
        Receipt.Decode(r.Bytes(9))!, r.BytesOrNull(10), Amount.FromLedger(r.GetInt64(11)));
}
