namespace HierCash.Bank;

/// <summary>Many rows in one line.</summary>
/// <param name="Sum">What they come to; 0 where they are no money.</param>
/// <param name="Since">When the oldest of them began; meaningless where there are none.</param>
internal sealed record Tally(long Count, Amount Sum, Timestamp Since)
{
    /// <param name="sql">Selects three columns: these.</param>
    internal static Tally Read(IReadSnapshot db, string sql) =>
        db.First(sql, r => new Tally(r.GetInt64(0), r.Money(1), r.DateOrNull(2) ?? default))!;
}
