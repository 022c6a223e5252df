namespace HierCash.Bank;

/// <summary>Why an instruction is not booked, and since when.</summary>
/// <param name="IsAlarmed">Its term is over, and a person was told.</param>
/// <param name="InSuspense">Its money left clearing or the float and waits in suspense.</param>
internal sealed record Parking(BookingOutcome Outcome, Timestamp Since, bool IsAlarmed, bool InSuspense);

/// <summary>What was parked (R8): since when, the bank's newest word, whether the issuer heard it, whether it is in suspense.</summary>
internal static class ParkedTable
{
    private const string Joined = "parked p JOIN booked_transfer t ON t.number = p.number";
    private const string Row = "t.transfer, t.state, p.since, p.alarmed, p.suspense";

    public static void Add(IWriteTransaction db, BookingStatement word, Timestamp now) => db.Execute(
        "INSERT INTO parked(number, since, statement) VALUES($1, $2, $3)", word.Number, now, word.Encode());

    /// <summary>Those that are not booked, in order of number.</summary>
    public static List<ulong> Numbers(IReadSnapshot db) =>
        db.Query($"SELECT p.number FROM {Joined} WHERE t.state <> 0 ORDER BY p.number", r => (ulong)r.GetInt64(0));

    public static (ClearingInstruction ClearingInstruction, Parking Parked) Find(IReadSnapshot db, ulong number) => db.Query(
        $"SELECT {Row} FROM {Joined} WHERE p.number = $1", Read, number).Single();

    /// <summary>Those that are not booked, in order of number.</summary>
    public static List<(ClearingInstruction ClearingInstruction, Parking Parked)> All(IReadSnapshot db) =>
        db.Query($"SELECT {Row} FROM {Joined} WHERE t.state <> 0 ORDER BY p.number", Read);

    /// <summary>The bank's newest word of that instruction.</summary>
    public static BookingStatement Word(IReadSnapshot db, ulong number) =>
        db.First("SELECT statement FROM parked WHERE number = $1", r => r.Kept(0, BookingStatement.Decode), number)!;

    /// <summary>A newer word, which the issuer has not heard.</summary>
    public static void SetWord(IWriteTransaction db, BookingStatement word) =>
        db.Execute("UPDATE parked SET statement = $2, told = 0 WHERE number = $1", word.Number, word.Encode());

    public static void MarkInSuspense(IWriteTransaction db, ulong number) =>
        db.Execute("UPDATE parked SET suspense = 1 WHERE number = $1", number);

    public static void MarkAlarmed(IWriteTransaction db, ulong number) =>
        db.Execute("UPDATE parked SET alarmed = 1 WHERE number = $1", number);

    /// <summary>Words that the issuer has not heard, in order of number.</summary>
    public static List<BookingStatement> Unheard(IReadSnapshot db, int most) => db.Query(
        "SELECT statement FROM parked WHERE told = 0 ORDER BY number LIMIT $1", r => r.Kept(0, BookingStatement.Decode), most);

    /// <summary>The issuer has heard this word; nothing happens where there is a newer one.</summary>
    public static void MarkHeard(IWriteTransaction db, BookingStatement word) =>
        db.Execute("UPDATE parked SET told = 1 WHERE number = $1 AND statement = $2", word.Number, word.Encode());

    /// <summary>How many went to suspense, also of those that were booked since.</summary>
    public static long CountInSuspense(IReadSnapshot db) => db.Number("SELECT count(*) FROM parked WHERE suspense = 1");

    public static void Forget(IWriteTransaction db, ulong number) => db.Execute("DELETE FROM parked WHERE number = $1", number);

    private static (ClearingInstruction ClearingInstruction, Parking Parked) Read(DbDataReader r) =>
        (r.Kept(0, ClearingInstruction.Decode), new Parking((BookingOutcome)r.GetInt64(1), r.Date(2), r.Flag(3), r.Flag(4)));
}
