namespace HierCash.Wallet;

/// <summary>Payments whose S_W the issuer has answered.</summary>
internal static class UploadedTable
{
    public static bool Holds(IReadSnapshot db, PaymentId payment) =>
        db.Number("SELECT count(*) FROM uploaded WHERE payment_id = $1", payment.Value.ToArray()) > 0;

    public static int Add(IWriteTransaction db, PaymentId payment) =>
        db.Execute("INSERT INTO uploaded(payment_id) VALUES($1) ON CONFLICT DO NOTHING", payment.Value.ToArray());
}
