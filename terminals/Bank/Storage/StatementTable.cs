namespace HierCash.Bank;

/// <summary>What the issuer said of this bank's circulation, day by day.</summary>
internal static class StatementTable
{
    public static void Add(IWriteTransaction db, CirculationStatement statement) => db.Execute(
        "INSERT INTO audit_statement(number, statement) VALUES($1, $2)", statement.Number, statement.Encode());

    /// <summary>In order of number.</summary>
    public static List<CirculationStatement> All(IReadSnapshot db) => After(db, 0);

    /// <summary>Those with a higher number, in order.</summary>
    public static List<CirculationStatement> After(IReadSnapshot db, ulong number) => db.Query(
        "SELECT statement FROM audit_statement WHERE number > $1 ORDER BY number",
        r => r.Kept(0, CirculationStatement.Decode), number);

    public static CirculationStatement? Find(IReadSnapshot db, ulong number) =>
        db.First("SELECT statement FROM audit_statement WHERE number = $1", r => r.Kept(0, CirculationStatement.Decode), number);

    /// <summary>Null before the first.</summary>
    public static CirculationStatement? Last(IReadSnapshot db) =>
        db.First("SELECT statement FROM audit_statement ORDER BY number DESC LIMIT 1", r => r.Kept(0, CirculationStatement.Decode));

    /// <summary>The number of the last; 0 where none is kept.</summary>
    public static ulong LastNumber(IReadSnapshot db) => (ulong)db.Number("SELECT coalesce(max(number), 0) FROM audit_statement");

    /// <summary>The first ones, without the last of all.</summary>
    public static List<CirculationStatement> FirstBeforeLast(IReadSnapshot db, int most) => db.Query(
        "SELECT statement FROM audit_statement WHERE number < (SELECT max(number) FROM audit_statement) ORDER BY number LIMIT $1",
        r => r.Kept(0, CirculationStatement.Decode), most);

    public static void Forget(IWriteTransaction db, ulong number) => db.Execute("DELETE FROM audit_statement WHERE number = $1", number);
}
