namespace HierCash.Tests.Cash;

[Parallelizable]
public sealed class AmountTests
{
    [TestCase("12.50", "EUR", 1250u)]
    [TestCase("0.01", "EUR", 1u)]
    [TestCase("7", "EUR", 700u)]
    [TestCase("007.00", "EUR", 700u)]
    [TestCase("500", "JPY", 500u)]
    [TestCase("1.234", "BHD", 1234u)]
    [TestCase("42949672.95", "EUR", uint.MaxValue)]
    public void ReadsWhatPeopleType(string text, string currency, uint minor)
    {
        Assert.That(Amount.Parse(text, Currency.TryParse(currency)!.Value, out var amount), Is.Null);
        Assert.That(amount.Minor, Is.EqualTo(minor));
    }

    [TestCase("-1", "EUR", "negative")]
    [TestCase("0", "EUR", "zero")]
    [TestCase("0.00", "EUR", "zero")]
    [TestCase("1e9", "EUR", "not an amount")]
    [TestCase("12.345", "EUR", "3 decimals")]
    [TestCase("12.5", "EUR", "1 decimals")]
    [TestCase("12.", "EUR", "0 decimals")]
    [TestCase("12.50", "JPY", "2 decimals")]
    [TestCase("42949672.96", "EUR", "too large")]
    [TestCase("99999999999999999999999999", "EUR", "too large")]
    [TestCase("", "EUR", "not an amount")]
    [TestCase("1,50", "EUR", "not an amount")]
    [TestCase("1.2.3", "EUR", "not an amount")]
    [TestCase("+5", "EUR", "not an amount")]
    [TestCase("٣", "EUR", "not an amount")]
    public void SaysWhatIsWrongWithTheRest(string text, string currency, string part)
    {
        string? error = Amount.Parse(text, Currency.TryParse(currency)!.Value, out var amount);
        Assert.That(error, Does.Contain(part).And.EndsWith("."));
        Assert.That(amount, Is.EqualTo(Amount.Zero));
    }

    [Test]
    public void ArithmeticIsChecked()
    {
        Assert.That(() => new Amount(1) - new Amount(2), Throws.TypeOf<OverflowException>());
        Assert.That(() => new Amount(ulong.MaxValue) + new Amount(1), Throws.TypeOf<OverflowException>());
        Assert.That(() => new Amount(1UL << 32).ToCard(), Throws.TypeOf<OverflowException>());
        Assert.That(() => Amount.FromLedger(-1), Throws.TypeOf<OverflowException>());
    }

    [TestCase(1250u, "EUR", "12.50 EUR")]
    [TestCase(5u, "EUR", "0.05 EUR")]
    [TestCase(1250u, "JPY", "1250 JPY")]
    [TestCase(1250u, "KWD", "1.250 KWD")]
    public void Shows(uint minor, string currency, string text) =>
        Assert.That(new Amount(minor).Show(Currency.TryParse(currency)!.Value), Is.EqualTo(text));

    [Test]
    public void QuartersEndWhereTheNextBegins()
    {
        var end = new Quarter(231).End;
        Assert.That(end.ToString(), Is.EqualTo("2028-01-01T00:00:00.000000Z"));
        Assert.That(Quarter.Of(end), Is.EqualTo(new Quarter(232)));
        Assert.That(Quarter.Of(new Timestamp(end.Microseconds - 1)), Is.EqualTo(new Quarter(231)));
    }
}
