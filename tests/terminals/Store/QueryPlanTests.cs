using System.Reflection;
using HierCash.Issuer;
using HierCash.Terminals.Store;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// What every visit of every bank, and every cycle, asks of the issuer's store: by an index, never through all payments of the scheme
/// (rule R10).
/// </summary>
[Parallelizable]
public sealed class QueryPlanTests
{
    [TestCase("CaseReversalTable", "FileAll", "history_reversed")]
    [TestCase("GuaranteeTable", "Due", "guarantee_open")]
    [TestCase("HistoryTable", "SubmittedBy", "history_till")]
    [Rule(10)]
    public void NothingIsReadWholeThatGrowsWithTheScheme(string table, string statement, string index)
    {
        string sql = (string)typeof(IssuerParty).Assembly.GetType($"HierCash.Issuer.{table}")!
            .GetField(statement, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
        using var store = Database.OpenMemory(IssuerParty.Schema);
        int count = Enumerable.Range(1, 9).Last(n => n == 1 || sql.Contains($"${n}", StringComparison.Ordinal));
        var rows = store.Read(db => db.Query("EXPLAIN QUERY PLAN " + sql, r => r.GetString(3), [.. Enumerable.Repeat<object>(0L, count)]));
        string plan = string.Join("; ", rows);
        Assert.That(plan, Does.Contain(index).And.Not.Match("SCAN (h|history|guarantee)($|;)"), plan);
    }
}
