namespace HierCash.Issuer;

/// <summary>Payments that will never count, whoever brings them (holes 2 to 4), each with its signed statement.</summary>
internal static class DeadPaymentTable
{
    /// <summary>The signed statement, or null where the payment is not marked.</summary>
    public static NonSettlementStatement? Find(IReadSnapshot db, PaymentId payment) => db.First(
        "SELECT statement FROM dead_payment WHERE payment_id = $1", r => r.Kept(0, NonSettlementStatement.Decode),
        payment);

    /// <summary>Statements of payments whose ids lie between two, both included, the oldest first.</summary>
    public static List<NonSettlementStatement> Between(IReadSnapshot db, PaymentId first, PaymentId last) => db.Query(
        "SELECT statement FROM dead_payment WHERE payment_id BETWEEN $1 AND $2 ORDER BY date, payment_id",
        r => r.Kept(0, NonSettlementStatement.Decode), first, last);

    /// <summary>True if another message of the coin under this seq is dead.</summary>
    public static bool HasOther(IReadSnapshot db, CoinId coin, ushort seq, PaymentId payment) => db.Number(
        "SELECT count(*) FROM dead_payment WHERE coin_id = $1 AND seq = $2 AND payment_id <> $3",
        coin, seq, payment) > 0;

    /// <summary>How many marks are kept of a coin.</summary>
    public static long Count(IReadSnapshot db, CoinId coin) => db.Number("SELECT count(*) FROM dead_payment WHERE coin_id = $1", coin);

    /// <summary>Keeps a mark.</summary>
    /// <param name="coin">The coin as it is known: the payment may show another S_I (rule R27).</param>
    /// <param name="needed">Until when the payment could be settled without the mark.</param>
    public static void Add(
        IWriteTransaction db, CoinId coin, NonSettlementStatement statement, Timestamp needed, Quarter expiry) => db.Execute(
        """
        INSERT INTO dead_payment(payment_id, coin_id, seq, y, basis, date, needed, statement, expiry)
        VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        statement.Payment, coin, statement.Seq, statement.Y, statement.Basis, statement.Date, needed, statement.Encode(), expiry);

    /// <summary>The mark of a coin that has not been needed for longest gives way.</summary>
    /// <returns>False if all are needed still.</returns>
    public static bool DropNeedless(IWriteTransaction db, CoinId coin, Timestamp now) => db.Execute(
        """
        DELETE FROM dead_payment WHERE payment_id =
            (SELECT payment_id FROM dead_payment WHERE coin_id = $1 AND needed < $2 ORDER BY needed, payment_id LIMIT 1)
        """,
        coin, now) > 0;

    /// <summary>The coin has another S_I from now on (R27).</summary>
    public static void Rename(IWriteTransaction db, CoinId from, CoinId to) =>
        db.Execute("UPDATE dead_payment SET coin_id = $2 WHERE coin_id = $1", from, to);

    /// <summary>Forgets marks of coins that expired before a quarter.</summary>
    public static void Forget(IWriteTransaction db, Quarter expiredBy) =>
        db.Execute("DELETE FROM dead_payment WHERE expiry <= $1", expiredBy);

    /// <summary>Dead statements that were signed later than now.</summary>
    public static List<NonSettlementStatement> SignedAfter(IReadSnapshot db, Timestamp now) =>
        db.Query("SELECT statement FROM dead_payment WHERE date > $1", r => r.Kept(0, NonSettlementStatement.Decode), now);

    /// <summary>The dead statement of a payment was signed again.</summary>
    public static int SignedAgain(IWriteTransaction db, NonSettlementStatement dead) => db.Execute(
        "UPDATE dead_payment SET statement = $2, date = $3 WHERE payment_id = $1",
        dead.Payment, dead.Encode(), dead.Date);
}
