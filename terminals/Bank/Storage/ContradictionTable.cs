namespace HierCash.Bank;

/// <summary>What contradicts the issuer's statements of circulation, each with the contradicted one: proof of changed books.</summary>
internal static class ContradictionTable
{
    public static long Count(IReadSnapshot db) => db.Number("SELECT count(*) FROM contradiction");

    /// <summary>Nothing happens where it is kept already.</summary>
    public static void Add(IWriteTransaction db, CirculationStatement refused, CirculationStatement? kept, Timestamp now) => db.Execute(
        "INSERT INTO contradiction(digest, date, refused, kept) VALUES($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        refused.Digest, now, refused.Encode(), kept?.Encode());

    /// <summary>Oldest first.</summary>
    public static List<(CirculationStatement Refused, CirculationStatement? Kept)> All(IReadSnapshot db) => db.Query(
        "SELECT refused, kept FROM contradiction ORDER BY date, digest",
        r => (r.Kept(0, CirculationStatement.Decode), r.KeptOrNull(1, CirculationStatement.Decode)));
}
