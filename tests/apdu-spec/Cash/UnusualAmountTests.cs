using HierCash.Shop;

namespace HierCash.Tests.Cash;

/// <summary>What is typed at a till: both decimal signs, and what is asked once more (till.md).</summary>
[Parallelizable]
public sealed class UnusualAmountTests
{
    private static readonly Amount Floor = new(5000);

    [TestCase("1,50", 150UL)]
    [TestCase("1.50", 150UL)]
    [TestCase("15", 1500UL)]
    public void BothSignsAreTaken(string typed, ulong minor)
    {
        Assert.That(UnusualAmount.Parse(typed, Currency.Eur, out var amount), Is.Null);
        Assert.That(amount.Minor, Is.EqualTo(minor));
    }

    [TestCase("1,5", "'1,5' has 1 decimals")]
    [TestCase("1,250", "has 3 decimals")]
    [TestCase("1,250.00", "'1,250.00' is not an amount")]
    [TestCase("1.,5", "not an amount")]
    [TestCase(",", "not an amount")]
    [TestCase("0,00", "zero")]
    public void ASignIsNeverDropped(string typed, string part)
    {
        Assert.That(UnusualAmount.Parse(typed, Currency.Eur, out var amount), Does.Contain(part));
        Assert.That(amount.IsZero);
    }

    [TestCase("1250", "EUR", "No decimal sign was typed.")]
    [TestCase("1250", "JPY", null)]
    [TestCase("15", "EUR", null)]
    [TestCase("50.00", "EUR", null)]
    [TestCase("50.01", "EUR", "That is more than 50.00 EUR.")]
    public void AtANewTill(string typed, string name, string? reason)
    {
        var currency = Currency.TryParse(name)!.Value;
        UnusualAmount.Parse(typed, currency, out var amount);
        Assert.That(UnusualAmount.Find(typed, amount, currency, [new(100), new(100), new(100), new(100)], Floor), Is.EqualTo(reason));
    }

    /// <summary>The median, so that one large sale makes nothing usual.</summary>
    [TestCase("25.00", null)]
    [TestCase("25.01", "That is more than 10 times what is usual here (2.50 EUR).")]
    [TestCase("100.00", "That is more than 10 times what is usual here (2.50 EUR).")]
    public void AtATillWithPayments(string typed, string? reason)
    {
        UnusualAmount.Parse(typed, Currency.Eur, out var amount);
        Assert.That(UnusualAmount.Find(typed, amount, Currency.Eur, [new(90_000), new(250), new(100), new(300), new(240)], Floor),
            Is.EqualTo(reason));
    }
}
