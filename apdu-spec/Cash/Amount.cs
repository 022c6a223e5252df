using System.Globalization;

namespace HierCash.Protocol.Cash;

/// <summary>Money in minor units (cents, yen), never negative. Arithmetic is checked and throws <see cref="OverflowException"/>.</summary>
public readonly record struct Amount(ulong Minor) : IComparable<Amount>
{
    public static readonly Amount Zero;

    public bool IsZero => Minor == 0;

    public static Amount operator +(Amount a, Amount b) => new(checked(a.Minor + b.Minor));

    public static Amount operator -(Amount a, Amount b) => new(checked(a.Minor - b.Minor));

    public static bool operator <(Amount a, Amount b) => a.Minor < b.Minor;

    public static bool operator >(Amount a, Amount b) => a.Minor > b.Minor;

    public static bool operator <=(Amount a, Amount b) => a.Minor <= b.Minor;

    public static bool operator >=(Amount a, Amount b) => a.Minor >= b.Minor;

    public static Amount Add(Amount left, Amount right) => left + right;

    public static Amount Subtract(Amount left, Amount right) => left - right;

    public static Amount Min(Amount a, Amount b) => a < b ? a : b;

    public int CompareTo(Amount other) => Minor.CompareTo(other.Minor);

    /// <summary>As the card holds it: 32 bits.</summary>
    /// <exception cref="OverflowException">More than 4,294,967,295 minor units.</exception>
    public uint ToCard() => checked((uint)Minor);

    /// <summary>As a ledger holds it: signed 64 bits.</summary>
    /// <exception cref="OverflowException">More than 2^63 - 1 minor units.</exception>
    public long ToLedger() => checked((long)Minor);

    /// <exception cref="OverflowException">A negative number.</exception>
    public static Amount FromLedger(long minor) => new(checked((ulong)minor));

    /// <summary>Reads what a person types, such as <c>12.50</c>: digits, and a point only with exactly the currency's decimals.</summary>
    /// <returns>Null and the amount, or a sentence that says what was wrong and what to type instead.</returns>
    public static string? Parse(string text, Currency currency, out Amount amount)
    {
        amount = Zero;
        if (ReadDigits(text, currency, out string digits) is { } error)
        {
            return error;
        }

        if (digits.Length == 0)
        {
            return $"The amount is zero. Give a positive amount such as {new Amount(1250).Format(currency)}.";
        }

        if (!uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint minor))
        {
            return $"The amount '{text}' is too large. The most that one command takes is {new Amount(uint.MaxValue).Format(currency)}.";
        }

        amount = new Amount(minor);
        return null;
    }

    /// <summary>The same for a total, such as a cap: from zero to 2^63 - 1 minor units, as a ledger holds it.</summary>
    /// <returns>Null and the amount, or a sentence that says what was wrong and what to type instead.</returns>
    public static string? ParseTotal(string text, Currency currency, out Amount amount)
    {
        amount = Zero;
        if (ReadDigits(text, currency, out string digits) is { } error)
        {
            return error;
        }

        if (!long.TryParse("0" + digits, NumberStyles.None, CultureInfo.InvariantCulture, out long minor))
        {
            return $"The amount '{text}' is too large. The most that a ledger holds is {FromLedger(long.MaxValue).Format(currency)}.";
        }

        amount = FromLedger(minor);
        return null;
    }

    /// <summary>The minor units as digits without leading zeros; nothing for zero.</summary>
    private static string? ReadDigits(string text, Currency currency, out string digits)
    {
        digits = "";
        string example = new Amount(1250).Format(currency);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? text : text[..point];
        string fraction = point < 0 ? "" : text[(point + 1)..];
        if (text.StartsWith('-'))
        {
            return $"The amount '{text}' is negative. Give a positive amount such as {example}.";
        }

        if (whole.Length == 0 || !whole.All(char.IsAsciiDigit) || !fraction.All(char.IsAsciiDigit))
        {
            return $"'{text}' is not an amount. Give digits, with a point before the decimals, such as {example}.";
        }

        if (point >= 0 && fraction.Length != currency.Exponent)
        {
            return $"'{text}' has {fraction.Length} decimals, but {currency.Name} has {currency.Exponent}. Give an amount such as "
                + $"{example}.";
        }

        digits = (whole + fraction.PadRight(currency.Exponent, '0')).TrimStart('0');
        return null;
    }

    /// <summary>For people and with the currency's decimals, such as <c>12.50 EUR</c>.</summary>
    public string Show(Currency currency) => $"{Format(currency)} {currency.Name}";

    /// <summary>With the currency's decimals, such as <c>12.50</c>.</summary>
    public string Format(Currency currency)
    {
        if (currency.Exponent == 0)
        {
            return Minor.ToString(CultureInfo.InvariantCulture);
        }

        ulong unit = (ulong)Math.Pow(10, currency.Exponent);
        string fraction = (Minor % unit).ToString(CultureInfo.InvariantCulture).PadLeft(currency.Exponent, '0');
        return $"{(Minor / unit).ToString(CultureInfo.InvariantCulture)}.{fraction}";
    }

    public override string ToString() => Minor.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A currency by its ISO 4217 numeric code, as it travels.</summary>
public readonly record struct Currency(ushort Code)
{
    private static readonly (ushort Code, string Name, int Exponent)[] Known =
    [
        (978, "EUR", 2), (840, "USD", 2), (826, "GBP", 2), (392, "JPY", 0), (756, "CHF", 2), (752, "SEK", 2),
        (578, "NOK", 2), (208, "DKK", 2), (985, "PLN", 2), (203, "CZK", 2), (36, "AUD", 2), (124, "CAD", 2),
        (410, "KRW", 0), (48, "BHD", 3), (414, "KWD", 3), (702, "SGD", 2), (356, "INR", 2), (986, "BRL", 2),
    ];

    public static readonly Currency Eur = new(978);

    /// <summary>The currencies that this build knows.</summary>
    public static IEnumerable<Currency> All => Known.Select(k => new Currency(k.Code));

    public static IEnumerable<string> Names => Known.Select(k => k.Name);

    /// <summary>The three letters, or the numeric code where this build does not know them.</summary>
    public string Name => Find()?.Name ?? Code.ToString("D3", CultureInfo.InvariantCulture);

    /// <summary>Decimals of the minor unit; 2 where this build does not know the currency.</summary>
    public int Exponent => Find()?.Exponent ?? 2;

    public static Currency? TryParse(string name)
    {
        var found = Known.FirstOrDefault(k => k.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return found.Name is null ? null : new Currency(found.Code);
    }

    private (ushort Code, string Name, int Exponent)? Find()
    {
        foreach (var known in Known)
        {
            if (known.Code == Code)
            {
                return known;
            }
        }

        return null;
    }

    public override string ToString() => Name;
}
