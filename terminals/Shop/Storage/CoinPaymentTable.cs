using System.Data.Common;

namespace HierCash.Shop;

/// <summary>What each coin paid of each sale: H, what the issuer said of it, and S_W.</summary>
internal static partial class CoinPaymentTable
{
    private const string Columns = "h, state, sent, receipt, sw, delivered, until, unknown_key";

    /// <summary>As they came: they share the sale's TIME, and what each card was asked for depends on those before.</summary>
    public static List<CoinPayment> Of(IReadSnapshot db, Timestamp sale) =>
        db.Query($"SELECT {Columns} FROM part WHERE time = $1 ORDER BY number", Read, sale.ToLedger());

    /// <summary>True if the issuer may have one of them.</summary>
    public static bool WasSent(IReadSnapshot db, Timestamp sale) =>
        db.Number("SELECT count(*) FROM part WHERE time = $1 AND sent = 1", sale.ToLedger()) > 0;

    public static bool IsKnown(IReadSnapshot db, PaymentId payment) =>
        db.Number("SELECT count(*) FROM part WHERE payment_id = $1", payment.Value.ToArray()) == 1;

    /// <summary>Those whose ids lie within, both ends included.</summary>
    public static List<(PaymentId Id, Reversal? Reversal, bool IsTakenBack)> Between(IReadSnapshot db, PaymentId first, PaymentId last) =>
        db.Query(
        "SELECT payment_id, reversal, sw FROM part WHERE payment_id BETWEEN $1 AND $2",
        r => (r.Payment(0), r.KeptOrNull(1, Reversal.Decode), !r.IsDBNull(2)),
        first.Value.ToArray(), last.Value.ToArray());

    /// <summary>Sum of y in a state.</summary>
    public static Amount Sum(IReadSnapshot db, CoinPaymentState state) =>
        Amount.FromLedger(db.Number("SELECT CAST(coalesce(sum(y), 0) AS BIGINT) FROM part WHERE state = $1", state.ToString()));

    /// <summary>Sum of y that this till has from a coin, what is voided aside (hole 12).</summary>
    public static Amount TakenFrom(IReadSnapshot db, CoinId coin) => Amount.FromLedger(db.Number(
        "SELECT CAST(coalesce(sum(y), 0) AS BIGINT) FROM part WHERE coin_id = $1 AND state NOT IN ($2, $3, $4)",
        coin.Value.ToArray(), nameof(CoinPaymentState.Voided), nameof(CoinPaymentState.Reversed), nameof(CoinPaymentState.Dead)));

    /// <summary>True if the coin signed another payment of this till under the same seq.</summary>
    public static bool HasOther(IReadSnapshot db, CashPayment h) => db.Number(
        "SELECT count(*) FROM part WHERE coin_id = $1 AND seq = $2 AND payment_id <> $3", h.Coin.Id.Value.ToArray(), (long)h.Seq,
        h.Id.Value.ToArray()) > 0;

    /// <summary>
    /// What the coin signed between its last payment that this till has and this one: how many, and since when. None of it is missing here
    /// for a coin that paid here just before.
    /// </summary>
    public static (long Count, Timestamp Since) Missing(IReadSnapshot db, CoinId coin, ushort seq) => db.Query(
        "SELECT coalesce(max(seq), 0), coalesce(max(time), 0) FROM part WHERE coin_id = $1 AND seq < $2",
        r => (seq - 1 - r.GetInt64(0), r.Date(1)), coin.Value.ToArray(), (long)seq)[0];

    /// <summary>S_U is here. What is known already stays as it is.</summary>
    /// <param name="until">After that moment its S_W is offered to no card and to nobody else.</param>
    /// <param name="isUnknown">The coin is signed with no key that this till knows.</param>
    public static void Hold(IWriteTransaction db, CashPayment h, Timestamp until, bool isUnknown) => db.Execute(
        $"""
        INSERT INTO part(payment_id, time, coin_id, seq, y, h, state, until, unknown_key, asked)
        VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, {NextTurn}) ON CONFLICT DO NOTHING
        """,
        h.Id.Value.ToArray(), h.Time.ToLedger(), h.Coin.Id.Value.ToArray(), (long)h.Seq, h.Paid.ToLedger(), h.Encode(),
        nameof(CoinPaymentState.Held), until.ToLedger(), isUnknown ? 1L : 0L);

    /// <summary>What is held of an accepted sale is to be settled.</summary>
    public static void Queue(IWriteTransaction db, Timestamp sale) => db.Execute(
        "UPDATE part SET state = $2 WHERE time = $1 AND state = $3", sale.ToLedger(), nameof(CoinPaymentState.Queued),
        nameof(CoinPaymentState.Held));

    /// <summary>It will never be sent, for good: only then may S_W leave (hole 2). What may have been sent stays as it is.</summary>
    /// <param name="sw">S_W, 64 bytes.</param>
    public static void Void(IWriteTransaction db, PaymentId payment, byte[] sw) =>
        db.Execute("UPDATE part SET state = $2, sw = $3 WHERE payment_id = $1 AND sent = 0", payment.Value.ToArray(),
            nameof(CoinPaymentState.Voided), sw);

    /// <summary>The issuer took the payment back: now, and not before, S_W may leave.</summary>
    /// <param name="reversal">Its signed word, as it came.</param>
    /// <param name="sw">S_W, 64 bytes.</param>
    public static int Reverse(IWriteTransaction db, PaymentId payment, byte[] reversal, byte[] sw) => db.Execute(
        "UPDATE part SET state = $2, reversal = $3, sw = $4, forwarded = 1 WHERE payment_id = $1", payment.Value.ToArray(),
        nameof(CoinPaymentState.Reversed), reversal, sw);

    public static bool HasQueued(IReadSnapshot db) =>
        db.Number("SELECT count(*) FROM part WHERE state = $1", nameof(CoinPaymentState.Queued)) > 0;

    /// <summary>The oldest that are to be settled.</summary>
    public static List<CoinPayment> Queued(IReadSnapshot db, int limit) => db.Query(
        $"SELECT {Columns} FROM part WHERE state = $1 ORDER BY time, number LIMIT $2", Read, nameof(CoinPaymentState.Queued),
        (long)limit);

    /// <summary>The oldest that are to be settled, by name.</summary>
    public static List<(PaymentId Id, Timestamp Sale)> QueuedIds(IReadSnapshot db, int limit) => db.Query(
        $"SELECT payment_id, time FROM part WHERE state = $1 ORDER BY time, number LIMIT $2",
        r => (r.Payment(0), r.Date(1)), nameof(CoinPaymentState.Queued), (long)limit);

    /// <summary>From here on the payment may have been sent: no S_W without the issuer's word (hole 2).</summary>
    /// <returns>False, and nothing is changed, where it will never be sent: it was given up or refunded, and its S_W may be out.</returns>
    public static bool MarkSent(IWriteTransaction db, PaymentId payment) => db.Execute(
        "UPDATE part SET sent = 1 WHERE payment_id = $1 AND state IN ($2, $3) AND sw IS NULL",
        payment.Value.ToArray(), nameof(CoinPaymentState.Queued), nameof(CoinPaymentState.Held)) == 1;

    /// <summary>The issuer says that it was sent, whatever this copy knows (R27).</summary>
    public static void RestoreSent(IWriteTransaction db, PaymentId payment) =>
        db.Execute("UPDATE part SET sent = 1 WHERE payment_id = $1", payment.Value.ToArray());

    /// <summary>The issuer's newest receipt of a payment; null if it has not answered.</summary>
    public static Receipt? ReceiptOf(IReadSnapshot db, PaymentId payment) =>
        db.First("SELECT receipt FROM part WHERE payment_id = $1 AND receipt IS NOT NULL", r => r.Kept(0, Receipt.Decode),
            payment.Value.ToArray());

    /// <summary>The issuer has answered. What was taken back meanwhile stays so.</summary>
    public static void Record(IWriteTransaction db, PaymentId payment, CoinPaymentState state, Receipt receipt) => db.Execute(
        "UPDATE part SET state = $2, receipt = $3, again = 0 WHERE payment_id = $1 AND state NOT IN ($4, $5)",
        payment.Value.ToArray(), state.ToString(), receipt.Encode(), nameof(CoinPaymentState.Reversed), nameof(CoinPaymentState.Voided));

    /// <summary>The newest receipts of all that the issuer pays, or may pay.</summary>
    public static List<Receipt> Receipts(IReadSnapshot db) => db.Query(
        "SELECT receipt FROM part WHERE receipt IS NOT NULL AND state IN ($1, $2, $3)", r => r.Kept(0, Receipt.Decode),
        nameof(CoinPaymentState.Settled), nameof(CoinPaymentState.Guaranteed), nameof(CoinPaymentState.Waiting));

    /// <summary>Those whose receipt is not the last word: a later revision may say more.</summary>
    /// <param name="after">The row to go on from; 0 for the first.</param>
    public static List<(long Row, CoinPayment CoinPayment)> Unended(IReadSnapshot db, long after, int limit) => db.Query(
        $"SELECT {Columns}, number FROM part WHERE state IN ($1, $2) AND number > $3 ORDER BY number LIMIT $4", ReadRow,
        nameof(CoinPaymentState.Guaranteed), nameof(CoinPaymentState.Waiting), after, (long)limit);

    /// <summary>Those that an issuer has forgotten that was restored from a copy: they go to it again.</summary>
    /// <param name="after">The row to go on from; 0 for the first.</param>
    public static List<(long Row, CoinPayment CoinPayment)> Again(IReadSnapshot db, long after, int limit) => db.Query(
        $"SELECT {Columns}, number FROM part WHERE again = 1 AND number > $1 ORDER BY number LIMIT $2", ReadRow, after,
        (long)limit);

    public static bool HasAgain(IReadSnapshot db) => db.Number("SELECT count(*) FROM part WHERE again = 1") > 0;

    public static void GoesAgain(IWriteTransaction db, PaymentId payment) =>
        db.Execute("UPDATE part SET again = 1 WHERE payment_id = $1", payment.Value.ToArray());

    /// <summary>All terms of its coin are over: nobody says anything about it any more.</summary>
    public static int IsOver(IWriteTransaction db, PaymentId payment) =>
        db.Execute("UPDATE part SET again = 0 WHERE payment_id = $1", payment.Value.ToArray());

    /// <summary>All of which the issuer gave its word: a receipt, a reversal, or both.</summary>
    public static List<(PaymentId Id, Receipt? Receipt, bool IsVoided, Reversal? Reversal)> Answered(IReadSnapshot db) => db.Query(
        "SELECT payment_id, receipt, sw, reversal FROM part WHERE receipt IS NOT NULL OR reversal IS NOT NULL",
        r => (r.Payment(0), r.KeptOrNull(1, Receipt.Decode), !r.IsDBNull(2), r.KeptOrNull(3, Reversal.Decode)));

    private static CoinPayment Read(DbDataReader r) => new(
        r.Kept(0, CashPayment.Decode), r.Bytes(0), Enum.Parse<CoinPaymentState>(r.GetString(1)), r.Flag(2),
        r.KeptOrNull(3, Receipt.Decode), r.BytesOrNull(4), new Offer((Delivery)r.GetInt64(5), r.Date(6), r.Flag(7)));

    private static (long Row, CoinPayment CoinPayment) ReadRow(DbDataReader r) => (r.GetInt64(8), Read(r));
}
