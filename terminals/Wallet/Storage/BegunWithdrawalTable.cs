namespace HierCash.Wallet;

/// <summary>Withdrawals that this wallet began, and the order of each as the card signed it last.</summary>
internal static class BegunWithdrawalTable
{
    public static bool Holds(IReadSnapshot db, WithdrawalId request) =>
        db.Number("SELECT count(*) FROM begun WHERE request = $1", request.Value.ToArray()) > 0;

    public static int Begin(IWriteTransaction db, WithdrawalId request) =>
        db.Execute("INSERT INTO begun(request) VALUES($1) ON CONFLICT DO NOTHING", request.Value.ToArray());

    /// <summary>Keeps the order, in the place of an earlier one of the same withdrawal.</summary>
    public static int Order(IWriteTransaction db, WithdrawalOrder order) => db.Execute(
        """
        INSERT INTO begun(request, ordered, number, date) VALUES($1, $2, $3, $4)
        ON CONFLICT(request) DO UPDATE SET ordered = excluded.ordered, number = excluded.number, date = excluded.date
        """,
        order.Request.Value.ToArray(), BerTlv.Encode(WithdrawalOrder.MaxEncodedSize, order.Write), (long)order.Number,
        order.Date.ToLedger());

    /// <summary>Orders since then, of whatever account, in order of number.</summary>
    public static List<WithdrawalOrder> OrdersSince(IReadSnapshot db, Timestamp since) => db.Query(
        "SELECT ordered FROM begun WHERE ordered IS NOT NULL AND date >= $1 ORDER BY number, date", r => Read(r.Bytes(0)),
        since.ToLedger());

    /// <summary>Orders of that number, of whatever account.</summary>
    public static List<WithdrawalOrder> OrdersOf(IReadSnapshot db, uint number) =>
        db.Query("SELECT ordered FROM begun WHERE ordered IS NOT NULL AND number = $1", r => Read(r.Bytes(0)), (long)number);

    private static WithdrawalOrder Read(byte[] bytes)
    {
        var reader = new BerTlvReader(bytes);
        return WithdrawalOrder.Read(ref reader);
    }
}
