using System.Data.Common;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Store;

namespace HierCash.Shop;

/// <summary>What became of one H at the till.</summary>
public enum CoinPaymentState
{
    /// <summary>S_U is here, the payment is not complete.</summary>
    Held,

    /// <summary>Accepted; to be settled.</summary>
    Queued,

    /// <summary>The issuer credited it.</summary>
    Settled,

    /// <summary>Above the coin's face value; the issuer promised the money for a later date.</summary>
    Guaranteed,

    /// <summary>Above the coin's face value and not guaranteed: the rest of it comes only if something of the coin comes free.</summary>
    Waiting,

    /// <summary>The issuer refused it, with a signed reason.</summary>
    Refused,

    /// <summary>Given up; S_W exists, H will never be sent.</summary>
    Voided,

    /// <summary>Taken back with the issuer's word; S_W exists.</summary>
    Reversed,

    /// <summary>The issuer had pronounced it dead before it came: it never counts.</summary>
    Dead,
}

/// <summary>What became of one payment at the till.</summary>
public enum SaleState
{
    Open,

    /// <summary>The customer was told OK.</summary>
    Accepted,

    /// <summary>Nothing of it will ever be sent.</summary>
    GivenUp,

    /// <summary>Taken back, or being taken back: then the issuer has to sign that first.</summary>
    Refunded,

    /// <summary>Never accepted, and the issuer takes it back no more: what it had paid stays with the shop, which pays it back in cash. There is no S_W of it.</summary>
    Kept,
}

/// <summary>A payment that the till asked for: TIME names it.</summary>
public sealed record Sale(Timestamp Time, Amount Amount, SaleState State);

/// <summary>One H and what is known of it.</summary>
/// <param name="SW">S_W, if the part was given up.</param>
public sealed record CoinPayment(CashPayment H, CoinPaymentState State, Receipt? Receipt, byte[]? SW);

/// <summary>The till's store: its key N_W, the TIME that it used last, payments and their parts.</summary>
internal static partial class TillStore
{
    public const string Schema = """
        CREATE TABLE till(only INTEGER PRIMARY KEY CHECK (only = 1), secret BLOB NOT NULL, last_time INTEGER NOT NULL,
            submitted INTEGER NOT NULL DEFAULT 0 /* the latest date under which it has signed a batch (R27) */,
            word BLOB /* the issuer's newest receipt of a payment that counts, for one that was restored from a copy (R27) */) STRICT;
        CREATE TABLE behind(only INTEGER PRIMARY KEY CHECK (only = 1), since INTEGER NOT NULL, date INTEGER NOT NULL) STRICT;
        CREATE TABLE ticket(time INTEGER PRIMARY KEY, y INTEGER NOT NULL, state TEXT NOT NULL, accepted INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE part(
            payment_id BLOB PRIMARY KEY, time INTEGER NOT NULL REFERENCES ticket, coin_id BLOB NOT NULL, seq INTEGER NOT NULL,
            y INTEGER NOT NULL, h BLOB NOT NULL, state TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0, receipt BLOB, sw BLOB,
            delivered INTEGER NOT NULL DEFAULT 0, forwarded INTEGER NOT NULL DEFAULT 0, reversal BLOB,
            until INTEGER NOT NULL, unknown_key INTEGER NOT NULL DEFAULT 0, asked INTEGER NOT NULL,
            again INTEGER NOT NULL DEFAULT 0 /* an issuer that was restored from a copy has forgotten it (R27) */) STRICT;
        CREATE TABLE receipt(
            payment_id BLOB NOT NULL REFERENCES part, revision INTEGER NOT NULL, receipt BLOB NOT NULL, PRIMARY KEY(payment_id, revision)) STRICT;
        CREATE INDEX part_state ON part(state);
        CREATE INDEX part_coin ON part(coin_id, seq);
        CREATE INDEX part_time ON part(time);
        CREATE INDEX part_again ON part(again) WHERE again = 1;
        CREATE INDEX part_offered ON part(asked) WHERE sw IS NOT NULL AND delivered <> 1;
        CREATE INDEX ticket_state ON ticket(state);
        CREATE TABLE certificate(key_id INTEGER PRIMARY KEY, certificate BLOB NOT NULL) STRICT;
        CREATE TABLE hot_list(version INTEGER PRIMARY KEY, list BLOB NOT NULL) STRICT;
        CREATE TABLE policy(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
        CREATE TABLE revocation(only INTEGER PRIMARY KEY CHECK (only = 1), date INTEGER NOT NULL) STRICT;
        CREATE TABLE hot_state(only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL, date INTEGER NOT NULL) STRICT;
        """;

    public static ISigningKey OpenKey(Database store, ICashSuite suite) => store.Write(db =>
    {
        if (db.First("SELECT secret FROM till", r => r.Bytes(0)) is { } secret)
        {
            return suite.ImportKey(secret);
        }

        var key = suite.GenerateKey();
        db.Execute("INSERT INTO till(only, secret, last_time) VALUES(1, $1, 0)", key.ExportScalar());
        return key;
    });

    /// <summary>True if this till takes no issuer-keyed cash (hole 14).</summary>
    public static bool RefusesIssuerKeyed(IReadSnapshot db) => db.Number("SELECT value FROM policy WHERE name = 'refuse issuer-keyed'") == 1;

    public static void RefuseIssuerKeyed(IWriteTransaction db, bool refuse) =>
        db.Execute("INSERT INTO policy(name, value) VALUES('refuse issuer-keyed', $1) ON CONFLICT(name) DO UPDATE SET value = excluded.value", refuse ? 1L : 0L);

    /// <summary>Since when the till's key is revoked, as the issuer told it; null if it did not (rule R17).</summary>
    public static Timestamp? Revoked(IReadSnapshot db) => db.Query("SELECT date FROM revocation", r => Timestamp.FromLedger(r.GetInt64(0))) is [var date] ? date : null;

    /// <summary>For good: no word of anybody makes the key good again.</summary>
    public static void Revoke(IWriteTransaction db, Timestamp date) => db.Execute("INSERT OR IGNORE INTO revocation(only, date) VALUES(1, $1)", date.ToLedger());

    /// <summary>The TIME that was used last; it never goes back (hole 8, rule R21). 0 if there is none.</summary>
    public static Timestamp LastTime(IReadSnapshot db) => Timestamp.FromLedger(db.Number("SELECT coalesce(max(last_time), 0) FROM till"));

    /// <summary>A new payment under a TIME that this till never used: the clock's, or the last plus one (hole 8).</summary>
    public static Sale Begin(IWriteTransaction db, Amount y, Timestamp now)
    {
        long time = Math.Max(now.ToLedger(), db.Number("SELECT last_time FROM till") + 1);
        Switches.Replace("hole 8 last", ref time, now.ToLedger());
        db.Execute("UPDATE till SET last_time = $1", time);
        db.Execute("INSERT INTO ticket(time, y, state) VALUES($1, $2, $3)", time, y.ToLedger(), nameof(SaleState.Open));
        return new Sale(Timestamp.FromLedger(time), y, SaleState.Open);
    }

    public static Sale? Find(IReadSnapshot db, Timestamp time) =>
        db.First("SELECT time, y, state FROM ticket WHERE time = $1", ReadTicket, time.ToLedger());

    public static List<Sale> All(IReadSnapshot db) => db.Query("SELECT time, y, state FROM ticket ORDER BY time", ReadTicket);

    public static List<Sale> Open(IReadSnapshot db) =>
        db.Query("SELECT time, y, state FROM ticket WHERE state = $1 ORDER BY time", ReadTicket, nameof(SaleState.Open));

    public static List<CoinPayment> Parts(IReadSnapshot db, Timestamp time) =>
        db.Query("SELECT h, state, receipt, sw FROM part WHERE time = $1 ORDER BY rowid", ReadPart, time.ToLedger());

    public static List<CoinPayment> Queued(IReadSnapshot db, int limit) => db.Query(
        "SELECT h, state, receipt, sw FROM part WHERE state = $1 ORDER BY time, rowid LIMIT $2", ReadPart, nameof(CoinPaymentState.Queued), (long)limit);

    /// <summary>TIME of the oldest payment that is queued, and not among these, or under way; 0 if there is none.</summary>
    public static Timestamp OldestBut(IReadSnapshot db, List<CoinPayment> batch)
    {
        var sent = batch.Select(p => p.H.Id).ToHashSet();
        var oldest = Queued(db, batch.Count + 1).Find(p => !sent.Contains(p.H.Id))?.H.Time ?? default;
        var open = Open(db).Find(t => !batch.Exists(p => p.H.Time == t.Time))?.Time ?? default;
        oldest = open == default || (oldest != default && oldest < open) ? oldest : open;
        Switches.Replace("R6 queued", ref oldest, default);
        return oldest;
    }

    /// <summary>Sum of y that this till has from a coin, voided parts aside (hole 12).</summary>
    public static Amount TakenFrom(IReadSnapshot db, CoinId coin) => Amount.FromLedger(db.Number(
        "SELECT coalesce(sum(y), 0) FROM part WHERE coin_id = $1 AND state NOT IN ($2, $3, $4)",
        coin.Value.ToArray(), nameof(CoinPaymentState.Voided), nameof(CoinPaymentState.Reversed), nameof(CoinPaymentState.Dead)));

    /// <summary>True if the coin signed another payment of this till under the same seq.</summary>
    public static bool HasOther(IReadSnapshot db, CashPayment h) => db.Number(
        "SELECT count(*) FROM part WHERE coin_id = $1 AND seq = $2 AND payment_id <> $3",
        h.Coin.Id.Value.ToArray(), (long)h.Seq, h.Id.Value.ToArray()) > 0;

    /// <summary>OK is said, and that stays known whatever becomes of the payment.</summary>
    public static void Accept(IWriteTransaction db, Timestamp time)
    {
        db.Execute("UPDATE ticket SET state = $2, accepted = 1 WHERE time = $1", time.ToLedger(), nameof(SaleState.Accepted));
        db.Execute("UPDATE part SET state = $2 WHERE time = $1 AND state = $3", time.ToLedger(), nameof(CoinPaymentState.Queued), nameof(CoinPaymentState.Held));
    }

    /// <summary>True if the customer was told OK, whether or not the payment was taken back since.</summary>
    public static bool WasAccepted(IReadSnapshot db, Timestamp time) => db.Number("SELECT accepted FROM ticket WHERE time = $1", time.ToLedger()) == 1;

    /// <summary>Marks the payment as never to be sent, for good; only then may S_W leave (hole 2). What may have been sent has to be taken back at the issuer first.</summary>
    /// <returns>False, and nothing is changed, where it was accepted beside this: OK was said.</returns>
    public static bool Cancel(IWriteTransaction db, Timestamp time, Func<CashPayment, byte[]> sign)
    {
        var state = Find(db, time)!.State;
        bool ended = state is SaleState.Accepted or SaleState.Kept;
        Switches.Off("R4 accepted", ref ended);
        if (ended)
        {
            return false;
        }

        foreach (var part in Parts(db, time).Where(p => p.State == CoinPaymentState.Held))
        {
            db.Execute(
                "UPDATE part SET state = $2, sw = $3 WHERE payment_id = $1 AND sent = 0",
                part.H.Id.Value.ToArray(), nameof(CoinPaymentState.Voided), sign(part.H));
        }

        bool waits = state == SaleState.Refunded || Parts(db, time).Exists(p => p.SW is null);
        db.Execute("UPDATE ticket SET state = $2 WHERE time = $1", time.ToLedger(), waits ? nameof(SaleState.Refunded) : nameof(SaleState.GivenUp));
        return true;
    }

    /// <summary>What was accepted last, the newest first.</summary>
    public static List<Amount> LastAccepted(IReadSnapshot db, int count) => db.Query(
        "SELECT y FROM ticket WHERE state = $1 ORDER BY time DESC LIMIT $2", r => Amount.FromLedger(r.GetInt64(0)), nameof(SaleState.Accepted), (long)count);

    /// <summary>True if the payment may have been sent.</summary>
    public static bool WasSent(IReadSnapshot db, PaymentId payment) => db.Number("SELECT sent FROM part WHERE payment_id = $1", payment.Value.ToArray()) == 1;

    /// <summary>A refund begins: parts that never left the till will never be sent; the others wait for the issuer's word.</summary>
    /// <returns>The parts that wait; null, and nothing is changed, if there is nothing to take back.</returns>
    public static List<CoinPayment>? BeginRefund(IWriteTransaction db, Timestamp time, Func<CashPayment, byte[]> sign)
    {
        int begun = db.Execute(
            "UPDATE ticket SET state = $2 WHERE time = $1 AND state IN ($2, $3)", time.ToLedger(), nameof(SaleState.Refunded), nameof(SaleState.Accepted));
        if (begun == 0)
        {
            return null;
        }

        foreach (var part in Parts(db, time).Where(p => p.SW is null))
        {
            db.Execute(
                "UPDATE part SET state = $2, sw = $3 WHERE payment_id = $1 AND sent = 0", part.H.Id.Value.ToArray(), nameof(CoinPaymentState.Voided), sign(part.H));
        }

        return [.. Parts(db, time).Where(p => p.SW is null)];
    }

    /// <summary>The issuer took the payment back: now, and not before, S_W may leave.</summary>
    public static void Reverse(IWriteTransaction db, PaymentId payment, byte[] reversal, byte[] sw) => db.Execute(
        "UPDATE part SET state = $2, reversal = $3, sw = $4, forwarded = 1 WHERE payment_id = $1", payment.Value.ToArray(), nameof(CoinPaymentState.Reversed), reversal, sw);

    /// <summary>The issuer takes back no more what the customer was told OK for: it stays a sale.</summary>
    public static void StaysSold(IWriteTransaction db, Timestamp time) => db.Execute(
        "UPDATE ticket SET state = $2 WHERE time = $1 AND state = $3 AND EXISTS (SELECT 1 FROM part WHERE time = $1 AND sw IS NULL)",
        time.ToLedger(), nameof(SaleState.Accepted), nameof(SaleState.Refunded));

    /// <summary>
    /// It was never accepted, the terms in which the issuer takes it back are over, and it has signed what became of every part of which there is no S_W. There
    /// never will be one (rules R3, R4): what the issuer has paid stays with the shop.
    /// </summary>
    /// <returns>False, and nothing is changed, while something is not answered.</returns>
    public static bool Keep(IWriteTransaction db, Timestamp time) => db.Execute(
        "UPDATE ticket SET state = $2 WHERE time = $1 AND state = $3 AND NOT EXISTS (SELECT 1 FROM part WHERE time = $1 AND sw IS NULL AND state IN ($4, $5))",
        time.ToLedger(), nameof(SaleState.Kept), nameof(SaleState.Refunded), nameof(CoinPaymentState.Held), nameof(CoinPaymentState.Queued)) == 1;

    /// <summary>What was kept, until that long after all terms of its coins.</summary>
    public static List<Sale> Kept(IReadSnapshot db, Timestamp now) => db.Query(
        "SELECT DISTINCT t.time, t.y, t.state FROM ticket t JOIN part p ON p.time = t.time WHERE t.state = $1 AND p.until >= $2 ORDER BY t.time",
        ReadTicket, nameof(SaleState.Kept), now.ToLedger());

    /// <summary>Sum and count of accepted payments since a moment, less the parts of them that were taken back.</summary>
    public static (Amount Sum, int Count) AcceptedSince(IReadSnapshot db, Timestamp moment) => db.Query(
        """
        SELECT coalesce(sum(p.y), 0), count(DISTINCT t.time) FROM ticket t JOIN part p ON p.time = t.time
        WHERE t.state = $1 AND t.time >= $2 AND p.state NOT IN ($3, $4)
        """,
        r => (Amount.FromLedger(r.GetInt64(0)), r.GetInt32(1)),
        nameof(SaleState.Accepted), moment.ToLedger(), nameof(CoinPaymentState.Voided), nameof(CoinPaymentState.Reversed))[0];

    /// <summary>Refunds whose reversal was not answered, until all terms of their coins are over.</summary>
    public static List<Sale> UnfinishedRefunds(IReadSnapshot db, Timestamp now) => db.Query(
        "SELECT DISTINCT t.time, t.y, t.state FROM ticket t JOIN part p ON p.time = t.time WHERE t.state = $1 AND p.sw IS NULL AND p.until >= $2",
        ReadTicket, nameof(SaleState.Refunded), now.ToLedger());

    /// <summary>From here on the payment may have been sent: no S_W without the issuer's word (hole 2).</summary>
    /// <returns>False, and nothing is changed, where it will never be sent: it was given up or refunded since it was chosen, and its S_W may be out.</returns>
    public static bool MarkSent(IWriteTransaction db, PaymentId payment) => db.Execute(
        "UPDATE part SET sent = 1 WHERE payment_id = $1 AND state IN ($2, $3) AND sw IS NULL",
        payment.Value.ToArray(), nameof(CoinPaymentState.Queued), nameof(CoinPaymentState.Held)) == 1;

    /// <summary>Keeps each revision; the newest says what became of the payment. A part that was taken back meanwhile stays so.</summary>
    public static void Record(IWriteTransaction db, PaymentId payment, CoinPaymentState state, Receipt receipt)
    {
        bool keeps = true;
        Switches.Off("R1 keeps", ref keeps);
        if (keeps)
        {
            db.Execute(
                "INSERT OR IGNORE INTO receipt(payment_id, revision, receipt) VALUES($1, $2, $3)",
                payment.Value.ToArray(), (long)receipt.Revision, (receipt with { Repeated = false }).Encode());
        }

        Note(db, receipt);

        // What counted once falls only with a reversal: no refusal of an issuer that has forgotten it takes its earlier word from the shop (rule R27).
        bool keepsWord = !receipt.Counts && receipt.Verdict != Verdict.Dead && Word(db, payment) is not null;
        if (keepsWord)
        {
            return;
        }

        db.Execute(
            "UPDATE part SET state = $2, receipt = $3, again = 0 WHERE payment_id = $1 AND state NOT IN ($4, $5)",
            payment.Value.ToArray(), state.ToString(), receipt.Encode(), nameof(CoinPaymentState.Reversed), nameof(CoinPaymentState.Voided));
    }

    /// <summary>Parts whose receipt is not the last word: a later revision may say more.</summary>
    /// <param name="after">The row to go on from: parts of one payment share its TIME.</param>
    public static List<(long Row, CoinPayment CoinPayment)> Unended(IReadSnapshot db, long after, int limit) => db.Query(
        "SELECT h, state, receipt, sw, rowid FROM part WHERE state IN ($1, $2) AND rowid > $3 ORDER BY rowid LIMIT $4",
        r => (r.GetInt64(4), ReadPart(r)), nameof(CoinPaymentState.Guaranteed), nameof(CoinPaymentState.Waiting), after, (long)limit);

    /// <summary>What the newest receipts say of all payments: credited, promised and not yet paid, waiting.</summary>
    public static (Amount Credited, Amount Guaranteed, Amount Waiting) Shares(IReadSnapshot db)
    {
        var receipts = db.Query(
            "SELECT receipt FROM part WHERE receipt IS NOT NULL AND state IN ($1, $2, $3)", r => Receipt.Decode(r.Bytes(0))!,
            nameof(CoinPaymentState.Settled), nameof(CoinPaymentState.Guaranteed), nameof(CoinPaymentState.Waiting));
        Amount Sum(Func<Receipt, Amount> of) => receipts.Aggregate(Amount.Zero, (sum, r) => sum + of(r));
        return (
            Sum(r => r.GuaranteeIsPaid ? r.Share.Credited + r.Share.Guaranteed : r.Share.Credited),
            Sum(r => r.GuaranteeIsPaid ? Amount.Zero : r.Share.Guaranteed), Sum(r => r.Share.Waiting));
    }

    public static Amount Sum(IReadSnapshot db, CoinPaymentState state) =>
        Amount.FromLedger(db.Number("SELECT coalesce(sum(y), 0) FROM part WHERE state = $1", state.ToString()));

    private static Sale ReadTicket(DbDataReader r) =>
        new(Timestamp.FromLedger(r.GetInt64(0)), Amount.FromLedger(r.GetInt64(1)), Enum.Parse<SaleState>(r.GetString(2)));

    private static CoinPayment ReadPart(DbDataReader r) => new(
        CashPayment.Decode(r.Bytes(0)) ?? throw new InvalidOperationException("A payment in the till's store is damaged."),
        Enum.Parse<CoinPaymentState>(r.GetString(1)),
        r.BytesOrNull(2) is { } receipt ? Receipt.Decode(receipt) : null,
        r.BytesOrNull(3));
}
