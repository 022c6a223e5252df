using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Terminals.Store;

namespace HierCash.Shop;

/// <summary>What shows that the till was restored from an older copy, and what it gets back (R27).</summary>
internal static partial class TillStore
{
    /// <summary>So far within the tolerance a date has to be, for an issuer whose clock is a little behind this till's.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>Since when the till knows that its store is an older copy; null if it is none, or has recovered.</summary>
    public static Timestamp? BehindSince(IReadSnapshot db) => db.Query("SELECT since FROM behind", r => (Timestamp?)Timestamp.FromLedger(r.GetInt64(0))).FirstOrDefault();

    /// <param name="date">Of the batch that this till signed and does not know of.</param>
    public static int IsBehind(IWriteTransaction db, Timestamp now, Timestamp date) => db.Execute(
        "INSERT INTO behind(only, since, date) VALUES(1, $1, $2) ON CONFLICT(only) DO UPDATE SET date = max(date, excluded.date)", now.ToLedger(), date.ToLedger());

    /// <summary>The latest date under which this till knows to have signed a batch; 0 if it signed none.</summary>
    public static Timestamp Submitted(IReadSnapshot db) => Timestamp.FromLedger(db.Number("SELECT coalesce(max(submitted), 0) FROM till"));

    /// <summary>
    /// The date of a batch, stored before it leaves: later than the last one also after a clock that was a little ahead, or a batch of then would hide that the till was restored since.
    /// What lies further ahead the issuer did not take.
    /// </summary>
    public static Timestamp Submits(IWriteTransaction db, Timestamp now, TimeSpan tolerance)
    {
        var last = Submitted(db);
        bool follows = last >= now && last.Plus(Margin) <= now.Plus(tolerance);
        Switches.Off("R27 batch follows", ref follows);
        var date = follows ? new Timestamp(last.Microseconds + 1) : now;
        db.Execute("UPDATE till SET submitted = max(submitted, $1)", date.ToLedger());
        return date;
    }

    /// <summary>It knows again what it had submitted, and goes on.</summary>
    public static int Recovered(IWriteTransaction db)
    {
        db.Execute("UPDATE till SET submitted = max(submitted, coalesce((SELECT date FROM behind), 0))");
        return db.Execute("DELETE FROM behind");
    }

    /// <summary>
    /// A payment that this till had submitted, as the issuer has it. Who was not told OK had it taken back: so one that counts was accepted, whatever this copy says. What is taken back has
    /// the issuer's word, so S_W may leave again.
    /// </summary>
    /// <param name="until">After that moment its S_W is offered to no card.</param>
    /// <returns>True if the copy did not know it.</returns>
    public static bool Restore(IWriteTransaction db, SubmittedPayment paid, Timestamp until, CoinPaymentState state, Func<CashPayment, byte[]> sign)
    {
        var h = paid.H;
        var id = h.Id.Value.ToArray();
        bool known = db.Number("SELECT count(*) FROM part WHERE payment_id = $1", id) == 1;
        bool isTakenBack = paid.Reversal is not null;
        db.Execute("UPDATE till SET last_time = max(last_time, $1)", h.Time.ToLedger());
        db.Execute("INSERT OR IGNORE INTO ticket(time, y, state, accepted) VALUES($1, 0, $2, 1)", h.Time.ToLedger(), nameof(SaleState.Accepted));
        if (!known)
        {
            Hold(db, h, until, isUnknown: false);
            db.Execute("UPDATE ticket SET y = max(y, (SELECT sum(y) FROM part WHERE time = $1)) WHERE time = $1", h.Time.ToLedger());
        }

        db.Execute("UPDATE part SET sent = 1 WHERE payment_id = $1", id);
        if (isTakenBack)
        {
            Reverse(db, h.Id, paid.Reversal!.Encode(), sign(h));
            db.Execute("UPDATE ticket SET state = $2 WHERE time = $1 AND state IN ($3, $4)", h.Time.ToLedger(), nameof(SaleState.Refunded), nameof(SaleState.Accepted), nameof(SaleState.Open));
        }
        else
        {
            Record(db, h.Id, state, paid.Receipt);
            db.Execute("UPDATE ticket SET state = $2, accepted = 1 WHERE time = $1 AND state = $3", h.Time.ToLedger(), nameof(SaleState.Accepted), nameof(SaleState.Open));
        }

        return !known;
    }
}
