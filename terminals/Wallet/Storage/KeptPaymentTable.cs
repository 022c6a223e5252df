namespace HierCash.Wallet;

/// <summary>Payments as the card's log had them: one row each, or one for each proof that took a payment back.</summary>
internal static class KeptPaymentTable
{
    /// <summary>Oldest first.</summary>
    public static List<(LogState State, LoggedPayment Entry, CashPayment H)> All(IReadSnapshot db) => db.Query(
        "SELECT h, entry FROM payment ORDER BY time, number",
        r => (H: r.Kept(0, CashPayment.Decode), Reply: LogReply.Decode(r.Bytes(1))!))
        .ConvertAll(p => (p.Reply.State, p.Reply.Payment!, p.H));

    /// <summary>The entries of one payment, each as it was encoded.</summary>
    public static List<byte[]> EntriesOf(IReadSnapshot db, PaymentId payment) =>
        db.Query("SELECT entry FROM payment WHERE payment_id = $1", r => r.Bytes(0), payment.Value.ToArray());

    public static void Add(IWriteTransaction db, CashPayment h, byte[] entry) => db.Execute(
        "INSERT INTO payment(payment_id, time, h, entry) VALUES($1, $2, $3, $4)",
        h.Id.Value.ToArray(), h.Time.ToLedger(), h.Encode(), entry);

    public static void Remove(IWriteTransaction db, PaymentId payment, byte[] entry) =>
        db.Execute("DELETE FROM payment WHERE payment_id = $1 AND entry = $2", payment.Value.ToArray(), entry);
}
