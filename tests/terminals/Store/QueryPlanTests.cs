using System.Reflection;
using HierCash.Bank;
using HierCash.Issuer;
using HierCash.Terminals.Store;

namespace HierCash.Tests.Stores;

/// <summary>
/// What every visit of every bank, every cycle and every purge asks of a store: by an index, never through all payments of the scheme or
/// all orders of a bank (rule R10).
/// </summary>
[Parallelizable]
public sealed class QueryPlanTests
{
    [TestCase("Issuer.CaseReversalTable", "FileAll", "history_reversed")]
    [TestCase("Issuer.CaseReversalTable", "ForgetOfCoin", "case_reversal_coin")]
    [TestCase("Issuer.CoinTable", "Awaited", "history_exceeding")]
    [TestCase("Issuer.GuaranteeTable", "Due", "guarantee_open")]
    [TestCase("Issuer.HistoryTable", "SubmittedBy", "history_till")]
    [TestCase("Bank.OrderedTable", "Old", "ordered_date")]
    [Rule(10)]
    public void NothingIsReadWholeThatGrowsWithTheScheme(string table, string statement, string index)
    {
        bool isBank = table.StartsWith("Bank", StringComparison.Ordinal);
        string sql = (string)(isBank ? typeof(BankParty) : typeof(IssuerParty)).Assembly.GetType($"HierCash.{table}")!
            .GetField(statement, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
        using var store = Database.OpenMemory(isBank ? BankParty.Schema : IssuerParty.Schema);
        int count = Enumerable.Range(1, 9).Last(n => n == 1 || sql.Contains($"${n}", StringComparison.Ordinal));
        var rows = store.Read(db => db.Query("EXPLAIN QUERY PLAN " + sql, r => r.GetString(3), [.. Enumerable.Repeat<object>(0L, count)]));
        string plan = string.Join("; ", rows);
        Assert.That(plan, Does.Contain(index).And.Not.Match("SCAN (h|history|guarantee|case_reversal|o|ordered|r|renounced)($|;)"), plan);
    }
}
