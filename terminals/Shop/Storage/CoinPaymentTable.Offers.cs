namespace HierCash.Shop;

/// <summary>
/// What is neither the shop's nor on a card again, and what is offered to the cards that come. Nothing of it is on offer for ever.
/// </summary>
internal static partial class CoinPaymentTable
{
    // Delivery.Taken, as the index says it: what is on offer is found without reading all that was ever paid here.
    internal const string IsOffered = "sw IS NOT NULL AND delivered <> 1";
    private const string ReadOffers = $"SELECT {Columns} FROM part WHERE {IsOffered} AND until >= $1";
    private const string NextTurn = $"(SELECT coalesce(max(asked), 0) + 1 FROM part WHERE {IsOffered})";

    /// <summary>How many S_W no card has taken.</summary>
    public static long CountOffers(IReadSnapshot db, Timestamp now) =>
        db.Number($"SELECT count(*) FROM part WHERE {IsOffered} AND until >= $1", now.ToLedger());

    /// <summary>S_W that no card has taken: first of coins whose key is known, first what no card speaks of, the newest first.</summary>
    public static List<CoinPayment> NewestOffers(IReadSnapshot db, Timestamp now, int limit) =>
        db.Query(ReadOffers + " ORDER BY unknown_key, delivered, time DESC LIMIT $2", Read, now.ToLedger(), (long)limit);

    /// <summary>S_W that no card has taken: first those of which a card was asked longest ago.</summary>
    public static List<CoinPayment> LongestWaitingOffers(IReadSnapshot db, Timestamp now, int limit) =>
        db.Query(ReadOffers + " ORDER BY asked LIMIT $2", Read, now.ToLedger(), (long)limit);

    /// <summary>What a card with that coin is owed.</summary>
    public static List<CoinPayment> OffersOf(IReadSnapshot db, CoinId coin, Timestamp now, int limit) => db.Query(
        ReadOffers + " AND coin_id = $2 ORDER BY delivered, time DESC LIMIT $3", Read, now.ToLedger(), coin.Value.ToArray(), (long)limit);

    /// <summary>A card was asked about these, and has answered: the others come first the next time.</summary>
    public static int Asked(IWriteTransaction db, IEnumerable<PaymentId> payments) =>
        payments.Sum(p => db.Execute($"UPDATE part SET asked = {NextTurn} WHERE payment_id = $1", p.Value.ToArray()));

    /// <summary>What is sure is never made unsure again.</summary>
    public static int Delivered(IWriteTransaction db, PaymentId payment, Delivery how) =>
        db.Execute("UPDATE part SET delivered = $2 WHERE payment_id = $1 AND delivered <> $3", payment.Value.ToArray(), (long)how,
            (long)Delivery.Taken);

    /// <summary>
    /// Those whose S_W the issuer has not seen, and may need: of each coin the oldest, so that nobody's coin makes a visit long.
    /// </summary>
    public static List<CoinPayment> Unforwarded(IReadSnapshot db, Timestamp now, int ofEachCoin) => db.Query(
        $"""
        SELECT {Columns} FROM (
            SELECT {Columns}, time, number, row_number() OVER (PARTITION BY coin_id ORDER BY time, number) AS place
            FROM part WHERE sw IS NOT NULL AND forwarded = 0 AND until >= $1) AS waiting
        WHERE place <= $2 ORDER BY time, number
        """,
        Read, now.ToLedger(), (long)ofEachCoin);

    /// <summary>The issuer has S_W, or will never need it.</summary>
    /// <param name="reversal">
    /// Its signed reversal, as it came, which the shop shows if it is asked about that payment (rule R3); null if it needs no S_W any more.
    /// </param>
    public static void Forwarded(IWriteTransaction db, PaymentId payment, byte[]? reversal) =>
        db.Execute("UPDATE part SET forwarded = 1, reversal = coalesce($2, reversal) WHERE payment_id = $1", payment.Value.ToArray(),
            reversal);

    /// <summary>The issuer has forgotten S_W: it goes to it again.</summary>
    public static void ForwardAgain(IWriteTransaction db, PaymentId payment) =>
        db.Execute("UPDATE part SET forwarded = 0 WHERE payment_id = $1", payment.Value.ToArray());

    /// <summary>Those on offer whose coin is signed with a key that this till did not know when it took them.</summary>
    public static List<CoinPayment> OfUnknownKeys(IReadSnapshot db, Timestamp now) =>
        db.Query($"SELECT {Columns} FROM part WHERE unknown_key = 1 AND until >= $1", Read, now.ToLedger());

    /// <summary>The till has learnt the key since, and S_I verifies: a coin like any other. What was dropped meanwhile stays so.</summary>
    public static int KeyIsKnown(IWriteTransaction db, PaymentId payment, Timestamp until) =>
        db.Execute("UPDATE part SET unknown_key = 0, until = $2 WHERE payment_id = $1 AND unknown_key = 1 AND until > 0",
            payment.Value.ToArray(), until.ToLedger());

    /// <summary>Nobody's money: it is offered to nobody any more. What is of a key that this till knows stays.</summary>
    public static int DropOfUnknownKey(IWriteTransaction db, PaymentId payment) =>
        db.Execute("UPDATE part SET until = 0, forwarded = 1 WHERE payment_id = $1 AND unknown_key = 1", payment.Value.ToArray());

    /// <summary>The same for all of coins whose key this till does not know, but for the newest.</summary>
    public static void DropOlderOfUnknownKeys(IWriteTransaction db, int keep) => db.Execute(
        $"""
        UPDATE part SET until = 0, forwarded = 1
        WHERE unknown_key = 1 AND until > 0
            AND payment_id NOT IN (SELECT payment_id FROM part WHERE unknown_key = 1 ORDER BY number DESC LIMIT $1)
        """,
        (long)keep);
}
