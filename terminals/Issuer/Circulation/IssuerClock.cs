using System.Globalization;
using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>The issuer's clock, as a person sees it.</summary>
/// <param name="Signed">The latest date that it has signed; 0 if there is none.</param>
/// <param name="Doubted">Since when it was not confirmed by anybody; null if it is.</param>
/// <param name="IsBehind">It signs nothing.</param>
public sealed record ClockState(Timestamp Now, Timestamp Signed, Timestamp? Doubted, bool IsBehind);

/// <summary>One kind of things that were signed under a date that is still to come, and what became of them.</summary>
public sealed record SignedAhead(string What, int Count, string Became);

/// <summary>
/// What was signed while the clock was ahead is signed again under the right date, once a person has confirmed the clock (rule R26). Numbers and versions go on, and none is used twice: what a bank may have
/// already is followed by the next, not replaced.
/// </summary>
internal sealed class IssuerClock(Database store, IssuerKeys keys, PartyId issuer, SchemeParameters terms, ExcessQueue queue, TimeProvider clock)
{
    /// <summary>Dates that the issuer only reckons with: none of them is later than now. What is signed is not among them,
    /// nor the date of a dossier: it says what was signed, and where it lies ahead it dates nothing (Reversals).</summary>
    private static readonly (string Table, string Column)[] Kept =
    [
        ("hot_version", "date"), ("till", "contact"), ("till", "revoked"), ("bank", "revoked"), ("bank", "keyed"), ("former_key", "ended"), ("former_key", "revoked"), ("certified_key", "date"),
        ("inspection", "cancelled"), ("inspection", "lost"), ("closed_coin", "cancelled"), ("closed_coin", "lost"), ("issuance", "date"), ("mark", "date"), ("parked", "heard"), ("parked", "date"),
        ("alarm", "date"), ("alarm", "last"), ("trace_case", "opened"), ("trace_case", "judged"), ("trace_case", "found"), ("guarantee", "opened"), ("claim_payment", "paid"), ("alive", "date"),
        ("restoration", "ended"), ("restoration", "since"), ("restoration", "brought"), ("recovery", "since"), ("recovery", "copied"), ("behind", "since"), ("lost_key", "since"),
        ("early", "arrival"),
    ];

    /// <summary>A person has looked at the clock, and it is right.</summary>
    /// <returns>What was signed ahead, and what became of it; empty where nothing was.</returns>
    public IReadOnlyList<SignedAhead> Accept()
    {
        var now = Timestamp.Now(clock);
        var certificates = keys.CertifyAgain(store, now);
        var found = store.Write(db =>
        {
            int lists = (int)db.Number("SELECT count(*) FROM hot_version WHERE date > $1", now.ToLedger());
            int tills = db.Execute("UPDATE till SET registered = $1 WHERE registered > $1", now.ToLedger());
            int statements = Registry.All(db).Count(bank => db.First(
                "SELECT statement FROM audit_statement WHERE bank = $1 ORDER BY number DESC LIMIT 1", r => CirculationStatement.Decode(r.Bytes(0))!, (long)bank.Id.Value)?.Date > now);
            var all = new List<SignedAhead>
            {
                new("certificates of this issuer's keys", certificates, "made again; 'serve' hands them out when it is asked next"),
                new("grants of tills", tills, "they count from today. Enrol them again ('enrol shop') if their certificates begin too late to be used"),
                new("versions of the hot list", lists, "the numbers stay; the list is signed under the day on which it is asked for"),
                new("statements of circulation", statements, "the next one of each bank follows them, under the right date"),
                new("instructions that no bank has acknowledged", Transfers(db, now), "signed again"),
                new("receipts", Receipts(db, now), "a further revision of each is signed; promises are due a dispute term from today"),
                new("reversals", Reversals(db, now), "signed again"),
                new("dead statements", Dead(db, now), "signed again"),
                new("dossiers", db.Execute("UPDATE trace_case SET proven_on = 0, changed = 1 WHERE dated > $1 OR proven_on > $1", now.ToLedger()), "each is signed at the day on which its bank fetches it"),
            };
            foreach (var (table, column) in Kept)
            {
                db.Execute(string.Create(CultureInfo.InvariantCulture, $"UPDATE {table} SET {column} = $1 WHERE {column} > $1"), now.ToLedger());
            }

            db.Execute("UPDATE outage SET ended = max(began, $1) WHERE ended > $1", now.ToLedger());
            ClockWatch.Accept(db, terms, now);
            return all;
        });
        return [.. found.Where(f => f.Count > 0)];
    }

    /// <summary>Of those that a bank may have booked already the number counts, and nobody books one twice.</summary>
    private int Transfers(IWriteTransaction db, Timestamp now)
    {
        int made = 0;
        foreach (var (bank, number, transfer) in db.Query(
            "SELECT i.bank, i.number, i.transfer FROM instruction i JOIN bank b ON b.id = i.bank WHERE i.number > b.acknowledged ORDER BY i.bank, i.number",
            r => (r.GetInt64(0), r.GetInt64(1), ClearingInstruction.Decode(r.Bytes(2))!)).Where(t => t.Item3.Date > now))
        {
            var again = ClearingInstruction.Sign(keys.Statement, issuer, transfer.Number, transfer.Bank, transfer.Kind, transfer.Reference, transfer.Total, transfer.Currency, now);
            db.Execute("UPDATE instruction SET transfer = $3 WHERE bank = $1 AND number = $2", bank, number, again.Encode());
            made++;
        }

        return made;
    }

    /// <summary>A promise that was made ahead is due a dispute term from today, as it would have been.</summary>
    private int Receipts(IWriteTransaction db, Timestamp now)
    {
        var latest = now.Plus(terms.DisputeTerm);
        var ahead = db.Query(
            "SELECT payment_id FROM history WHERE date > $1 OR due > $2", r => new PaymentId(Digest.Read(r.Bytes(0))), now.ToLedger(), latest.ToLedger());
        db.Execute("UPDATE guarantee SET due = $1 WHERE paid = 0 AND due > $1", latest.ToLedger());
        foreach (var row in ahead.Select(p => HistoryTable.Find(db, p)!))
        {
            queue.Revise(db, row, row.Share with { Due = Timestamp.Min(row.Share.Due, row.Share.Guaranteed.IsZero ? now : latest) }, now);
        }

        db.Execute("UPDATE history SET date = $1 WHERE date > $1", now.ToLedger());
        return ahead.Count;
    }

    private int Reversals(IWriteTransaction db, Timestamp now)
    {
        int made = 0;
        foreach (var (id, payment, reversal) in db.Query(
            "SELECT id, payment_id, reversed FROM history WHERE reversed IS NOT NULL", r => (r.GetInt64(0), r.Bytes(1), Reversal.Decode(r.Bytes(2))!)).Where(r => r.Item3.Date > now))
        {
            var again = Reversal.Sign(keys.Statement, issuer, reversal.Payment, reversal.Y, reversal.Moved, now).Encode();
            db.Execute("UPDATE history SET reversed = $2 WHERE id = $1", id, again);
            db.Execute("UPDATE case_reversal SET reversal = $2 WHERE payment_id = $1", payment, again);
            made++;
        }

        return made;
    }

    private int Dead(IWriteTransaction db, Timestamp now)
    {
        var ahead = db.Query(
            "SELECT payment_id, statement FROM dead_payment WHERE date > $1", r => (Payment: r.Bytes(0), Statement: NonSettlementStatement.Decode(r.Bytes(1))!), now.ToLedger());
        foreach (var (payment, dead) in ahead)
        {
            var message = SignedMessage.Dead(issuer, dead.Payment, dead.Coin, dead.Seq, dead.Y, dead.Basis, now);
            db.Execute(
                "UPDATE dead_payment SET statement = $2, date = $3 WHERE payment_id = $1", payment, (dead with { Date = now, Signature = keys.Statement.Sign(message) }).Encode(), now.ToLedger());
        }

        return ahead.Count;
    }
}
