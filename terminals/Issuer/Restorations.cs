using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;

namespace HierCash.Issuer;

/// <summary>
/// That this issuer was restored from a copy and has recovered from the banks (R27). What tills were told since the copy only they have: they hear of it with the hot list, and bring it again
/// within settleTerm. Until then nothing is said for good about what may have been settled, and nothing that is left of a coin goes back.
/// </summary>
internal static class Restorations
{
    /// <summary>The one that was entered last: clocks go wrong. Null if this issuer was never restored.</summary>
    public static Restoration? Newest(Database db) => db.First(
        "SELECT since, ended FROM restoration ORDER BY id DESC LIMIT 1", r => new Restoration(Timestamp.FromLedger(r.GetInt64(0)), Timestamp.FromLedger(r.GetInt64(1))));

    /// <summary>All of them: what was signed after an earlier copy may still be kept back.</summary>
    public static List<Restoration> All(Database db) => db.Query(
        "SELECT since, ended FROM restoration ORDER BY id", r => new Restoration(Timestamp.FromLedger(r.GetInt64(0)), Timestamp.FromLedger(r.GetInt64(1))));

    /// <summary>What tills are told: a till that was away during an earlier one brings again what was forgotten then, too.</summary>
    public static Restoration? Announced(Database db)
    {
        var newest = Newest(db);
        var since = newest is null ? default : Timestamp.FromLedger(db.Number("SELECT min(since) FROM restoration"));
        Switches.Replace("R27 earlier copies", ref since, newest?.Since ?? default);
        return newest is null ? null : newest with { Since = since };
    }

    /// <summary>True if that bank gave back after a copy, and the date is before the issuer went on.</summary>
    public static bool Heard(Database db, PartyId bank, Timestamp date) => db.Number(
        "SELECT count(*) FROM restored_bank b JOIN restoration r ON r.id = b.restoration WHERE b.bank = ?1 AND r.ended >= ?2", (long)bank.Value, date.ToLedger()) > 0;

    /// <summary>Enters one, with the banks that gave back.</summary>
    /// <param name="since">The copy's last word to a bank that has a later one.</param>
    public static int Add(Database db, Timestamp since, Timestamp ended)
    {
        db.Execute("INSERT INTO restoration(ended, since) VALUES(?1, ?2)", ended.ToLedger(), since.ToLedger());

        // One that was left out has given nothing back: what it shows later stops the issuer once more, before anything is numbered for it a second time.
        string which = $"done = {RecoveryDesk.GaveBack}";
        Switches.Replace("R27 left out", ref which, "done = done");
        return db.Execute($"INSERT INTO restored_bank(restoration, bank) SELECT (SELECT max(id) FROM restoration), bank FROM recovery WHERE {which}");
    }

    /// <summary>Until when tills may still bring what this issuer has forgotten; null if it has forgotten nothing, or that is over.</summary>
    public static Timestamp? WaitsUntil(Database db, SchemeTerms terms, Timestamp now)
    {
        var until = Newest(db)?.Ended.Plus(terms.SettleTerm);
        Switches.Replace("R27 final words", ref until, null);
        return until >= now ? until : null;
    }
}
