using System.Globalization;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Tests.Consoles;
using HierCash.Wallet;

namespace HierCash.Tests.Wallets;

/// <summary>Withdrawals in a 1-2-5 series: no amount tells one user from another (hole 23).</summary>
[Parallelizable]
public sealed class CoinPlannerTests
{
    [TestCase(5000UL, "50.00")]
    [TestCase(3750UL, "20.00 10.00 5.00 2.00 0.50")]
    [TestCase(999UL, "5.00 2.00 2.00 0.50 0.20 0.20 0.05 0.02 0.02")]
    [TestCase(1UL, "0.01")]
    [TestCase(0UL, "")]
    public void ThePlanIsTheFewestCoinsOfTheSeries(ulong minor, string coins) =>
        Assert.That(string.Join(' ', CoinPlanner.Plan(new Amount(minor))
            .Select(c => c.Show(Currency.Eur).Replace(" EUR", "", StringComparison.Ordinal))), Is.EqualTo(coins));

    [Test]
    public void WhateverTheAmountItIsMadeOfTheSeries()
    {
        var random = new SeededRandom(5);
        for (int i = 0; i < 5000; i++)
        {
            var amount = new Amount((ulong)random.Next(int.MaxValue) + 1);
            var plan = CoinPlanner.Plan(amount);
            Assert.That(plan.Aggregate(Amount.Zero, (sum, c) => sum + c), Is.EqualTo(amount));
            Assert.That(plan.All(IsOfSeries));
            Assert.That(plan, Has.Count.LessThanOrEqualTo(3 * 10), "at most three coins for each digit");
        }
    }

    private static bool IsOfSeries(Amount amount) => amount.Minor.ToString(CultureInfo.InvariantCulture).TrimEnd('0') is "1" or "2" or "5";

    [Test, Hole(23)]
    public void TheConsoleWithdrawsInTheSeries()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "100.00");
        town.Must("hiercash-wallet", "withdraw", "37.50", "--set", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            town.North.Address);
        var balance = town.Json("hiercash-wallet", "balance", "--reader", "emulator:Alice.card", "--pin", "0000");
        Assert.That(balance.GetProperty("coins").EnumerateArray().Select(c => c.GetProperty("faceValue").Minor()),
            Is.EqualTo(new[] { 2000L, 1000, 500, 200, 50 }));
        var refused = town.Run("hiercash-wallet", "withdraw", "9999.99", "--set", "--reader", "emulator:Alice.card", "--pin", "0000",
            "--bank", town.North.Address);
        Assert.That((refused.Code, refused.Error.Contains("has room for 11", StringComparison.Ordinal)), Is.EqualTo((1, true)),
            refused.Error);
    }
}
