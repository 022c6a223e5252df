using System.Text;

namespace HierCash.Iso7816;

/// <summary>Bytes as people write them.</summary>
public static class Hex
{
    /// <summary>As <c>00 A4 04</c>.</summary>
    public static string Spaced(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 3);
        foreach (byte b in bytes)
        {
            text.Append(text.Length > 0 ? " " : "").Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    /// <summary>Reads hexadecimal digits with or without spaces; null where they are not.</summary>
    public static byte[]? Parse(string text)
    {
        string digits = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        return digits.Length % 2 == 0 && digits.Length > 0 && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : null;
    }
}
