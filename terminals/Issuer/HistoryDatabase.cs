using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <param name="Shop">0 for a redemption.</param>
/// <param name="Reversed">The statement by which it was taken back.</param>
internal sealed record HistoryRow(long Id, long Shop, Amount Credited, Receipt Receipt, byte[]? Reversed);

/// <summary>The history database (EP 0810563, 108): each H that counts, with the answer that it got.</summary>
internal static class HistoryDatabase
{
    /// <summary>The first answer to this payment (hole 5).</summary>
    public static Receipt? Answer(Database db, PaymentId payment) =>
        db.First("SELECT receipt FROM history WHERE payment_id = ?1", r => r.Bytes(0), payment.Value.ToArray()) is { } stored
            ? Receipt.Decode(stored)
            : null;

    /// <summary>True if the coin signed another message under this seq.</summary>
    public static bool HasOther(Database db, long coin, ushort seq) =>
        db.Number("SELECT count(*) FROM history WHERE coin = ?1 AND seq = ?2 AND reversed IS NULL", coin, (long)seq) > 0;

    public static void Record(Database db, CoinRow coin, CashPayment h, PartyId shop, Amount credited, Receipt receipt) => db.Execute(
        """
        INSERT INTO history(payment_id, coin, seq, shop, y, verdict, credited, date, h, receipt)
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        """,
        h.Id.Value.ToArray(), coin.Number, (long)h.Seq, (long)shop.Value, h.Paid.ToLedger(), (long)receipt.Verdict, credited.ToLedger(),
        receipt.Date.ToLedger(), h.Encode(), receipt.Encode());

    /// <summary>What was credited for a payment, to whom, and whether it was taken back; null if it is not there.</summary>
    public static HistoryRow? Find(Database db, PaymentId payment) => db.First(
        "SELECT id, shop, credited, receipt, reversed FROM history WHERE payment_id = ?1",
        r => new HistoryRow(r.GetInt64(0), r.GetInt64(1), Amount.FromLedger(r.GetInt64(2)), Receipt.Decode(r.Bytes(3))!, r.BytesOrNull(4)),
        payment.Value.ToArray());

    public static void Reverse(Database db, HistoryRow row, byte[] statement) =>
        db.Execute("UPDATE history SET credited = 0, reversed = ?2 WHERE id = ?1", row.Id, statement);

    /// <summary>Sum of y over all payments of the coin that were not taken back, also those that got no money.</summary>
    public static Amount Signed(Database db, long coin) =>
        Amount.FromLedger(db.Number("SELECT coalesce(sum(y), 0) FROM history WHERE coin = ?1 AND reversed IS NULL", coin));

    /// <summary>What counts as evidence: payments that were taken back never do (hole 19).</summary>
    public static List<CashPayment> Payments(Database db, long coin) =>
        db.Query("SELECT h FROM history WHERE coin = ?1 AND reversed IS NULL ORDER BY id", r => CashPayment.Decode(r.Bytes(0))!, coin);
}
