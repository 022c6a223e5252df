using System.Globalization;
using System.Text;

namespace HierCash.Traces;

/// <summary>A response beside its mask, byte by byte.</summary>
/// <param name="Expected">Two characters: the mask's byte; "**" within its star; "--" where the response has a byte too many.</param>
/// <param name="Actual">Two characters; "--" where a byte is missing.</param>
public sealed record ResponseCell(string Expected, string Actual, bool Fits);

/// <summary>Shows where a response differs from its mask.</summary>
public static class ResponseDifference
{
    private const int PerLine = 16;

    /// <summary>
    /// Lines of sixteen bytes, expected above answered, with marks below bytes that differ; lines without a difference are left out, but
    /// for the number of bytes that were.
    /// </summary>
    public static string Show(ResponseMask mask, ReadOnlySpan<byte> response)
    {
        var cells = mask.Align(response);
        var text = new StringBuilder();
        int left = 0;
        for (int at = 0; at < cells.Count; at += PerLine)
        {
            var line = cells.Skip(at).Take(PerLine).ToList();
            if (line.TrueForAll(c => c.Fits))
            {
                left += line.Count;
                continue;
            }

            Skipped(text, left);
            left = 0;
            string Row(Func<ResponseCell, string> of) => string.Join(' ', line.Select(of)).TrimEnd();
            text.AppendLine(CultureInfo.InvariantCulture, $"  {at + 1,5}  expected  {Row(c => c.Expected)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"         answered  {Row(c => c.Actual)}");
            text.AppendLine(CultureInfo.InvariantCulture, $"                   {Row(c => c.Fits ? "  " : "^^")}");
        }

        Skipped(text, left);
        return text.ToString().TrimEnd();
    }

    private static void Skipped(StringBuilder text, int bytes)
    {
        if (bytes > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"         ({bytes} bytes as expected)");
        }
    }
}
