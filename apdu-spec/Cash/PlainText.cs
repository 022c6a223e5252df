using System.Globalization;
using System.Text;

namespace HierCash.Protocol.Cash;

/// <summary>
/// Text that can be shown (rule R18). Control characters steer a terminal, and format characters (Unicode Cf, such as those that turn the direction of
/// writing) make a name look like another one: no name holds any, and what else comes from outside is shown with them written out.
/// </summary>
public static class PlainText
{
    /// <summary>True if nothing in it steers a terminal or hides: no control, format, separator of lines, private or broken character.</summary>
    public static bool IsPlain(string text)
    {
        bool plain = Pieces(text).All(p => IsPlain(p.Rune));
        Switches.On("R18 names", ref plain);
        return plain;
    }

    /// <summary>Why this is no name of a party or holder; null if it is one.</summary>
    /// <param name="maxSize">Most bytes of UTF-8.</param>
    public static string? NameFault(string name, int maxSize) => Encoding.UTF8.GetByteCount(name) is 0 || Encoding.UTF8.GetByteCount(name) > maxSize
        ? $"A name has 1 to {maxSize} bytes of UTF-8."
        : IsPlain(name) ? null : $"The name '{Escape(name)}' holds a control or format character. Choose one of letters, digits and signs.";

    /// <summary>The same text with what is not plain written out as \u and four hexadecimal digits, line breaks too.</summary>
    public static string Escape(string text) => Escape(text, keepsLines: false);

    /// <summary>The same; line breaks stay. For what a program composed itself out of foreign parts.</summary>
    public static string EscapeLines(string text) => Escape(text, keepsLines: true);

    private static string Escape(string text, bool keepsLines)
    {
        bool escapes = Pieces(text).Any(p => !IsShown(p.Rune, keepsLines));
        Switches.Off("R18 terminal", ref escapes);
        if (!escapes)
        {
            return text;
        }

        var shown = new StringBuilder();
        foreach (var (at, length, rune) in Pieces(text))
        {
            if (IsShown(rune, keepsLines))
            {
                shown.Append(text, at, length);
                continue;
            }

            for (int i = at; i < at + length; i++)
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            }
        }

        return shown.ToString();
    }

    /// <summary>The characters of a text and where they are; null stands for half of one.</summary>
    private static IEnumerable<(int At, int Length, Rune? Rune)> Pieces(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            Rune? rune = Rune.TryGetRuneAt(text, at, out var whole) ? whole : null;
            int length = rune?.Utf16SequenceLength ?? 1;
            yield return (at, length, rune);
            at += length;
        }
    }

    private static bool IsShown(Rune? rune, bool keepsLines) => IsPlain(rune) || (keepsLines && rune is { Value: '\n' or '\r' or '\t' });

    private static bool IsPlain(Rune? rune) => rune is { } whole && Rune.GetUnicodeCategory(whole) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate);
}
