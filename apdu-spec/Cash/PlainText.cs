using System.Globalization;
using System.Text;

namespace HierCash.Protocol.Cash;

/// <summary>
/// Text that can be shown (rule R18). Control characters steer a terminal, and format characters (Unicode Cf, such as those that turn the
/// direction of writing) make a name look like another one: no name holds any, and what else comes from outside is shown with them written
/// out.
/// </summary>
public static class PlainText
{
    /// <summary>
    /// True if nothing in it steers a terminal or hides: no control, format, separator of lines, private or broken character.
    /// </summary>
    public static bool IsPlain(string text)
    {
        bool plain = Pieces(text).All(p => IsPlain(p.Rune));
        bool seen = !Pieces(text).Any(p => IsUnseen(p.Rune));
        return plain && seen;
    }

    /// <summary>Why this is no name of a party or holder; null if it is one.</summary>
    /// <param name="maxSize">Most bytes of UTF-8.</param>
    public static string? NameFault(string name, int maxSize) =>
        Encoding.UTF8.GetByteCount(name) is 0 || Encoding.UTF8.GetByteCount(name) > maxSize
        ? $"A name has 1 to {maxSize} bytes of UTF-8."
        : !IsPlain(name) ? $"The name '{Escape(name)}' holds a control or format character, or one that shows nothing. Choose one of "
            + $"letters, digits and signs."
        : HasBlankEnd(name) ? $"The name '{name}' begins or ends with a blank, which nobody sees. Leave it out." : null;

    /// <summary>A name of blanks looks like none, and one with a blank behind it like the one without.</summary>
    private static bool HasBlankEnd(string name) => char.IsWhiteSpace(name[0]) || char.IsWhiteSpace(name[^1]);

    /// <summary>The same text with what is not plain written out as \u and four hexadecimal digits, line breaks too.</summary>
    public static string Escape(string text) => Escape(text, keepsLines: false);

    /// <summary>The same; line breaks stay. For what a program composed itself out of foreign parts.</summary>
    public static string EscapeLines(string text) => Escape(text, keepsLines: true);

    /// <summary>As many whole characters from its beginning as <paramref name="maxSize"/> bytes of UTF-8 hold.</summary>
    public static string Cut(string text, int maxSize)
    {
        int size = 0;
        int kept = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            size += rune.Utf8SequenceLength;
            if (size > maxSize)
            {
                return text[..kept];
            }

            kept += rune.Utf16SequenceLength;
        }

        return text;
    }

    private static string Escape(string text, bool keepsLines)
    {
        if (!Pieces(text).Any(p => !IsShown(p.Rune, keepsLines)))
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

    private static bool IsShown(Rune? rune, bool keepsLines) =>
        (IsPlain(rune) && !IsUnseen(rune)) || (keepsLines && rune is { Value: '\n' or '\r' or '\t' });

    private static bool IsPlain(Rune? rune) =>
        rune is { } whole && Rune.GetUnicodeCategory(whole) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate);

    /// <summary>
    /// Shows nothing, and is no control or format character: what Unicode's DerivedCoreProperties.txt calls Default_Ignorable_Code_Point in
    /// other categories (joiners, fillers, variation selectors), and the empty pattern of braille.
    /// </summary>
    private static bool IsUnseen(Rune? rune) =>
        rune is { Value: 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2065 or 0x2800 or 0x3164
        or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF) };
}
