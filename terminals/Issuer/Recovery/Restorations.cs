using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// That this issuer was restored from a copy and has recovered from the banks (R27). What tills were told since the copy only they have: they hear of it with the hot list, and bring it again
/// within settleTerm. Until then nothing is said for good about what may have been settled, and nothing that is left of a coin goes back.
/// </summary>
internal static class Restorations
{
    /// <summary>The one that was entered last: clocks go wrong. Null if this issuer was never restored.</summary>
    public static Restoration? Newest(IReadSnapshot db) => db.First(
        "SELECT since, ended FROM restoration ORDER BY id DESC LIMIT 1", r => new Restoration(Timestamp.FromLedger(r.GetInt64(0)), Timestamp.FromLedger(r.GetInt64(1))));

    /// <summary>All of them: what was signed after an earlier copy may still be kept back.</summary>
    public static List<Restoration> All(IWriteTransaction db) => db.Query(
        "SELECT since, ended FROM restoration ORDER BY id", r => new Restoration(Timestamp.FromLedger(r.GetInt64(0)), Timestamp.FromLedger(r.GetInt64(1))));

    /// <summary>What tills are told: a till that was away during an earlier one brings again what was forgotten then, too.</summary>
    public static Restoration? Announced(IReadSnapshot db)
    {
        var newest = Newest(db);
        var since = newest is null ? default : Timestamp.FromLedger(db.Number("SELECT min(brought) FROM restoration"));
        Switches.Replace("R27 earlier copies", ref since, newest is null ? default : Timestamp.FromLedger(db.Number("SELECT brought FROM restoration ORDER BY id DESC LIMIT 1")));
        return newest is null ? null : newest with { Since = since };
    }

    /// <summary>Enters one.</summary>
    /// <param name="since">Where the copy ends, as far as is known.</param>
    /// <param name="brought">Since when tills bring again what they have.</param>
    public static int Add(IWriteTransaction db, Timestamp since, Timestamp ended, Timestamp brought) =>
        db.Execute("INSERT INTO restoration(ended, since, brought) VALUES($1, $2, $3)", ended.ToLedger(), since.ToLedger(), brought.ToLedger());

    /// <summary>Until when tills may still bring what this issuer has forgotten; null if it has forgotten nothing, or that is over.</summary>
    public static Timestamp? WaitsUntil(IReadSnapshot db, SchemeParameters terms, Timestamp now)
    {
        var until = Newest(db)?.Ended.Plus(terms.SettlePeriod);
        Switches.Replace("R27 final words", ref until, null);
        return until >= now ? until : null;
    }
}
