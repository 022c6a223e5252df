namespace HierCash.Terminals.Consoles;

/// <summary>Numbers of things in sentences for people: "1 payment", "2 payments".</summary>
public static class Counted
{
    /// <param name="one">What one of them is called, with its verb where there is one.</param>
    /// <param name="many">What several are called, and none; null: with an s.</param>
    public static string Say(long number, string one, string? many = null) => string.Create(
        CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many ?? one + "s")}");
}
