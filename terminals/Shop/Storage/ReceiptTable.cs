namespace HierCash.Shop;

/// <summary>Every revision of every receipt (rule R1).</summary>
internal static class ReceiptTable
{
    public static void Keep(IWriteTransaction db, PaymentId payment, Receipt receipt) => db.Execute(
        "INSERT INTO receipt(payment_id, revision, receipt) VALUES($1, $2, $3) ON CONFLICT DO NOTHING",
        payment.Value.ToArray(), (long)receipt.Revision, (receipt with { Repeated = false }).Encode());
}
