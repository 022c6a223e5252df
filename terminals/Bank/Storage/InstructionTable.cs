namespace HierCash.Bank;

/// <summary>The issuer's instructions by number, each booked or parked (R8), and the number of the last that is kept.</summary>
internal static class InstructionTable
{
    /// <summary>The last instruction that was taken, booked or parked; 0 before the first.</summary>
    public static ulong Last(IReadSnapshot db) => (ulong)db.Number("SELECT number FROM booked");

    public static void Add(IWriteTransaction db, ClearingInstruction instruction, BookingOutcome outcome)
    {
        db.Execute(
            "INSERT INTO booked_transfer(number, transfer, state) VALUES($1, $2, $3)",
            instruction.Number, instruction.Encode(), outcome);
        db.Execute(
            "INSERT INTO booked(singleton, number) VALUES(1, $1) ON CONFLICT(singleton) DO UPDATE SET number = excluded.number",
            instruction.Number);
    }

    public static void SetOutcome(IWriteTransaction db, ulong number, BookingOutcome outcome) =>
        db.Execute("UPDATE booked_transfer SET state = $2 WHERE number = $1", number, outcome);

    /// <summary>Those that are kept with a higher number.</summary>
    public static List<ClearingInstruction> After(IReadSnapshot db, ulong number) => db.Query(
        "SELECT transfer FROM booked_transfer WHERE number > $1 ORDER BY number",
        r => r.Kept(0, ClearingInstruction.Decode), number);

    /// <summary>How many are kept.</summary>
    public static long Count(IReadSnapshot db) => db.Number("SELECT count(*) FROM booked_transfer");

    /// <summary>How many of these are booked.</summary>
    public static long CountBooked(IReadSnapshot db) => db.Number("SELECT count(*) FROM booked_transfer WHERE state = 0");

    /// <summary>How many are parked, and have no signed reason.</summary>
    public static long CountSilent(IReadSnapshot db) => db.Number(
        "SELECT count(*) FROM booked_transfer t WHERE state <> 0 AND NOT EXISTS (SELECT 1 FROM parked p WHERE p.number = t.number)");

    public static bool AnyParked(IReadSnapshot db) => db.Number("SELECT count(*) FROM booked_transfer WHERE state <> 0") > 0;

    /// <summary>The first ones that the issuer knows to be booked, and whether their money went through suspense.</summary>
    public static List<(ClearingInstruction Instruction, bool WasInSuspense)> FirstBooked(IReadSnapshot db, int most) => db.Query(
        """
        SELECT t.transfer, coalesce(p.suspense, 0) FROM booked_transfer t LEFT JOIN parked p ON p.number = t.number
        WHERE t.state = 0 AND coalesce(p.told, 1) = 1 ORDER BY t.number LIMIT $1
        """,
        r => (r.Kept(0, ClearingInstruction.Decode), r.Flag(1)), most);

    public static void Forget(IWriteTransaction db, ulong number) => db.Execute("DELETE FROM booked_transfer WHERE number = $1", number);
}
