using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Terminals;
using HierCash.Terminals.Store;

namespace HierCash.Shop;

/// <summary>Whether a card has the S_W of a payment that this till gave up.</summary>
public enum Delivery
{
    /// <summary>No card has it.</summary>
    None,

    /// <summary>A card showed S_U of that very payment, and then took S_W.</summary>
    Taken,

    /// <summary>A card said that it has its money back, and showed no S_U: anybody says that, so S_W stays on offer.</summary>
    Said,
}

/// <summary>What a till knows of an S_W beside the payment.</summary>
/// <param name="Until">The last moment at which it is on offer: then all terms of its coin are over.</param>
/// <param name="IsUnknown">The coin is signed with no key that this till knows.</param>
internal sealed record Offer(Delivery Delivery, Timestamp Until, bool IsUnknown);

/// <summary>What is neither the shop's nor on a card again, and what is offered to the cards that come. Nothing of it is on offer for ever.</summary>
internal static partial class TillStore
{
    /// <summary>Of coins whose key this till does not know, the S_W of so many payments at most is on offer: anybody makes such coins.</summary>
    public const int MostOfUnknownKeys = 16;

    // Delivery.Taken, as the index says it: what is on offer is found without reading all that was ever paid here.
    private const string IsOffered = "sw IS NOT NULL AND delivered <> 1";
    private const string ReadOffers = $"SELECT h, state, receipt, sw FROM part WHERE {IsOffered} AND until >= $1";
    private const string Next = $"(SELECT coalesce(max(asked), 0) + 1 FROM part WHERE {IsOffered})";

    /// <summary>What is held, owed, and said to be given back: of what is on offer, and of the payments that are open or being taken back; of nothing else.</summary>
    private const string ReadHeld = $"""
        SELECT t.time, t.y, t.state, sum(held), sum(owed), sum(said), max(sent), max(answered), sum(offers) FROM (
            SELECT time AS at, 0 AS held, iif(delivered = $2, y, 0) AS owed, iif(delivered = $2, 0, y) AS said, 0 AS sent, 0 AS answered, 1 AS offers
            FROM part WHERE {IsOffered} AND until >= $1
            UNION ALL
            SELECT p.time, p.y, 0, 0, p.sent, p.receipt IS NOT NULL, 0 FROM ticket o CROSS JOIN part p ON p.time = o.time
            WHERE p.sw IS NULL AND o.state IN ($3, $4) AND (o.state = $3 OR p.state <> $5) AND (o.state = $4 OR p.until >= $1))
        JOIN ticket t ON t.time = at GROUP BY t.time ORDER BY t.time
        """;

    /// <param name="until">After that moment its S_W is offered to no card and to nobody else.</param>
    /// <param name="isUnknown">The coin is signed with no key that this till knows.</param>
    public static void Hold(IWriteTransaction db, CashPayment h, Timestamp until, bool isUnknown)
    {
        db.Execute(
            $"INSERT OR IGNORE INTO part(payment_id, time, coin_id, seq, y, h, state, until, unknown_key, asked) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, {Next})",
            h.Id.Value.ToArray(), h.Time.ToLedger(), h.Coin.Id.Value.ToArray(), (long)h.Seq, h.Paid.ToLedger(), h.Encode(), nameof(CoinPaymentState.Held), until.ToLedger(), isUnknown ? 1L : 0L);
        bool bounded = isUnknown;
        Switches.Off("R10 unknown key", ref bounded);
        if (bounded)
        {
            db.Execute(
                "UPDATE part SET until = 0, forwarded = 1 WHERE unknown_key = 1 AND until > 0 AND rowid NOT IN (SELECT rowid FROM part WHERE unknown_key = 1 ORDER BY rowid DESC LIMIT $1)",
                (long)MostOfUnknownKeys);
        }
    }

    /// <summary>
    /// S_W that no card has taken. Half of them are the newest: first of coins whose key is known, first what no card speaks of. The others are those of which a card was asked
    /// longest ago, so nobody keeps a card from what it is owed by having more payments of his own taken back.
    /// </summary>
    public static List<CoinPayment> Offers(IReadSnapshot db, Timestamp now, int limit)
    {
        int half = limit / 2;
        Switches.Replace("R4 in turn", ref half, limit);
        var newest = db.Query(ReadOffers + " ORDER BY unknown_key, delivered, time DESC LIMIT $2", ReadPart, now.ToLedger(), (long)half);
        var waiting = db.Query(ReadOffers + " ORDER BY asked LIMIT $2", ReadPart, now.ToLedger(), (long)limit);
        var chosen = newest.Select(p => p.H.Id).ToHashSet();
        return [.. newest, .. waiting.Where(p => !chosen.Contains(p.H.Id)).Take(limit - newest.Count)];
    }

    /// <summary>The same of one coin: what a card with that coin is owed.</summary>
    public static List<CoinPayment> OffersOf(IReadSnapshot db, CoinId coin, Timestamp now, int limit) => db.Query(
        ReadOffers + " AND coin_id = $2 ORDER BY delivered, time DESC LIMIT $3", ReadPart, now.ToLedger(), coin.Value.ToArray(), (long)limit);

    /// <summary>How many S_W no card has taken.</summary>
    public static long CountOffers(IReadSnapshot db, Timestamp now) => db.Number($"SELECT count(*) FROM part WHERE {IsOffered} AND until >= $1", now.ToLedger());

    /// <summary>A card was asked about these, and has answered: the others come first the next time.</summary>
    public static void Asked(IWriteTransaction db, IEnumerable<PaymentId> payments)
    {
        foreach (var payment in payments)
        {
            db.Execute($"UPDATE part SET asked = {Next} WHERE payment_id = $1", payment.Value.ToArray());
        }
    }

    /// <summary>Of a payment that this till knows.</summary>
    public static Offer OfferOf(IReadSnapshot db, PaymentId payment) => db.First(
        "SELECT delivered, until, unknown_key FROM part WHERE payment_id = $1",
        r => new Offer((Delivery)r.GetInt64(0), Timestamp.FromLedger(r.GetInt64(1)), r.GetInt64(2) == 1),
        payment.Value.ToArray())!;

    /// <summary>What is sure is never made unsure again.</summary>
    public static void Delivered(IWriteTransaction db, PaymentId payment, Delivery how) =>
        db.Execute("UPDATE part SET delivered = $2 WHERE payment_id = $1 AND delivered <> $3", payment.Value.ToArray(), (long)how, (long)Delivery.Taken);

    /// <summary>
    /// Payments of which something is neither the shop's nor on the card again: signed and never accepted, whatever the issuer has answered; or voided, and
    /// no card has S_W. What the issuer had pronounced dead is the holder's already.
    /// </summary>
    public static List<HeldPayment> HeldPayments(IReadSnapshot db, Timestamp now) => db.Query(
        ReadHeld,
        r => new HeldPayment(
            ReadTicket(r), Amount.FromLedger(r.GetInt64(3)), Amount.FromLedger(r.GetInt64(4)), Amount.FromLedger(r.GetInt64(5)), r.GetInt64(6) == 1, r.GetInt64(7) == 1, r.GetInt64(8)),
        now.ToLedger(), (long)Delivery.None, nameof(SaleState.Refunded), nameof(SaleState.Open), nameof(CoinPaymentState.Dead));

    /// <summary>Parts whose S_W the issuer has not seen, and may need: of each coin the oldest, so that nobody's coin makes a visit long.</summary>
    public static List<CoinPayment> Unforwarded(IReadSnapshot db, Timestamp now, int ofEachCoin) => db.Query(
        """
        SELECT h, state, receipt, sw FROM (
            SELECT h, state, receipt, sw, time, rowid AS row, row_number() OVER (PARTITION BY coin_id ORDER BY time, rowid) AS place
            FROM part WHERE sw IS NOT NULL AND forwarded = 0 AND until >= $1)
        WHERE place <= $2 ORDER BY time, row
        """,
        ReadPart, now.ToLedger(), (long)ofEachCoin);

    /// <summary>The issuer has S_W, or will never need it.</summary>
    /// <param name="reversal">Its signed reversal, which the shop shows if it is asked about that payment (rule R3); null if it needs no S_W any more.</param>
    public static void Forwarded(IWriteTransaction db, PaymentId payment, byte[]? reversal) =>
        db.Execute("UPDATE part SET forwarded = 1, reversal = coalesce($2, reversal) WHERE payment_id = $1", payment.Value.ToArray(), reversal);

    /// <summary>Nobody's money: it is offered to nobody any more.</summary>
    public static void Drop(IWriteTransaction db, PaymentId payment) => db.Execute("UPDATE part SET until = 0, forwarded = 1 WHERE payment_id = $1", payment.Value.ToArray());

    /// <summary>Parts on offer whose coin is signed with a key that this till did not know when it took them.</summary>
    public static List<CoinPayment> OfUnknownKeys(IReadSnapshot db, Timestamp now) =>
        db.Query("SELECT h, state, receipt, sw FROM part WHERE unknown_key = 1 AND until >= $1", ReadPart, now.ToLedger());

    /// <summary>The till has learnt the key since, and S_I verifies: a coin like any other.</summary>
    public static void KeyIsKnown(IWriteTransaction db, PaymentId payment, Timestamp until) =>
        db.Execute("UPDATE part SET unknown_key = 0, until = $2 WHERE payment_id = $1", payment.Value.ToArray(), until.ToLedger());

    /// <summary>What the coin signed between its last payment that this till has and this one: how many, and since when. None of it is missing here for a coin that paid here just before.</summary>
    public static (long Count, Timestamp Since) Missing(IReadSnapshot db, CoinId coin, ushort seq) => db.Query(
        "SELECT coalesce(max(seq), 0), coalesce(max(time), 0) FROM part WHERE coin_id = $1 AND seq < $2",
        r => (seq - 1 - r.GetInt64(0), Timestamp.FromLedger(r.GetInt64(1))), coin.Value.ToArray(), (long)seq)[0];
}
