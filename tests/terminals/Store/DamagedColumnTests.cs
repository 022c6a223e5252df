using HierCash.Terminals.Store;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Stores;

/// <summary>What is kept and cannot be read any more is never taken for something that is not there (rule R23).</summary>
[Parallelizable]
public sealed class DamagedColumnTests
{
    [TestCase("UPDATE history SET reversed = x'00'", "reversed")]
    [TestCase("INSERT INTO dead_payment VALUES(x'01', x'02', 1, 1, 1, 9000000000000000, 1, x'00', 1)", "statement")]
    [Rule(23)]
    public async Task WhatTheIssuerCannotReadIsNotAbsent(string damage, string column)
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        string till = town.AddTill("Cafe");
        town.Pay(till, alice, 1000);
        await town.Settle(till);
        Assert.That(town.StoreOf("issuer").Write(db => db.Execute(damage)), Is.EqualTo(1));
        Assert.That(town.Issuer.AcceptClock, Throws.TypeOf<DatabaseException>().With.Message.Contains($"'{column}'"));
    }
}
