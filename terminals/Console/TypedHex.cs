namespace HierCash.Terminals.Consoles;

/// <summary>Hexadecimal digits that a person types; null where it is something else, which the caller says what to do about.</summary>
public static class TypedHex
{
    /// <summary>The beginning of an id, of that many digits or more.</summary>
    public static string? Digits(string text, int fewest) => text.Length >= fewest && text.All(char.IsAsciiHexDigit) ? text : null;

    /// <summary>So many bytes, no more and no fewer.</summary>
    public static byte[]? Bytes(string text, int size) =>
        text.Length == 2 * size && Digits(text, 0) is not null ? Convert.FromHexString(text) : null;
}
