using System.Data.Common;
using HierCash.Protocol.Cash;
using HierCash.Terminals;
using HierCash.Terminals.Store;

namespace HierCash.Issuer;

/// <summary>What banks did not book (R8): their signed words, whose term is over, and which of it stops a bank's issuing.</summary>
internal sealed class ParkedInstructions(SchemeParameters terms)
{
    /// <summary>A bank visits at least once a day.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    private const string Waiting =
        """
        (SELECT i.bank, i.number, i.kind, i.reference, i.amount, k.outcome, k.heard FROM parked k
         JOIN instruction i ON i.bank = k.bank AND i.number = k.number WHERE k.outcome <> 0)
        """;

    private sealed record Row(PartyId Bank, long Number, TransferKind Kind, Digest Reference, Amount Amount, BookingOutcome Outcome, Timestamp Since);

    /// <summary>Keeps what a bank says. False, and nothing is kept, where it parks what it has said to be booked.</summary>
    public static bool Hear(IWriteTransaction db, PartyId bank, IReadOnlyList<BookingStatement> statements, Timestamp now)
    {
        long acknowledged = db.Number("SELECT acknowledged FROM bank WHERE id = $1", (long)bank.Value);
        foreach (var s in statements)
        {
            var known = db.First(
                "SELECT outcome, date FROM parked WHERE bank = $1 AND number = $2", r => new { Outcome = r.GetInt64(0), Date = r.GetInt64(1) }, (long)bank.Value, (long)s.Number);
            if (known is not null && s.Date.ToLedger() <= known.Date)
            {
                // Said before, or overtaken by what is known.
                continue;
            }

            bool isBooked = known is null ? (long)s.Number <= acknowledged : known.Outcome == (long)BookingOutcome.Booked;
            bool takesBack = isBooked && s.Outcome != BookingOutcome.Booked;
            Switches.Off("R8 word kept", ref takesBack);
            if (takesBack)
            {
                return false;
            }

            // Parked and booked between two requests: what counts is that it is booked.
            if (known is null && s.Outcome == BookingOutcome.Booked)
            {
                continue;
            }

            db.Execute(
                """
                INSERT INTO parked(bank, number, outcome, heard, date, statement) VALUES($1, $2, $3, $4, $5, $6)
                ON CONFLICT(bank, number) DO UPDATE SET outcome = excluded.outcome, date = excluded.date, statement = excluded.statement
                """,
                (long)bank.Value, (long)s.Number, (long)s.Outcome, now.ToLedger(), s.Date.ToLedger(), s.Encode());
        }

        return true;
    }

    /// <summary>
    /// A bank was restored from a copy, and knows no more what it said of the numbers after that one: it may say anything of them anew. Since when one waits it does not change by that,
    /// or who only says so would never be in arrears.
    /// </summary>
    public static void Forgotten(IWriteTransaction db, PartyId bank, ulong after)
    {
        bool waits = true;
        Switches.Off("R27 since when", ref waits);
        db.Execute("DELETE FROM parked WHERE bank = $1 AND number > $2 AND (outcome = 0 OR NOT $3)", (long)bank.Value, (long)after, waits ? 1L : 0L);
        db.Execute("UPDATE parked SET date = 0 WHERE bank = $1 AND number > $2", (long)bank.Value, (long)after);
    }

    /// <summary>What is booked is no arrears any more; nor is what a restored bank took this time without a word.</summary>
    public static int Acknowledged(IWriteTransaction db, PartyId bank) => db.Execute(
        "DELETE FROM parked WHERE bank = $1 AND date = 0 AND number <= (SELECT acknowledged FROM bank WHERE id = $1)", (long)bank.Value) + db.Execute(
        """
        DELETE FROM arrears WHERE bank = $1 AND number <= (SELECT acknowledged FROM bank WHERE id = $1)
            AND NOT EXISTS (SELECT 1 FROM parked k WHERE k.bank = $1 AND k.number = arrears.number AND k.outcome <> 0)
        """,
        (long)bank.Value);

    /// <summary>
    /// At the end of a cycle, for what has waited longer than disputeTerm: what the float has to hold, and claims that are proven, stop the bank's issuing;
    /// everything raises an alarm.
    /// </summary>
    public void RunDue(IWriteTransaction db, Timestamp now)
    {
        NoteUnfetched(db, now);
        foreach (var row in All(db).Where(r => IsOver(r, now)))
        {
            if (row.Outcome != BookingOutcome.Booked)
            {
                Alarms.Raise(db, Alarms.Parked, row.Bank, (ulong)row.Number, now);
            }

            bool isDebit = row.Kind == TransferKind.FloatDebit;
            Switches.Off("R8 unfetched", ref isDebit);
            bool stops = row.Outcome switch
            {
                BookingOutcome.Booked => isDebit || IsProvenClaim(db, row),
                BookingOutcome.ClaimNotVerified when row.Kind == TransferKind.ClaimDebit => IsProvenClaim(db, row) && HadItsVisit(db, row, now) && !CameTooLate(db, row),
                var reason => reason == BookingOutcome.BeyondFloat || !Fits(row.Kind, reason) || IsProvenClaim(db, row),
            };
            Switches.Off("R8 stops", ref stops);

            // What was proven once, and whose coin is forgotten with the proof, stays a debt.
            bool isForgotten = row.Kind == TransferKind.ClaimDebit && CoinTable.Find(db, new CoinId(row.Reference)) is null;
            Switches.Off("R8 stays", ref isForgotten);
            if (!stops && isForgotten)
            {
                continue;
            }

            db.Execute(
                stops ? "INSERT OR IGNORE INTO arrears(bank, number) VALUES($1, $2)" : "DELETE FROM arrears WHERE bank = $1 AND number = $2", (long)row.Bank.Value, row.Number);
        }
    }

    /// <summary>True if the bank gets no cash issued before it has booked something.</summary>
    public static bool IsInArrears(IReadSnapshot db, PartyId bank) => db.Number("SELECT count(*) FROM arrears WHERE bank = $1", (long)bank.Value) > 0;

    /// <summary>For consoles.</summary>
    public List<ParkedInstruction> Show(IReadSnapshot db, Timestamp now) => [.. All(db).Where(r => r.Outcome != BookingOutcome.Booked || IsOver(r, now)).Select(r =>
        new ParkedInstruction(
            r.Bank, (ulong)r.Number, r.Kind, r.Reference, r.Amount, r.Outcome, r.Since, IsOver(r, now), false,
            db.Number("SELECT count(*) FROM arrears WHERE bank = $1 AND number = $2", (long)r.Bank.Value, r.Number) > 0)
        {
            Whose = Whose(db, r),
        })];

    /// <summary>A shop by its name; of a holder the issuer knows no more than the coin, or the request that was enciphered to it.</summary>
    private static string Whose(IReadSnapshot db, Row row) => row.Kind switch
    {
        TransferKind.ShopCredit or TransferKind.ShopDebit =>
            db.First("SELECT name FROM shop WHERE bank = $1 AND account = $2", r => r.GetString(0), (long)row.Bank.Value, row.Reference.ToArray()) is { } shop
                ? $"shop {shop}" : ParkedInstruction.Short("shop account", row.Reference),
        TransferKind.ClaimDebit or TransferKind.ClaimRestore => ParkedInstruction.Short("coin", row.Reference),
        TransferKind.RedeemCredit or TransferKind.ReturnCredit => ParkedInstruction.Short("withdrawal", row.Reference),
        _ => "",
    };

    /// <summary>All that was instructed to be claimed for the coin, with what is waiting and without what was given back.</summary>
    private static Amount Claimed(IReadSnapshot db, Row row) => Amount.FromLedger(db.Number(
        "SELECT coalesce(max(0, sum(CASE kind WHEN 3 THEN amount ELSE -amount END)), 0) FROM instruction WHERE bank = $1 AND reference = $2 AND kind IN (3, 8)",
        (long)row.Bank.Value, row.Reference.ToArray()));

    /// <summary>True if an instruction of that kind can wait for that reason: a bank that gives another one can book it.</summary>
    private static bool Fits(TransferKind kind, BookingOutcome reason) => reason switch
    {
        BookingOutcome.NoAccount => kind is TransferKind.ShopCredit or TransferKind.ShopDebit,
        BookingOutcome.NoWithdrawal => kind is TransferKind.RedeemCredit or TransferKind.ReturnCredit,
        BookingOutcome.ClaimNotVerified => kind is TransferKind.ClaimDebit or TransferKind.ClaimRestore,
        _ => kind is TransferKind.FloatDebit or TransferKind.RedeemCredit or TransferKind.ReturnCredit,
    };

    private static bool IsProvenClaim(IReadSnapshot db, Row row) =>
        row.Kind == TransferKind.ClaimDebit && TraceCaseTable.Proven(db, new CoinId(row.Reference)) is { } most && Claimed(db, row) <= most;

    /// <summary>Coins whose claims were not booked within disputeTerm: whether they are proven decides.</summary>
    public IEnumerable<CoinId> Doubted(IReadSnapshot db, Timestamp now) =>
        All(db).Where(r => r.Kind == TransferKind.ClaimDebit && IsOver(r, now)).Select(r => new CoinId(r.Reference));

    /// <summary>
    /// The bank can book a claim disputeTerm after its own notice, and does so at the visit after that: a bank that was away until it got dossier and claim on
    /// one day is not stopped before. A finding counts from its first word on that revision, and no later than a day after the bank had the claim: no bank
    /// puts its debts off by finding late.
    /// </summary>
    private bool HadItsVisit(IReadSnapshot db, Row row, Timestamp now)
    {
        long found = db.Number("SELECT coalesce(found, 0) FROM trace_case WHERE coin_id = $1", row.Reference.ToArray());
        var latest = row.Since.Plus(Grace);
        bool late = found > latest.ToLedger();
        Switches.Off("R8 found late", ref late);
        var start = late ? latest : Timestamp.FromLedger(found);
        bool had = found == 0 || start.Plus(terms.DisputeTerm + Grace) <= now;
        Switches.On("R8 visited", ref had);
        return had;
    }

    /// <summary>
    /// A bank that first spoke of the case so late that its notice could not be answered in time books no claim on it (rule R5). It was stopped for as long as it was away; what it obeys
    /// now stops it no more.
    /// </summary>
    private bool CameTooLate(IReadSnapshot db, Row row)
    {
        long judged = db.Number("SELECT coalesce(max(judged), 0) FROM trace_case WHERE coin_id = $1", row.Reference.ToArray());
        bool late = judged > 0 && CoinTable.Find(db, new CoinId(row.Reference)) is { } coin
            && Timestamp.FromLedger(judged).Plus(terms.DisputeTerm) > coin.Expiry.End.Plus(terms.HeardTerm);
        Switches.Off("R8 came too late", ref late);
        return late;
    }

    /// <summary>An alarm, once, for each instruction that its bank has left unfetched for disputeTerm, whatever it is.</summary>
    private void NoteUnfetched(IWriteTransaction db, Timestamp now)
    {
        bool notes = true;
        Switches.Off("R8 fetched", ref notes);
        if (!notes)
        {
            return;
        }

        var over = db.Query(
            "SELECT i.transfer FROM instruction i JOIN bank b ON b.id = i.bank WHERE i.number > max(b.acknowledged, b.missed) ORDER BY i.bank, i.number", ReadUnfetched)
            .Where(r => IsOver(r, now));
        foreach (var row in over)
        {
            Alarms.Raise(db, Alarms.NotFetched, row.Bank, (ulong)row.Number, now);
            db.Execute("UPDATE bank SET missed = max(missed, $2) WHERE id = $1", (long)row.Bank.Value, row.Number);
        }
    }

    private bool IsOver(Row row, Timestamp now) => row.Since.Plus(terms.DisputeTerm) <= now;

    /// <summary>Parked ones; and those that a bank never fetched: silence is no way around its debts.</summary>
    private static IEnumerable<Row> All(IReadSnapshot db)
    {
        var parked = db.Query(
            $"SELECT bank, number, kind, reference, amount, outcome, heard FROM {Waiting} ORDER BY bank, number",
            r => new Row(
                new PartyId(checked((uint)r.GetInt64(0))), r.GetInt64(1), (TransferKind)r.GetInt64(2), Digest.Read(r.Bytes(3)), Amount.FromLedger(r.GetInt64(4)),
                (BookingOutcome)r.GetInt64(5), Timestamp.FromLedger(r.GetInt64(6))));
        var unfetched = db.Query(
            """
            SELECT i.transfer FROM instruction i JOIN bank b ON b.id = i.bank
            WHERE i.number > b.acknowledged ORDER BY i.bank, i.number
            """,
            ReadUnfetched);
        return parked.Concat(unfetched);
    }

    private static Row ReadUnfetched(DbDataReader r)
    {
        var t = ClearingInstruction.Decode(r.Bytes(0))!;
        return new Row(t.Bank, (long)t.Number, t.Kind, t.Reference, t.Total, BookingOutcome.Booked, t.Date);
    }
}
