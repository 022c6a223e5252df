using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Terminals;

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

    private const string ReadOffers = "SELECT h, state, receipt, sw FROM part WHERE sw IS NOT NULL AND delivered <> ?1 AND until >= ?2";

    /// <param name="until">After that moment its S_W is offered to no card and to nobody else.</param>
    /// <param name="isUnknown">The coin is signed with no key that this till knows.</param>
    public static void Hold(Database db, CashPayment h, Timestamp until, bool isUnknown)
    {
        db.Execute(
            "INSERT OR IGNORE INTO part(payment_id, time, coin_id, seq, y, h, state, until, unknown_key) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            h.Id.Value.ToArray(), h.Time.ToLedger(), h.Coin.Id.Value.ToArray(), (long)h.Seq, h.Paid.ToLedger(), h.Encode(), nameof(PartState.Held), until.ToLedger(), isUnknown ? 1L : 0L);
        bool bounded = isUnknown;
        Switches.Off("R10 unknown key", ref bounded);
        if (bounded)
        {
            db.Execute(
                "UPDATE part SET until = 0, forwarded = 1 WHERE unknown_key = 1 AND until > 0 AND rowid NOT IN (SELECT rowid FROM part WHERE unknown_key = 1 ORDER BY rowid DESC LIMIT ?1)",
                (long)MostOfUnknownKeys);
        }
    }

    /// <summary>S_W that no card has taken: first of coins whose key is known, first what no card speaks of, then the newest.</summary>
    public static List<Part> Offers(Database db, Timestamp now, int limit) => db.Query(
        ReadOffers + " ORDER BY unknown_key, delivered, time DESC LIMIT ?3", ReadPart, (long)Delivery.Taken, now.ToLedger(), (long)limit);

    /// <summary>The same of one coin: what a card with that coin is owed.</summary>
    public static List<Part> OffersOf(Database db, CoinId coin, Timestamp now, int limit) => db.Query(
        ReadOffers + " AND coin_id = ?3 ORDER BY delivered, time DESC LIMIT ?4", ReadPart, (long)Delivery.Taken, now.ToLedger(), coin.Value.ToArray(), (long)limit);

    /// <summary>True if a card that comes may be owed something.</summary>
    public static bool HasOffers(Database db, Timestamp now) =>
        db.Number("SELECT count(*) FROM part WHERE sw IS NOT NULL AND delivered <> ?1 AND until >= ?2", (long)Delivery.Taken, now.ToLedger()) > 0;

    /// <summary>Of a payment that this till knows.</summary>
    public static Offer OfferOf(Database db, PaymentId payment) => db.First(
        "SELECT delivered, until, unknown_key FROM part WHERE payment_id = ?1",
        r => new Offer((Delivery)r.GetInt64(0), Timestamp.FromLedger(r.GetInt64(1)), r.GetInt64(2) == 1),
        payment.Value.ToArray())!;

    /// <summary>What is sure is never made unsure again.</summary>
    public static void Delivered(Database db, PaymentId payment, Delivery how) =>
        db.Execute("UPDATE part SET delivered = ?2 WHERE payment_id = ?1 AND delivered <> ?3", payment.Value.ToArray(), (long)how, (long)Delivery.Taken);

    /// <summary>
    /// Payments of which something is neither the shop's nor on the card again: signed and never accepted, whatever the issuer has answered; or voided, and
    /// no card has S_W. What the issuer had pronounced dead is the holder's already.
    /// </summary>
    public static List<HeldPayment> HeldPayments(Database db, Timestamp now) => db.Query(
        """
        SELECT t.time, t.y, t.state, sum(iif(p.sw IS NULL, p.y, 0)), sum(iif(p.sw IS NULL, 0, p.y)), max(p.sw IS NULL AND p.sent = 1),
            max(p.sw IS NULL AND p.receipt IS NOT NULL)
        FROM part p JOIN ticket t ON t.time = p.time
        WHERE (p.sw IS NOT NULL AND p.delivered = ?1 AND p.until >= ?2)
            OR (p.sw IS NULL AND (t.state = ?3 OR (t.state = ?4 AND p.state <> ?5))) GROUP BY t.time ORDER BY t.time
        """,
        r => new HeldPayment(ReadTicket(r), Amount.FromLedger(r.GetInt64(3)), Amount.FromLedger(r.GetInt64(4)), r.GetInt64(5) == 1, r.GetInt64(6) == 1),
        (long)Delivery.None, now.ToLedger(), nameof(TicketState.Refunded), nameof(TicketState.Open), nameof(PartState.Dead));

    /// <summary>Parts whose S_W the issuer has not seen, and may need.</summary>
    public static List<Part> Unforwarded(Database db, Timestamp now) => db.Query(
        "SELECT h, state, receipt, sw FROM part WHERE sw IS NOT NULL AND forwarded = 0 AND until >= ?1 ORDER BY time", ReadPart, now.ToLedger());

    /// <summary>The issuer has S_W, or will never need it.</summary>
    /// <param name="reversal">Its signed reversal, which the shop shows if it is asked about that payment (rule R3); null if it needs no S_W any more.</param>
    public static void Forwarded(Database db, PaymentId payment, byte[]? reversal) =>
        db.Execute("UPDATE part SET forwarded = 1, reversal = coalesce(?2, reversal) WHERE payment_id = ?1", payment.Value.ToArray(), reversal);

    /// <summary>Nobody's money: it is offered to nobody any more.</summary>
    public static void Drop(Database db, PaymentId payment) => db.Execute("UPDATE part SET until = 0, forwarded = 1 WHERE payment_id = ?1", payment.Value.ToArray());

    /// <summary>Parts on offer whose coin is signed with a key that this till did not know when it took them.</summary>
    public static List<Part> OfUnknownKeys(Database db, Timestamp now) =>
        db.Query("SELECT h, state, receipt, sw FROM part WHERE unknown_key = 1 AND until >= ?1", ReadPart, now.ToLedger());

    /// <summary>The till has learnt the key since, and S_I verifies: a coin like any other.</summary>
    public static void KeyIsKnown(Database db, PaymentId payment, Timestamp until) =>
        db.Execute("UPDATE part SET unknown_key = 0, until = ?2 WHERE payment_id = ?1", payment.Value.ToArray(), until.ToLedger());

    /// <summary>True if this till has the payment that the coin made just before: then nothing of that coin is missing here.</summary>
    public static bool HasBefore(Database db, CoinId coin, ushort seq) =>
        seq == 1 || db.Number("SELECT count(*) FROM part WHERE coin_id = ?1 AND seq = ?2", coin.Value.ToArray(), seq - 1L) > 0;
}
