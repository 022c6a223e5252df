using System.Globalization;
using HierCash.Iso7816;

namespace HierCash.Traces;

/// <summary>
/// What a response has to look like: <c>[6F XX 84 *] (90 00, 61 XX)</c>. X is any half of a byte, <c>XX*64</c> are 64 bytes of any value,
/// <c>*</c> is any number of bytes, once at most. Without brackets any data goes, with empty ones none. Page: traces.md.
/// </summary>
public sealed class ResponseMask
{
    private const int AnyBytes = -1;
    private readonly int[]? _data;
    private readonly int[][] _status;

    private ResponseMask(string text, int[]? data, int[][] status)
    {
        Text = text;
        _data = data;
        _status = status;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>A mask that only this response fits.</summary>
    public static ResponseMask Exactly(ReadOnlySpan<byte> response)
    {
        string data = response.Length > 2 ? $"[{Hex.Spaced(response[..^2])}] " : "[] ";
        Parse($"{data}({Hex.Spaced(response[^2..])})", out var mask);
        return mask!;
    }

    /// <summary>The only response that fits, if there is only one.</summary>
    public byte[]? Exact => _data is not null && _status.Length == 1 && _data.Concat(_status[0]).All(m => m >= 0 && m >> 8 == 0xFF)
        ? [.. _data.Concat(_status[0]).Select(m => (byte)(m & 0xFF))]
        : null;

    /// <summary>Reads a mask; what is wrong with it, or null.</summary>
    public static string? Parse(string text, out ResponseMask? mask)
    {
        mask = null;
        string rest = text.Trim();
        int[]? data = null;
        if (rest.StartsWith('['))
        {
            int end = rest.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || ParseBytes(rest[1..end]) is not { } bytes)
            {
                return $"'{rest}' is no mask: the data stands in brackets, as [6F XX 00*4].";
            }

            data = bytes;
            rest = rest[(end + 1)..].Trim();
        }

        if (!rest.StartsWith('(') || !rest.EndsWith(')'))
        {
            return $"'{rest}' is no mask: the status words stand in parentheses, as (90 00, 61 XX).";
        }

        var status = new List<int[]>();
        foreach (string part in rest[1..^1].Split(','))
        {
            if (ParseBytes(part) is not { Length: 2 } word || word.Contains(AnyBytes))
            {
                return $"'{part.Trim()}' is no status word; one such as 90 00 or 63 CX is wanted.";
            }

            status.Add(word);
        }

        mask = new ResponseMask(text.Trim(), data, [.. status]);
        return null;
    }

    /// <summary>True if the response, SW1-SW2 included, fits.</summary>
    public bool Fits(ReadOnlySpan<byte> response) => FirstDifference(response) is null;

    /// <summary>
    /// Index of the first byte of the response that does not fit; its length where bytes are missing; null where all fit.
    /// </summary>
    public int? FirstDifference(ReadOnlySpan<byte> response)
    {
        if (response.Length < 2)
        {
            return response.Length;
        }

        var data = response[..^2];
        var word = response[^2..];
        int? inData = _data is null ? null : Differs(_data, data);
        if (inData is not null)
        {
            return inData;
        }

        foreach (var status in _status)
        {
            if (Differs(status, word) is null)
            {
                return null;
            }
        }

        return data.Length;
    }

    /// <summary>Mask and response side by side, status word last: of several the one that is nearest.</summary>
    public IReadOnlyList<ResponseCell> Align(ReadOnlySpan<byte> response)
    {
        int split = Math.Max(0, response.Length - 2);
        var data = response[..split].ToArray();
        var word = response[split..].ToArray();
        var cells = _data is null ? [.. data.Select(b => new ResponseCell("**", Byte(b), true))] : AlignData(_data, data);
        var nearest = _status.MinBy(s => s.Where((m, i) => i >= word.Length || !Matches(m, word[i])).Count())!;
        cells.AddRange(nearest.Select((m, i) => i < word.Length ? Cell(m, word[i]) : new ResponseCell(Byte(m), "--", false)));
        return cells;
    }

    private static List<ResponseCell> AlignData(int[] mask, byte[] data)
    {
        var cells = new List<ResponseCell>();
        int star = Array.IndexOf(mask, AnyBytes);
        int head = star < 0 ? mask.Length : star;
        int tail = star < 0 ? 0 : mask.Length - star - 1;
        int any = star < 0 ? 0 : Math.Max(0, data.Length - head - tail);
        var wanted = mask.Take(head).Concat(Enumerable.Repeat(AnyBytes, any)).Concat(mask.TakeLast(tail)).ToList();
        for (int i = 0; i < Math.Max(wanted.Count, data.Length); i++)
        {
            cells.Add(i >= wanted.Count ? new ResponseCell("--", Byte(data[i]), false)
                : i >= data.Length ? new ResponseCell(Byte(wanted[i]), "--", false) : Cell(wanted[i], data[i]));
        }

        return cells;
    }

    private static ResponseCell Cell(int mask, byte value) => new(Byte(mask), Byte(value), mask == AnyBytes || Matches(mask, value));

    private static string Byte(byte value) => value.ToString("X2", CultureInfo.InvariantCulture);

    private static string Byte(int mask)
    {
        string digits = Byte((byte)(mask & 0xFF));
        return mask == AnyBytes ? "**" : $"{((mask & 0xF000) == 0 ? 'X' : digits[0])}{((mask & 0x0F00) == 0 ? 'X' : digits[1])}";
    }

    private static int? Differs(int[] mask, ReadOnlySpan<byte> bytes)
    {
        int star = Array.IndexOf(mask, AnyBytes);
        int head = star < 0 ? mask.Length : star;
        for (int i = 0; i < head; i++)
        {
            if (i >= bytes.Length || !Matches(mask[i], bytes[i]))
            {
                return i;
            }
        }

        if (star < 0)
        {
            return bytes.Length > mask.Length ? mask.Length : null;
        }

        int tail = mask.Length - star - 1;
        if (bytes.Length < head + tail)
        {
            return bytes.Length;
        }

        for (int i = 0; i < tail; i++)
        {
            int at = bytes.Length - tail + i;
            if (!Matches(mask[star + 1 + i], bytes[at]))
            {
                return at;
            }
        }

        return null;
    }

    /// <summary>A mask byte: value in the lower half, bits that count in the upper.</summary>
    private static bool Matches(int mask, byte value) => ((value ^ mask) & (mask >> 8)) == 0;

    private static int[]? ParseBytes(string text)
    {
        var bytes = new List<int>();
        int at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else if (text[at] == '*')
            {
                if (bytes.Contains(AnyBytes))
                {
                    return null;
                }

                bytes.Add(AnyBytes);
                at++;
            }
            else if (at + 1 < text.Length && Half(text[at]) is { } high && Half(text[at + 1]) is { } low)
            {
                int value = (high.Value << 4) | low.Value;
                int counts = (high.Mask << 4) | low.Mask;
                at += 2;
                bytes.AddRange(Enumerable.Repeat((counts << 8) | value, Times(text, ref at)));
            }
            else
            {
                return null;
            }
        }

        return [.. bytes];
    }

    /// <summary>The number after a star that directly follows a byte, else 1.</summary>
    private static int Times(string text, ref int at)
    {
        int end = at + 1;
        while (at < text.Length && text[at] == '*' && end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        if (end == at + 1 || !int.TryParse(text[(at + 1)..end], NumberStyles.None, CultureInfo.InvariantCulture, out int times)
            || times > ushort.MaxValue)
        {
            return 1;
        }

        at = end;
        return times;
    }

    private static (int Value, int Mask)? Half(char c) => c is 'X' or 'x' ? (0, 0)
        : char.IsAsciiHexDigit(c) ? (Convert.ToInt32(c.ToString(), 16), 0xF) : null;

    /// <summary>As it was written.</summary>
    public override string ToString() => Text;
}
