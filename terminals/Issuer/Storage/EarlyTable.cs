namespace HierCash.Issuer;

/// <summary>Payments that came before their TIME: when first (rule R24).</summary>
internal static class EarlyTable
{
    /// <summary>How many are kept of a coin.</summary>
    public static long Count(IReadSnapshot db, CoinId coin) => db.Number("SELECT count(*) FROM early WHERE coin_id = $1", coin);

    /// <summary>When the payment came first; null if it was never early.</summary>
    public static Timestamp? Arrival(IReadSnapshot db, PaymentId payment) => db.Value(
        "SELECT arrival FROM early WHERE payment_id = $1", r => r.Date(0), payment);

    /// <summary>Keeps an arrival; a later one of the same payment changes nothing.</summary>
    public static void Add(IWriteTransaction db, PaymentId payment, CoinId coin, Timestamp arrival, Quarter expiry) => db.Execute(
        "INSERT INTO early(payment_id, coin_id, arrival, expiry) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        payment, coin, arrival, expiry);

    /// <summary>The coin has another S_I from now on (R27).</summary>
    public static void Rename(IWriteTransaction db, CoinId from, CoinId to) =>
        db.Execute("UPDATE early SET coin_id = $2 WHERE coin_id = $1", from, to);

    /// <summary>Forgets arrivals of coins that expired before a quarter.</summary>
    public static void Forget(IWriteTransaction db, Quarter expiredBy) => db.Execute("DELETE FROM early WHERE expiry <= $1", expiredBy);

    /// <summary>Payments whose time lies in the future and that are not settled yet; their sum is not known.</summary>
    public static WaitingSum? Waiting(IReadSnapshot db) => db.First(
        """
        SELECT count(*), 0, min(arrival) FROM early e
        WHERE NOT EXISTS (SELECT 1 FROM history h WHERE h.payment_id = e.payment_id) HAVING count(*) > 0
        """,
        WaitingSum.Read);
}
