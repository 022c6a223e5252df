namespace HierCash.Terminals.Consoles;

/// <summary>Enrolment files: bytes as text that survives copying and pasting (objects.md).</summary>
public static class Armor
{
    public const string Request = "HIERCASH REQUEST";
    public const string Grant = "HIERCASH GRANT";
    private const int LineLength = 64;

    public static string Write(string label, byte[] bytes)
    {
        var text = new StringBuilder().Append("-----BEGIN ").Append(label).Append("-----\n");
        string base64 = Convert.ToBase64String(bytes);
        for (int at = 0; at < base64.Length; at += LineLength)
        {
            text.Append(base64.AsSpan(at, Math.Min(LineLength, base64.Length - at))).Append('\n');
        }

        return text.Append("-----END ").Append(label).Append("-----\n").ToString();
    }

    /// <summary>Reads a file, or standard input where the name is a dash; text around it does not matter.</summary>
    /// <exception cref="RefusedException">Missing, or not of that kind.</exception>
    public static byte[] Read(string label, string file)
    {
        string text;
        try
        {
            text = file == "-" ? GivenFile.ReadText(Console.In) : GivenFile.ReadText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(Outcome.StorageFailed, $"The file '{file}' cannot be read. Check its name.");
        }

        string begin = $"-----BEGIN {label}-----";
        string end = $"-----END {label}-----";
        int from = text.IndexOf(begin, StringComparison.Ordinal);
        int to = text.IndexOf(end, StringComparison.Ordinal);
        try
        {
            return from >= 0 && to > from ? Convert.FromBase64String(text[(from + begin.Length)..to]) : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new RefusedException(Outcome.Damaged,
                $"'{file}' holds no {label}. Copy the whole text, its first and last line included.");
        }
    }
}
