namespace HierCash.Issuer;

/// <summary>What a bank has.</summary>
internal enum Marked
{
    Instruction,
    Statement,
}

/// <summary>What a bank was known to have, and since when (rule R10): up to which instruction, up to which statement.</summary>
internal static class MarkTable
{
    /// <summary>Notes what each bank has, where nothing was noted since that moment and it has more than at the last mark.</summary>
    public static void Note(IWriteTransaction db, Timestamp now, Timestamp since)
    {
        foreach (var (what, column) in new[] { (Marked.Instruction, "acknowledged"), (Marked.Statement, "told") })
        {
            db.Execute(
                $"""
                INSERT INTO mark(bank, what, number, date)
                SELECT id, $1, {column}, $2 FROM bank b WHERE {column} > 0
                    AND NOT EXISTS (SELECT 1 FROM mark m WHERE m.bank = b.id AND m.what = $1 AND (m.date > $3 OR m.number = b.{column}))
                ON CONFLICT DO NOTHING
                """,
                Name(what), now, since);
        }
    }

    /// <summary>The number up to which the bank has had everything since before a moment; 0 if there is none. Older marks go.</summary>
    public static ulong Bound(IWriteTransaction db, PartyId bank, Marked what, Timestamp before)
    {
        long bound = db.Number(
            "SELECT coalesce(max(number), 0) FROM mark WHERE bank = $1 AND what = $2 AND date < $3",
            bank, Name(what), before);
        db.Execute("DELETE FROM mark WHERE bank = $1 AND what = $2 AND number < $3", bank, Name(what), bound);
        return (ulong)bound;
    }

    /// <summary>A bank that was restored has no more than that.</summary>
    public static int SetBack(IWriteTransaction db, PartyId bank, ulong instruction, ulong statement) => db.Execute(
        "DELETE FROM mark WHERE bank = $1 AND number > CASE WHEN what = $4 THEN $2 ELSE $3 END",
        bank, instruction, statement, Name(Marked.Instruction));

    private static string Name(Marked what) => what == Marked.Instruction ? "instruction" : "statement";
}
