using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>
/// What the bank forgets once its terms are over (rule R10; settlement.md). Only at the end of a visit whose instructions were all taken: what is still to
/// come for a withdrawal has come then. The ledger is the bank's book of account and stays.
/// </summary>
internal sealed class BankPurge(Database store, SchemeParameters terms)
{
    public const string Withdrawal = "withdrawal";
    public const string ClearingInstruction = "transfer";
    public const string Suspense = "suspense";
    public const string Statement = "statement";
    public const string Case = "case";
    public const string Order = "order";
    private static readonly string[] CaseTables = ["notice", "rebuttal", "void_message", "evidence"];
    private const string NothingParked = "NOT EXISTS (SELECT 1 FROM booked_transfer WHERE state <> 0)";

    /// <param name="now">A time with which the issuer agrees: what is forgotten by a wrong clock does not come back (rule R26).</param>
    /// <returns>Rows forgotten.</returns>
    public int Run(Timestamp now)
    {
        bool forgets = true;
        Switches.Off("R10 bank", ref forgets);
        if (!forgets)
        {
            return 0;
        }

        long old = now.ToLedger() - (long)terms.BackupMaxAge.TotalMicroseconds;
        long reversed = now.ToLedger() - (long)(terms.BackupMaxAge + terms.DisputeTerm).TotalMicroseconds;
        Switches.Replace("R10 reversed", ref reversed, now.ToLedger());
        return Withdrawals("Reversed", 1, reversed) + (IssuedBefore(now) is { } issued ? Withdrawals("Issued", 0, issued) : 0)
            + Forgotten.InPieces(store, db => OrderBook.Forget(db, reversed)) + Cases(now, old) + Forgotten.InPieces(store, db => Transfers(db, old)) + Forgotten.InPieces(store, db => Statements(db, old))
            + Forgotten.InPieces(store, db => db.Execute(
                $"DELETE FROM alarm WHERE rowid IN (SELECT rowid FROM alarm WHERE date < $1 AND {NothingParked} LIMIT $2)", old, (long)Forgotten.Piece))
            + Forgotten.InPieces(store, db => db.Execute("DELETE FROM refused WHERE rowid IN (SELECT rowid FROM refused WHERE since < $1 LIMIT $2)", old, (long)Forgotten.Piece));
    }

    /// <summary>Of what was issued before that moment the issuer has forgotten the coin, also one with a case, for longer than a backup may be old.</summary>
    private long? IssuedBefore(Timestamp now) => ExpiredOf(now, terms.CaseTerm + terms.BackupMaxAge);

    /// <summary>The last end of a quarter such that all coins that had been issued by then have been expired for longer than that.</summary>
    private long? ExpiredOf(Timestamp now, TimeSpan term)
    {
        var issued = Quarter.Of(now).Plus(-terms.LifetimeQuarters);
        return Enumerable.Range(0, 16).Select(back => issued.Plus(-back)).Where(q => q.Plus(terms.LifetimeQuarters).End.Plus(term) < now).Select(q => (long?)q.End.ToLedger()).FirstOrDefault();
    }

    /// <summary>
    /// Cases of coins that the issuer has forgotten, with all that was promised for them, for longer than a backup may be old, with their notices and rebuttals;
    /// dossiers that proved nothing, once the issuer was told. Not what a parked claim is about, nor what the issuer has not answered.
    /// </summary>
    private int Cases(Timestamp now, long old)
    {
        bool forgets = true;
        Switches.Off("R10 cases", ref forgets);
        long before = ExpiredOf(now, terms.CaseTerm + terms.BackupMaxAge) ?? 0;
        return !forgets ? 0 : Forgotten.InPieces(store, db =>
        {
            var parked = ParkedPostings.Numbers(db).Select(n => ParkedPostings.Find(db, n).ClearingInstruction.Reference.ToString()).ToHashSet();
            var over = db.Query(
                """
                SELECT coin_id, claimed FROM evidence e WHERE told = 1 AND judged < CASE WHEN file IS NULL AND claimed = 0 THEN $1 ELSE $2 END
                    AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.coin_id = e.coin_id AND n.until >= $1)
                    AND NOT EXISTS (SELECT 1 FROM void_message v WHERE v.coin_id = e.coin_id AND v.answer IS NULL)
                ORDER BY judged, coin_id LIMIT $3
                """,
                r => (Coin: r.Bytes(0), Claimed: r.GetInt64(1)), old, before, (long)Forgotten.Piece + parked.Count)
                .Where(c => !parked.Contains(Digest.Read(c.Coin).ToString())).Take(Forgotten.Piece).ToList();
            foreach (var (coin, claimed) in over)
            {
                Forgotten.Add(db, Case, 0, 0, 0, claimed);
                foreach (string table in CaseTables)
                {
                    db.Execute($"DELETE FROM {table} WHERE coin_id = $1", coin);
                }
            }

            return over.Count;
        });
    }

    private int Withdrawals(string state, long kind, long before) => Forgotten.InPieces(store, db =>
    {
        // The newest stays: numbers of rows are not given twice.
        string old = $"SELECT request FROM withdrawal WHERE state = $1 AND ended < $2 AND {NothingParked} AND rowid < (SELECT max(rowid) FROM withdrawal) ORDER BY ended, request LIMIT {Forgotten.Piece}";
        foreach (long x in db.Query($"SELECT x FROM withdrawal WHERE request IN ({old})", r => r.GetInt64(0), state, before))
        {
            Forgotten.Add(db, Withdrawal, 0, kind, 0, x);
        }

        db.Execute($"DELETE FROM cancellation WHERE request IN ({old})", state, before);
        return db.Execute($"DELETE FROM withdrawal WHERE request IN ({old})", state, before);
    });

    /// <summary>Booked ones that the issuer knows to be booked; parked ones stay.</summary>
    private static int Transfers(IWriteTransaction db, long before)
    {
        var old = db.Query(
            """
            SELECT t.number, t.transfer, coalesce(p.suspense, 0) FROM booked_transfer t LEFT JOIN parked p ON p.number = t.number
            WHERE t.state = 0 AND coalesce(p.told, 1) = 1 ORDER BY t.number LIMIT $1
            """,
            r => (Number: r.GetInt64(0), ClearingInstruction: Protocol.Cash.ClearingInstruction.Decode(r.Bytes(1))!, Suspended: r.GetInt64(2)), (long)Forgotten.Piece)
            .TakeWhile(t => t.ClearingInstruction.Date.ToLedger() < before).ToList();
        foreach (var row in old)
        {
            Forgotten.Add(db, ClearingInstruction, 0, (long)row.ClearingInstruction.Kind, row.Number, row.ClearingInstruction.Total.ToLedger());
            if (row.Suspended == 1)
            {
                Forgotten.Add(db, Suspense, 0, 0, row.Number, row.ClearingInstruction.Total.ToLedger());
            }

            db.Execute("DELETE FROM parked WHERE number = $1", row.Number);
            db.Execute("DELETE FROM booked_transfer WHERE number = $1", row.Number);
        }

        return old.Count;
    }

    /// <summary>Statements of circulation; the newest stays, for the next to follow.</summary>
    private static int Statements(IWriteTransaction db, long before)
    {
        var old = db.Query(
            "SELECT number, statement FROM audit_statement WHERE number < (SELECT max(number) FROM audit_statement) ORDER BY number LIMIT $1",
            r => (Number: r.GetInt64(0), Statement: CirculationStatement.Decode(r.Bytes(1))!), (long)Forgotten.Piece).TakeWhile(s => s.Statement.Date.ToLedger() < before).ToList();
        foreach (var row in old)
        {
            Forgotten.Add(db, Statement, 0, 0, row.Number, 0, row.Statement.Digest);
            db.Execute("DELETE FROM audit_statement WHERE number = $1", row.Number);
        }

        return old.Count;
    }
}
