using System.Globalization;
using System.Text.Json;

namespace HierCash.Tests.Consoles;

/// <summary>Money as consoles print it.</summary>
internal static class JsonMoney
{
    /// <summary>Cents of <c>{"amount":"12.50","currency":"EUR"}</c>.</summary>
    public static long Minor(this JsonElement money) =>
        (long)(decimal.Parse(money.GetProperty("amount").GetString()!, CultureInfo.InvariantCulture) * 100);
}
