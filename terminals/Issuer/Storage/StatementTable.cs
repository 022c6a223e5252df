namespace HierCash.Issuer;

/// <summary>What each bank was told of its circulation, day by day.</summary>
internal static class StatementTable
{
    /// <summary>The bank's last one; null before the first.</summary>
    public static CirculationStatement? Newest(IReadSnapshot db, PartyId bank) => db.First(
        "SELECT statement FROM audit_statement WHERE bank = $1 ORDER BY number DESC LIMIT 1",
        r => r.Kept(0, CirculationStatement.Decode), bank);

    /// <summary>0 before the first.</summary>
    public static ulong LastNumber(IReadSnapshot db, PartyId bank) =>
        (ulong)db.Number("SELECT coalesce(max(number), 0) FROM audit_statement WHERE bank = $1", bank);

    /// <summary>The bank's statements after a number, as they were signed.</summary>
    public static List<byte[]> After(IReadSnapshot db, PartyId bank, ulong number, int most) => db.Query(
        "SELECT statement FROM audit_statement WHERE bank = $1 AND number > $2 ORDER BY number LIMIT $3",
        r => r.Bytes(0), bank, number, most);

    /// <summary>Enters the next statement.</summary>
    public static int Add(IWriteTransaction db, CirculationStatement statement) => Insert(db, statement, "");

    /// <summary>Enters a statement that a bank gave back (R27); one of that number stays.</summary>
    public static int AddGivenBack(IWriteTransaction db, CirculationStatement statement) => Insert(db, statement, "ON CONFLICT DO NOTHING");

    private static int Insert(IWriteTransaction db, CirculationStatement statement, string onConflict) => db.Execute(
        $"INSERT INTO audit_statement(bank, number, statement) VALUES($1, $2, $3) {onConflict}",
        statement.Bank, statement.Number, statement.Encode());

    /// <summary>Forgets a piece of a bank's statements up to a number, and carries the chain forward; the newest stays.</summary>
    public static int Forget(IWriteTransaction db, PartyId bank, ulong upTo)
    {
        var old = db.Query(
            """
            SELECT statement FROM audit_statement
            WHERE bank = $1 AND number <= $2 AND number < (SELECT max(number) FROM audit_statement WHERE bank = $1) ORDER BY number LIMIT $3
            """,
            r => r.Kept(0, CirculationStatement.Decode), bank, upTo, Forgotten.Piece);
        foreach (var statement in old)
        {
            Forgotten.Add(db, "statement", bank.Value, 0, (long)statement.Number, 0, statement.Digest);
        }

        return old.Count == 0 ? 0 : db.Execute("DELETE FROM audit_statement WHERE bank = $1 AND number <= $2", bank, old[^1].Number);
    }
}
