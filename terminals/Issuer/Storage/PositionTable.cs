namespace HierCash.Issuer;

/// <summary>How far each bank and this issuer are with each other: the newest signed word of each (R27).</summary>
internal static class PositionTable
{
    /// <summary>The newest position that one side has given about a bank; null before the first.</summary>
    public static Position? Newest(IReadSnapshot db, PartyId bank, PositionRole role) => db.First(
        "SELECT position FROM position WHERE bank = $1 AND role = $2", r => r.Kept(0, Position.Decode), bank, role);

    /// <summary>This issuer's newest words to all banks.</summary>
    public static List<Position> OfIssuer(IReadSnapshot db) =>
        db.Query("SELECT position FROM position WHERE role = $1", r => r.Kept(0, Position.Decode), PositionRole.Issuer);

    public static int Keep(IWriteTransaction db, Position position) => db.Execute(
        """
        INSERT INTO position(bank, role, number, position) VALUES($1, $2, $3, $4)
        ON CONFLICT(bank, role) DO UPDATE SET number = excluded.number, position = excluded.position
        """,
        position.Bank, position.Role, position.Number, position.Encode());
}
