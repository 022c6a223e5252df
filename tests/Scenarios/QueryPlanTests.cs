using System.Reflection;
using HierCash.Issuer;
using HierCash.Terminals;

namespace HierCash.Tests.Scenarios;

/// <summary>What every visit of every bank, and every cycle, asks of the issuer's store: by an index, never through all payments of the scheme (rule R10).</summary>
[Parallelizable]
public sealed class QueryPlanTests
{
    [TestCase("TraceDesk", "FileReversals", "history_reversed")]
    [TestCase("Claims", "Due", "guarantee_open")]
    [Rule(10)]
    public void NothingIsReadWholeThatGrowsWithTheScheme(string desk, string statement, string index)
    {
        string sql = (string)typeof(IssuerParty).Assembly.GetType($"HierCash.Issuer.{desk}")!.GetField(statement, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
        using var store = Database.OpenMemory(IssuerParty.Schema);
        string plan = string.Join("; ", store.Read(db => db.Query("EXPLAIN QUERY PLAN " + sql, r => r.GetString(3), [.. Enumerable.Repeat<object>(0L, sql.Contains("?3", StringComparison.Ordinal) ? 3 : 1)])));
        Assert.That(plan, Does.Contain(index).And.Not.Match("SCAN (h|history|guarantee)($|;)"), plan);
    }
}
