using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// When a payment came first that was early: then its TIME was its till's error, and what decides by TIME takes the earlier of the two (rules R6 and R24). Else a
/// payment that waited for its TIME would look as if it had been made after its coin was closed.
/// </summary>
internal static class EarlyArrivals
{
    /// <summary>So many are kept of a coin: whoever has its key, and a till, makes them without end (rule R10).</summary>
    public const int MaxKept = 64;

    public static void Note(IWriteTransaction db, CashPayment h, Timestamp now)
    {
        if (InspectionDatabase.Of(db, h.Coin) is { } coin && db.Number("SELECT count(*) FROM early WHERE coin_id = $1", coin.Id.Value.ToArray()) < MaxKept)
        {
            db.Execute(
                "INSERT OR IGNORE INTO early(payment_id, coin_id, arrival, expiry) VALUES($1, $2, $3, $4)",
                h.Id.Value.ToArray(), coin.Id.Value.ToArray(), now.ToLedger(), (long)h.Coin.Terms.Expiry.Index);
        }
    }

    /// <summary>min(TIME, first arrival).</summary>
    public static Timestamp TimeOf(IReadSnapshot db, CashPayment h)
    {
        var arrival = db.Query("SELECT arrival FROM early WHERE payment_id = $1", r => Timestamp.FromLedger(r.GetInt64(0)), h.Id.Value.ToArray());
        Switches.Replace("R24 arrival", ref arrival, []);
        return arrival.Count > 0 ? Timestamp.Min(h.Time, arrival[0]) : h.Time;
    }
}
