namespace HierCash.Issuer;

/// <summary>What a bank said last of an instruction.</summary>
internal sealed record ParkedRow(BookingOutcome Outcome, Timestamp Date);

/// <summary>An instruction that its bank has not booked.</summary>
/// <param name="Outcome">Why; booked: the bank has not fetched it.</param>
/// <param name="Since">Since when the issuer knows; of one that was not fetched, when it was made.</param>
internal sealed record UnbookedInstruction(
    PartyId Bank, ulong Number, TransferKind Kind, Digest Reference, Amount Amount, BookingOutcome Outcome, Timestamp Since);

/// <summary>What banks could not book (R8): the newest signed word of each on an instruction, and since when the issuer knows.</summary>
internal static class ParkedTable
{
    public static ParkedRow? Find(IReadSnapshot db, PartyId bank, ulong number) => db.First(
        "SELECT outcome, date FROM parked WHERE bank = $1 AND number = $2",
        r => new ParkedRow((BookingOutcome)r.GetInt64(0), r.Date(1)), bank, number);

    /// <summary>Keeps a bank's newest word; since when it is known stays.</summary>
    public static int Hear(IWriteTransaction db, BookingStatement s, Timestamp now) => db.Execute(
        """
        INSERT INTO parked(bank, number, outcome, heard, date, statement) VALUES($1, $2, $3, $4, $5, $6)
        ON CONFLICT(bank, number) DO UPDATE SET outcome = excluded.outcome, date = excluded.date, statement = excluded.statement
        """,
        s.Bank, s.Number, s.Outcome, now, s.Date, s.Encode());

    /// <summary>What is parked, by bank and number.</summary>
    public static List<UnbookedInstruction> All(IReadSnapshot db) => db.Query(
        """
        SELECT i.bank, i.number, i.kind, i.reference, i.amount, k.outcome, k.heard FROM parked k
        JOIN instruction i ON i.bank = k.bank AND i.number = k.number WHERE k.outcome <> 0 ORDER BY i.bank, i.number
        """,
        r => new UnbookedInstruction(
            r.Party(0), (ulong)r.GetInt64(1), (TransferKind)r.GetInt64(2), r.Digest(3), r.Money(4),
            (BookingOutcome)r.GetInt64(5), r.Date(6)));

    /// <summary>
    /// The bank does not know any more what it said of instructions after that one, and may say anything of them anew. What is parked stays
    /// so until the bank speaks.
    /// </summary>
    public static int Unsay(IWriteTransaction db, PartyId bank, ulong after)
    {
        db.Execute("DELETE FROM parked WHERE bank = $1 AND number > $2 AND outcome = 0", bank, after);
        return db.Execute("UPDATE parked SET date = 0 WHERE bank = $1 AND number > $2", bank, after);
    }

    /// <summary>What a restored bank took this time without a word is parked no more.</summary>
    public static int RemoveUnsaid(IWriteTransaction db, PartyId bank) => db.Execute(
        "DELETE FROM parked WHERE bank = $1 AND date = 0 AND number <= (SELECT acknowledged FROM bank WHERE id = $1)", bank);

    public static int Remove(IWriteTransaction db, PartyId bank, ulong number) =>
        db.Execute("DELETE FROM parked WHERE bank = $1 AND number = $2", bank, number);
}
