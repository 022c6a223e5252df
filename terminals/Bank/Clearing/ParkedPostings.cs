using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Store;

namespace HierCash.Bank;

/// <summary>Why an instruction is not booked, and since when.</summary>
/// <param name="IsAlarmed">Its term is over, and a person was told.</param>
/// <param name="InSuspense">Its money left clearing or the float and waits in suspense.</param>
internal sealed record Parking(BookingOutcome Outcome, Timestamp Since, bool IsAlarmed, bool InSuspense);

/// <summary>Parked instructions (R8): what the bank signed of them, what of that the issuer has heard, and where their money waits.</summary>
internal sealed class ParkedPostings(PartyId bank, ISigningKey key, SchemeParameters terms)
{
    private const string Open = "FROM parked p JOIN booked_transfer t ON t.number = p.number WHERE t.state <> 0";

    public void Park(IWriteTransaction db, ulong number, BookingOutcome outcome, Timestamp now) => db.Execute(
        "INSERT INTO parked(number, since, statement) VALUES($1, $2, $3)", (long)number, now.ToLedger(), Sign(number, outcome, now));

    /// <summary>Another reason, or booked after all. The term goes on from when it was first parked.</summary>
    public void Change(IWriteTransaction db, ulong number, BookingOutcome outcome, Timestamp now)
    {
        // Later than the word before it, also by a clock that was set back: the newer one is believed.
        var before = db.First("SELECT statement FROM parked WHERE number = $1", r => BookingStatement.Decode(r.Bytes(0))!, (long)number)!.Date;
        now = now > before ? now : new Timestamp(before.Microseconds + 1);
        db.Execute("UPDATE booked_transfer SET state = $2 WHERE number = $1", (long)number, (long)outcome);
        db.Execute("UPDATE parked SET statement = $2, told = 0 WHERE number = $1", (long)number, Sign(number, outcome, now));
    }

    /// <summary>True once disputeTerm is over and something is to be done about it.</summary>
    public bool IsDue(ClearingInstruction transfer, Parking parked, Timestamp now) =>
        IsOver(parked, now) && (!parked.IsAlarmed || (!parked.InSuspense && Source(transfer, parked) is not null));

    /// <summary>
    /// What owes somebody leaves clearing or the float and waits in suspense; what would take from this bank stays where it is. Both raise an alarm.
    /// A sum beyond the float cannot be taken from it: it stays parked, and stops the bank's issuing at the issuer.
    /// </summary>
    public static void Suspend(IWriteTransaction db, ClearingInstruction transfer, Parking parked, Timestamp now)
    {
        if (Source(transfer, parked) is { } source && !parked.InSuspense)
        {
            Ledger.Move(db, now, "suspense", ClearingPosting.NumberBytes(transfer.Number), source, LedgerAccount.Suspense, transfer.Total);
            db.Execute("UPDATE parked SET suspense = 1 WHERE number = $1", (long)transfer.Number);
        }

        db.Execute("UPDATE parked SET alarmed = 1 WHERE number = $1", (long)transfer.Number);
        BankAlarms.Raise(db, now, BankAlarms.Parked, transfer.Number);
    }

    /// <summary>Where the money of what owes somebody is; null for the rest.</summary>
    private static LedgerAccount? Source(ClearingInstruction transfer, Parking parked)
    {
        bool beyond = parked.Outcome == BookingOutcome.BeyondFloat;
        Switches.Off("R8 beyond suspense", ref beyond);
        return beyond ? null : transfer.Kind switch
        {
            TransferKind.ShopCredit or TransferKind.ClaimRestore => LedgerAccount.Clearing,
            TransferKind.RedeemCredit or TransferKind.ReturnCredit => LedgerAccount.Float,
            _ => null,
        };
    }

    public static List<ulong> Numbers(IReadSnapshot db) => db.Query($"SELECT p.number {Open} ORDER BY p.number", r => (ulong)r.GetInt64(0));

    public static (ClearingInstruction ClearingInstruction, Parking Parked) Find(IReadSnapshot db, ulong number) => db.Query(
        "SELECT t.transfer, t.state, p.since, p.alarmed, p.suspense FROM parked p JOIN booked_transfer t ON t.number = p.number WHERE p.number = $1",
        r => (ClearingInstruction.Decode(r.Bytes(0))!, new Parking(
            (BookingOutcome)r.GetInt64(1), Timestamp.FromLedger(r.GetInt64(2)), r.GetInt64(3) == 1, r.GetInt64(4) == 1)),
        (long)number).Single();

    public List<ParkedInstruction> All(IReadSnapshot db, Timestamp now) => [.. Numbers(db).Select(n =>
    {
        var (transfer, parked) = Find(db, n);
        return new ParkedInstruction(bank, n, transfer.Kind, transfer.Reference, transfer.Total, parked.Outcome, parked.Since, IsOver(parked, now), parked.InSuspense, false)
        {
            Whose = Whose(db, transfer),
        };
    })];

    /// <summary>A shop of this bank, or a holder of an account here; where it knows none, the reference by which it was instructed.</summary>
    private static string Whose(IReadSnapshot db, ClearingInstruction transfer)
    {
        string? Name(string query) => db.First(query, r => r.GetString(0), transfer.Reference.ToArray());
        return transfer.Kind switch
        {
            TransferKind.ShopCredit or TransferKind.ShopDebit =>
                Name("SELECT name FROM shop_account WHERE reference = $1") is { } shop ? $"shop {shop}" : ParkedInstruction.Short("shop account", transfer.Reference),
            TransferKind.ClaimDebit or TransferKind.ClaimRestore =>
                (Name("SELECT a.name FROM evidence e JOIN account a ON a.u = e.u WHERE e.coin_id = $1") is { } holder ? $"{holder}, " : "")
                    + ParkedInstruction.Short("coin", transfer.Reference),
            TransferKind.RedeemCredit or TransferKind.ReturnCredit =>
                Name("SELECT a.name FROM withdrawal w JOIN account a ON a.u = w.u WHERE w.request = $1") ?? ParkedInstruction.Short("withdrawal", transfer.Reference),
            _ => "",
        };
    }

    /// <summary>
    /// What to say to the issuer: statements in order of number, and up to which number everything is said with them. More: say the rest before anything new
    /// is fetched, so that no parked instruction ever counts as booked at the issuer.
    /// </summary>
    public static (ulong Seen, List<BookingStatement> Statements, bool More) Unheard(IReadSnapshot db, ulong last)
    {
        var statements = db.Query(
            "SELECT statement FROM parked WHERE told = 0 ORDER BY number LIMIT $1", r => BookingStatement.Decode(r.Bytes(0))!, InstructionsMessage.MaxStatements + 1L);
        return statements.Count <= InstructionsMessage.MaxStatements
            ? (last, statements, false)
            : (statements[^1].Number - 1, statements[..^1], true);
    }

    /// <summary>The issuer has answered a request with these statements.</summary>
    public static int Heard(IWriteTransaction db, IReadOnlyList<BookingStatement> statements) =>
        statements.Sum(s => db.Execute("UPDATE parked SET told = 1 WHERE number = $1 AND statement = $2", (long)s.Number, s.Encode()));

    private byte[] Sign(ulong number, BookingOutcome outcome, Timestamp now) => BookingStatement.Sign(key, bank, number, outcome, now).Encode();

    private bool IsOver(Parking parked, Timestamp now) => parked.Since.Plus(terms.DisputeTerm) <= now;
}
