namespace HierCash.Bank;

/// <summary>How far this bank and the issuer are with each other: the newest signed word of each (R27).</summary>
internal static class PositionTable
{
    /// <summary>The newest position of that side; null before the first.</summary>
    public static Position? Newest(IReadSnapshot db, PositionRole role) =>
        db.First("SELECT position FROM position WHERE role = $1", r => r.Kept(0, Position.Decode), role);

    /// <summary>This bank's newest, if the issuer has not answered it.</summary>
    public static Position? Unanswered(IReadSnapshot db) => db.First(
        "SELECT position FROM position WHERE role = $1 AND answered = 0", r => r.Kept(0, Position.Decode), PositionRole.Bank);

    /// <summary>Keeps a position of either side, unless there is a newer one.</summary>
    public static void Keep(IWriteTransaction db, Position position) => db.Execute(
        """
        INSERT INTO position(role, number, position) VALUES($1, $2, $3) ON CONFLICT(role) DO UPDATE SET
            number = excluded.number, position = excluded.position, answered = 0 WHERE excluded.number >= position.number
        """,
        position.Role, position.Number, position.Encode());

    /// <summary>The issuer has answered this bank's position of that number.</summary>
    public static void MarkAnswered(IWriteTransaction db, ulong number) =>
        db.Execute("UPDATE position SET answered = 1 WHERE role = $1 AND number = $2", PositionRole.Bank, number);
}
