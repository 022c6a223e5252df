using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>
/// What the issuer forgets once its terms are over (hole 6, rule R10; settlement.md): so its store is bounded by the cash in circulation and by time, not by
/// what anybody asks for. Nothing goes before the maximum age of a backup: a party that was restored still finds what it has to be told again.
/// </summary>
internal sealed class Forgetting(Database store, SchemeParameters terms)
{
    public const string Instruction = "instruction";
    public const string Statement = "statement";
    private static readonly TimeSpan MarkEvery = TimeSpan.FromDays(1);

    /// <returns>Coins forgotten.</returns>
    public int Run(Timestamp now)
    {
        int coins = Coins(now);
        bool forgets = true;
        Switches.Off("R10 issuer", ref forgets);
        if (forgets)
        {
            Tombstones(now);
            Alarms(now);
            HotVersions(now);
            store.Write(db =>
            {
                OutageTable.Forget(db, Timestamp.FromLedger(Before(now, terms.SettlePeriod)));
                return true;
            });
            Claims();
            store.Write(db => Mark(db, now));
            foreach (var bank in store.Read(Registry.All))
            {
                Forgotten.InPieces(store, db => Instructions(db, bank.Id, now));
                Forgotten.InPieces(store, db => Statements(db, bank.Id, now));
            }
        }

        return coins;
    }

    private long Before(Timestamp now, TimeSpan term) => now.ToLedger() - (long)Longer(term, terms.BackupMaxAge).TotalMicroseconds;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>
    /// Used-up coins whose last term has ended: expiry + settleTerm + disputeTerm; where there is a case, two more disputeTerms and the age of a backup after that. What was promised in a
    /// coin's last days is claimed and paid later, and a rebuttal may be shown later.
    /// </summary>
    private int Coins(Timestamp now)
    {
        var last = Ended(now, terms.SettlePeriod + terms.DisputeTerm);
        var cases = Ended(now, terms.CaseTerm);
        return last == default ? 0 : Forgotten.InPieces(store, db => ForgottenCoins.Purge(db, last, cases));
    }

    /// <summary>True if no coin's last term ended between these moments, whether there is a case about it or not.</summary>
    public static bool ForgetsNothing(SchemeParameters terms, Timestamp from, Timestamp to) =>
        new[] { terms.SettlePeriod + terms.DisputeTerm, terms.CaseTerm }.All(term => from <= to && Ended(from, term) == Ended(to, term));

    /// <summary>The last quarter whose end lies longer ago than that.</summary>
    private static Quarter Ended(Timestamp now, TimeSpan term) =>
        Enumerable.Range(0, 8).Select(back => Quarter.Of(now).Plus(-back)).FirstOrDefault(q => q.End.Plus(term) < now);

    /// <summary>"Never issued": a bank that repeats a request later than that asks for it to be withheld, and gets the same answer anew (hole 7).</summary>
    private void Tombstones(Timestamp now) => Forgotten.InPieces(store, db => db.Execute(
        "DELETE FROM issuance WHERE rowid IN (SELECT rowid FROM issuance WHERE never_issued IS NOT NULL AND date < $1 LIMIT $2)",
        Before(now, terms.RequestTerm + terms.DisputeTerm), (long)Forgotten.Piece));

    private void Alarms(Timestamp now) => Forgotten.InPieces(store, db => db.Execute(
        "DELETE FROM alarm WHERE id IN (SELECT id FROM alarm WHERE last < $1 LIMIT $2)", Before(now, terms.DisputeTerm), (long)Forgotten.Piece));

    /// <summary>Versions of the hot list that hold nothing any more; the newest stays, for the next to follow.</summary>
    private void HotVersions(Timestamp now)
    {
        long before = Before(now, default);
        Switches.Replace("R10 hot versions", ref before, now.ToLedger());
        Forgotten.InPieces(store, db => db.Execute(
            """
            DELETE FROM hot_version WHERE version IN (
                SELECT version FROM hot_version v WHERE date < $1 AND version < (SELECT max(version) FROM hot_version)
                    AND NOT EXISTS (SELECT 1 FROM hot h WHERE h.version = v.version) LIMIT $2)
            """,
            before, (long)Forgotten.Piece));
    }

    /// <summary>Promises that were paid, of coins that are forgotten, after the instruction that they were in.</summary>
    private void Claims() => Forgotten.InPieces(store, db => db.Execute(
        """
        DELETE FROM claim_payment WHERE rowid IN (
            SELECT p.rowid FROM claim_payment p WHERE paid IS NOT NULL AND NOT EXISTS (SELECT 1 FROM trace_case c WHERE c.coin_id = p.coin_id)
                AND NOT EXISTS (SELECT 1 FROM instruction i WHERE i.bank = p.bank AND i.number = p.number) LIMIT $1)
        """,
        (long)Forgotten.Piece));

    /// <summary>
    /// Notes once a day what each bank says it has. A bank that was restored asks again for what it had got since its backup, however old that was when it
    /// came: so not the date of an instruction counts, but since when the bank is known to have it.
    /// </summary>
    private static bool Mark(IWriteTransaction db, Timestamp now)
    {
        long yesterday = now.ToLedger() - (long)MarkEvery.TotalMicroseconds;
        foreach (var (what, column) in new[] { (Instruction, "acknowledged"), (Statement, "told") })
        {
            db.Execute(
                $"""
                INSERT OR IGNORE INTO mark(bank, what, number, date)
                SELECT id, $1, {column}, $2 FROM bank b WHERE {column} > 0
                    AND NOT EXISTS (SELECT 1 FROM mark m WHERE m.bank = b.id AND m.what = $1 AND (m.date > $3 OR m.number = b.{column}))
                """,
                what, now.ToLedger(), yesterday);
        }

        return true;
    }

    /// <summary>The number up to which the bank has had everything for longer than a backup may be old; older marks go.</summary>
    private long Bound(IWriteTransaction db, PartyId bank, string what, Timestamp now)
    {
        long bound = db.Number(
            "SELECT coalesce(max(number), 0) FROM mark WHERE bank = $1 AND what = $2 AND date < $3", (long)bank.Value, what, Before(now, default));
        db.Execute("DELETE FROM mark WHERE bank = $1 AND what = $2 AND number < $3", (long)bank.Value, what, bound);
        return bound;
    }

    /// <summary>All but what a bank parked, what a shop is still to be credited for, and claims of a case that is still open.</summary>
    private int Instructions(IWriteTransaction db, PartyId bank, Timestamp now)
    {
        var old = db.Query(
            """
            SELECT number, kind, amount FROM instruction i WHERE bank = $1 AND number <= $2
                AND NOT EXISTS (SELECT 1 FROM parked k WHERE k.bank = i.bank AND k.number = i.number AND k.outcome <> 0)
                AND NOT EXISTS (SELECT 1 FROM claim_payment p WHERE p.bank = i.bank AND p.number = i.number AND p.paid IS NULL)
                AND NOT (kind IN (3, 8) AND EXISTS (SELECT 1 FROM trace_case c WHERE c.coin_id = i.reference))
            ORDER BY number LIMIT $3
            """,
            r => (Number: r.GetInt64(0), Kind: r.GetInt64(1), Amount: r.GetInt64(2)), (long)bank.Value, Bound(db, bank, Instruction, now), (long)Forgotten.Piece);
        foreach (var row in old)
        {
            Forgotten.Add(db, Instruction, bank.Value, row.Kind, row.Number, row.Amount);
            db.Execute("DELETE FROM instruction WHERE bank = $1 AND number = $2", (long)bank.Value, row.Number);
            db.Execute("DELETE FROM parked WHERE bank = $1 AND number = $2", (long)bank.Value, row.Number);
        }

        return old.Count;
    }

    /// <summary>Statements of circulation; the newest stays, for the next to follow.</summary>
    private int Statements(IWriteTransaction db, PartyId bank, Timestamp now)
    {
        var old = db.Query(
            """
            SELECT number, statement FROM audit_statement
            WHERE bank = $1 AND number <= $2 AND number < (SELECT max(number) FROM audit_statement WHERE bank = $1) ORDER BY number LIMIT $3
            """,
            r => (Number: r.GetInt64(0), Statement: CirculationStatement.Decode(r.Bytes(1))!), (long)bank.Value, Bound(db, bank, Statement, now), (long)Forgotten.Piece);
        foreach (var row in old)
        {
            Forgotten.Add(db, Statement, bank.Value, 0, row.Number, 0, row.Statement.Digest);
        }

        return old.Count == 0 ? 0 : db.Execute("DELETE FROM audit_statement WHERE bank = $1 AND number <= $2", (long)bank.Value, old[^1].Number);
    }
}
