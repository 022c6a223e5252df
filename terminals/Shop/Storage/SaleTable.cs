using System.Data.Common;

namespace HierCash.Shop;

/// <summary>The sales of a till, each named by its TIME. What cards signed for them is in <see cref="CoinPaymentTable"/>.</summary>
internal static class SaleTable
{
    /// <summary>
    /// What is held, owed, and said to be given back: of what is on offer, and of the sales that are open or being taken back; of nothing
    /// else.
    /// </summary>
    private const string ReadHeld = $"""
        SELECT t.time, t.y, t.state, CAST(sum(m.held) AS BIGINT), CAST(sum(m.owed) AS BIGINT), CAST(sum(m.said) AS BIGINT),
            max(m.sent), max(m.answered), CAST(sum(m.offers) AS BIGINT)
        FROM (
            SELECT time, 0 AS held, CASE WHEN delivered = $2 THEN y ELSE 0 END AS owed, CASE WHEN delivered = $2 THEN 0 ELSE y END AS said,
                0 AS sent, 0 AS answered, 1 AS offers
            FROM part WHERE {CoinPaymentTable.IsOffered} AND until >= $1
            UNION ALL
            SELECT p.time, p.y, 0, 0, p.sent, CASE WHEN p.receipt IS NULL THEN 0 ELSE 1 END, 0 FROM ticket o JOIN part p ON p.time = o.time
            WHERE p.sw IS NULL AND o.state IN ($3, $4) AND (o.state = $3 OR p.state <> $5) AND (o.state = $4 OR p.until >= $1)) AS m
        JOIN ticket t ON t.time = m.time GROUP BY t.time ORDER BY t.time
        """;

    public static void Begin(IWriteTransaction db, Sale sale) =>
        db.Execute("INSERT INTO ticket(time, y, state) VALUES($1, $2, $3)", sale.Time.ToLedger(), sale.Amount.ToLedger(),
            sale.State.ToString());

    public static Sale? Find(IReadSnapshot db, Timestamp time) =>
        db.First("SELECT time, y, state FROM ticket WHERE time = $1", Read, time.ToLedger());

    public static List<Sale> All(IReadSnapshot db) => db.Query("SELECT time, y, state FROM ticket ORDER BY time", Read);

    public static List<Sale> Open(IReadSnapshot db) =>
        db.Query("SELECT time, y, state FROM ticket WHERE state = $1 ORDER BY time", Read, nameof(SaleState.Open));

    /// <summary>True if the customer was told OK, whether or not the payment was taken back since.</summary>
    public static bool WasAccepted(IReadSnapshot db, Timestamp time) =>
        db.Number("SELECT accepted FROM ticket WHERE time = $1", time.ToLedger()) == 1;

    /// <summary>OK is said, and that stays known whatever becomes of the sale.</summary>
    public static void Accept(IWriteTransaction db, Timestamp time) =>
        db.Execute("UPDATE ticket SET state = $2, accepted = 1 WHERE time = $1", time.ToLedger(), nameof(SaleState.Accepted));

    public static void SetState(IWriteTransaction db, Timestamp time, SaleState state) =>
        db.Execute("UPDATE ticket SET state = $2 WHERE time = $1", time.ToLedger(), state.ToString());

    /// <returns>False, and nothing is changed, where nothing was accepted, or nothing is being taken back.</returns>
    public static bool BeginRefund(IWriteTransaction db, Timestamp time) => db.Execute(
        "UPDATE ticket SET state = $2 WHERE time = $1 AND state IN ($2, $3)", time.ToLedger(), nameof(SaleState.Refunded),
        nameof(SaleState.Accepted)) == 1;

    /// <summary>The issuer takes back no more what the customer was told OK for: it stays a sale.</summary>
    public static int StaysSold(IWriteTransaction db, Timestamp time) => db.Execute(
        "UPDATE ticket SET state = $2 WHERE time = $1 AND state = $3 AND EXISTS (SELECT 1 FROM part WHERE time = $1 AND sw IS NULL)",
        time.ToLedger(), nameof(SaleState.Accepted), nameof(SaleState.Refunded));

    /// <summary>
    /// It was never accepted, the terms in which the issuer takes it back are over, and it has signed what became of every coin payment of
    /// which there is no S_W. There never will be one (rules R3, R4): what the issuer has paid stays with the shop.
    /// </summary>
    /// <returns>False, and nothing is changed, while something is not answered.</returns>
    public static bool Keep(IWriteTransaction db, Timestamp time) => db.Execute(
        """
        UPDATE ticket SET state = $2 WHERE time = $1 AND state = $3
            AND NOT EXISTS (SELECT 1 FROM part WHERE time = $1 AND sw IS NULL AND state IN ($4, $5))
        """,
        time.ToLedger(), nameof(SaleState.Kept), nameof(SaleState.Refunded), nameof(CoinPaymentState.Held),
        nameof(CoinPaymentState.Queued)) == 1;

    /// <summary>What was kept, until that long after all terms of its coins.</summary>
    public static List<Sale> Kept(IReadSnapshot db, Timestamp now) => db.Query(
        """
        SELECT DISTINCT t.time, t.y, t.state FROM ticket t JOIN part p ON p.time = t.time
        WHERE t.state = $1 AND p.until >= $2 ORDER BY t.time
        """,
        Read, nameof(SaleState.Kept), now.ToLedger());

    /// <summary>Refunds whose reversal was not answered, until all terms of their coins are over.</summary>
    public static List<Sale> UnfinishedRefunds(IReadSnapshot db, Timestamp now) => db.Query(
        """
        SELECT DISTINCT t.time, t.y, t.state FROM ticket t JOIN part p ON p.time = t.time
        WHERE t.state = $1 AND p.sw IS NULL AND p.until >= $2 ORDER BY t.time
        """,
        Read, nameof(SaleState.Refunded), now.ToLedger());

    /// <summary>What was accepted last, the newest first.</summary>
    public static List<Amount> LastAccepted(IReadSnapshot db, int count) => db.Query(
        "SELECT y FROM ticket WHERE state = $1 ORDER BY time DESC LIMIT $2", r => r.Money(0),
        nameof(SaleState.Accepted), (long)count);

    /// <summary>Sum and count of accepted sales since a moment, less the coin payments of them that were taken back.</summary>
    public static (Amount Sum, int Count) AcceptedSince(IReadSnapshot db, Timestamp moment) => db.Query(
        """
        SELECT CAST(coalesce(sum(p.y), 0) AS BIGINT), count(DISTINCT t.time) FROM ticket t JOIN part p ON p.time = t.time
        WHERE t.state = $1 AND t.time >= $2 AND p.state NOT IN ($3, $4)
        """,
        r => (r.Money(0), (int)r.GetInt64(1)),
        nameof(SaleState.Accepted), moment.ToLedger(), nameof(CoinPaymentState.Voided), nameof(CoinPaymentState.Reversed))[0];

    /// <summary>
    /// Sales of which something is neither the shop's nor on the card again: signed and never accepted, whatever the issuer has answered;
    /// or voided, and no card has S_W. What the issuer had pronounced dead is the holder's already.
    /// </summary>
    public static List<HeldPayment> Held(IReadSnapshot db, Timestamp now) => db.Query(
        ReadHeld,
        r => new HeldPayment(Read(r), r.Money(3), r.Money(4), r.Money(5), r.Flag(6), r.Flag(7), r.GetInt64(8)),
        now.ToLedger(), (long)Delivery.None, nameof(SaleState.Refunded), nameof(SaleState.Open), nameof(CoinPaymentState.Dead));

    /// <summary>A sale that a copy had forgotten, accepted, of nothing yet (R27).</summary>
    public static void Restore(IWriteTransaction db, Timestamp time) => db.Execute(
        "INSERT INTO ticket(time, y, state, accepted) VALUES($1, 0, $2, 1) ON CONFLICT DO NOTHING", time.ToLedger(),
        nameof(SaleState.Accepted));

    /// <summary>It is of as much as its coin payments, at least.</summary>
    public static void RaiseAmount(IWriteTransaction db, Timestamp time) => db.Execute(
        """
        UPDATE ticket SET y = (SELECT CAST(sum(y) AS BIGINT) FROM part WHERE time = $1)
        WHERE time = $1 AND y < (SELECT CAST(sum(y) AS BIGINT) FROM part WHERE time = $1)
        """,
        time.ToLedger());

    /// <summary>A copy may know it as accepted, or as open still.</summary>
    public static void RestoreRefund(IWriteTransaction db, Timestamp time) => db.Execute(
        "UPDATE ticket SET state = $2 WHERE time = $1 AND state IN ($3, $4)",
        time.ToLedger(), nameof(SaleState.Refunded), nameof(SaleState.Accepted), nameof(SaleState.Open));

    /// <summary>A copy may know it as open still.</summary>
    public static void RestoreAccepted(IWriteTransaction db, Timestamp time) => db.Execute(
        "UPDATE ticket SET state = $2, accepted = 1 WHERE time = $1 AND state = $3", time.ToLedger(), nameof(SaleState.Accepted),
        nameof(SaleState.Open));

    private static Sale Read(DbDataReader r) => new(r.Date(0), r.Money(1), Enum.Parse<SaleState>(r.GetString(2)));
}
