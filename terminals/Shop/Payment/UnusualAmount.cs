namespace HierCash.Shop;

/// <summary>What a person behind the counter may have mistyped: it is asked for once more before the card is (till.md).</summary>
public static class UnusualAmount
{
    /// <summary>How many of the last payments say what is usual here.</summary>
    public const int Look = 20;

    private const int Enough = 5;
    private const int Times = 10;
    private const int LongWithoutSign = 3;

    /// <summary>A point and a comma mean the same, once: a decimal sign.</summary>
    /// <returns>Null and the amount, or a sentence about what was typed.</returns>
    public static string? Parse(string typed, Currency currency, out Amount amount)
    {
        string withPoint = typed.Count(c => c is '.' or ',') == 1 ? typed.Replace(',', '.') : typed;
        return Amount.Parse(withPoint, currency, out amount)?.Replace($"'{withPoint}'", $"'{typed}'", StringComparison.Ordinal);
    }

    /// <summary>Why an amount is unusual, as a sentence; null if it is not.</summary>
    /// <param name="last">The amounts that this till accepted last, up to <see cref="Look"/>.</param>
    /// <param name="floor">The scheme's floor limit: what is large at a till that has taken little yet.</param>
    public static string? Find(string typed, Amount amount, Currency currency, IReadOnlyList<Amount> last, Amount floor)
    {
        if (currency.Exponent > 0 && typed.Length >= LongWithoutSign && typed.All(char.IsAsciiDigit))
        {
            return "No decimal sign was typed.";
        }

        if (last.Count < Enough)
        {
            return amount > floor ? $"That is more than {floor.Show(currency)}." : null;
        }

        var median = last.Order().ElementAt(last.Count / 2);
        return amount.Minor / Times > median.Minor || (amount.Minor / Times == median.Minor && amount.Minor % Times > 0)
            ? $"That is more than {Times} times what is usual here ({median.Show(currency)})."
            : null;
    }
}
