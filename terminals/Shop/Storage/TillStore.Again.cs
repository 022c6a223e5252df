using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Store;

namespace HierCash.Shop;

/// <summary>What goes to the issuer again because it was restored from a copy (R27).</summary>
internal static partial class TillStore
{
    private const string HeardOf = "issuer restored";

    /// <summary>The issuer's word that this payment counts; null if the till has none.</summary>
    private static Receipt? Word(IReadSnapshot db, PaymentId payment) =>
        db.First("SELECT receipt FROM part WHERE payment_id = $1 AND receipt IS NOT NULL", r => Receipt.Decode(r.Bytes(0))!, payment.Value.ToArray()) is { Counts: true } word ? word : null;

    /// <summary>
    /// The issuer says that it was restored: what it had answered since goes to it again, once for each restoration. It has forgotten the numbers of its hot lists, too, and may have given them to others:
    /// the till asks for all of the list, and takes it under any number (hole 11).
    /// </summary>
    /// <param name="margin">So much before its last sign of life, too: clocks differ.</param>
    /// <returns>True if that is new.</returns>
    public static bool BringAgain(IWriteTransaction db, Restoration restored, TimeSpan margin)
    {
        // Any other than the last one: the clock that dated that may have been ahead.
        if (restored.Ended.ToLedger() == db.Number("SELECT value FROM policy WHERE name = $1", HeardOf))
        {
            return false;
        }

        var since = restored.Since.Minus(margin);
        var answered = db.Query(
            "SELECT payment_id, receipt, sw IS NULL, reversal FROM part WHERE receipt IS NOT NULL OR reversal IS NOT NULL",
            r => (Id: r.Bytes(0), Receipt: r.BytesOrNull(1) is { } receipt ? Receipt.Decode(receipt) : null, IsKept: r.GetInt64(2) == 1, Reversal: r.BytesOrNull(3)));
        foreach (var kept in answered.Where(a => a.IsKept && a.Receipt is { } receipt && GoesAgain(receipt) && receipt.Date >= since))
        {
            db.Execute("UPDATE part SET again = 1 WHERE payment_id = $1", kept.Id);
        }

        foreach (var taken in answered.Where(a => a.Reversal is { } word && Reversal.Decode(word) is { } reversal && reversal.Date >= since))
        {
            db.Execute("UPDATE part SET forwarded = 0 WHERE payment_id = $1", taken.Id);
        }

        db.Execute("INSERT INTO policy(name, value) VALUES($1, $2) ON CONFLICT(name) DO UPDATE SET value = excluded.value", HeardOf, restored.Ended.ToLedger());
        bool forgets = true;
        Switches.Off("R27 hot anew", ref forgets);
        if (forgets)
        {
            db.Execute("UPDATE hot_state SET version = 0");
        }

        return forgets;
    }

    /// <summary>What counted, and what was refused because the issuer did not know the coin: it may have forgotten that.</summary>
    private static bool GoesAgain(Receipt receipt)
    {
        bool unknown = receipt.Verdict == Verdict.UnknownCoin;
        Switches.Off("R27 unknown again", ref unknown);
        return receipt.Counts || unknown;
    }

    /// <summary>The issuer's newest receipt of a payment that counts; null if there is none, or while something still goes again.</summary>
    public static Receipt? Newest(IReadSnapshot db) =>
        db.First("SELECT word FROM till WHERE word IS NOT NULL AND NOT EXISTS (SELECT 1 FROM part WHERE again = 1)", r => Receipt.Decode(r.Bytes(0))!);

    /// <summary>Keeps it, if it is the newest: by when it came, because clocks go wrong. A repeated one is, if it is dated later.</summary>
    private static void Note(IWriteTransaction db, Receipt receipt)
    {
        if (receipt.Counts && (!receipt.Repeated || db.First("SELECT word FROM till WHERE word IS NOT NULL", r => Receipt.Decode(r.Bytes(0))!) is not { } last || receipt.Date > last.Date))
        {
            db.Execute("UPDATE till SET word = $1", (receipt with { Repeated = false }).Encode());
        }
    }

    /// <summary>Payments that go again, a batch at a time.</summary>
    /// <param name="after">The row to go on from.</param>
    public static List<(long Row, CoinPayment CoinPayment)> Again(IReadSnapshot db, long after, int limit) => db.Query(
        "SELECT h, state, receipt, sw, rowid FROM part WHERE again = 1 AND rowid > $1 ORDER BY rowid LIMIT $2", r => (r.GetInt64(4), ReadPart(r)), after, (long)limit);

    /// <summary>All terms of its coin are over: nobody says anything about it any more.</summary>
    public static int IsOver(IWriteTransaction db, PaymentId payment) => db.Execute("UPDATE part SET again = 0 WHERE payment_id = $1", payment.Value.ToArray());
}
