using System.Text;

namespace HierCash;

/// <summary>
/// Files that somebody else may have made: read up to a bound, so that one without an end, or of another kind, does not take the machine's
/// memory.
/// </summary>
public static class GivenFile
{
    /// <summary>Bytes of a file; the largest evidence has some 100 MiB.</summary>
    public const int MaxSize = 256 << 20;

    /// <summary>Bytes of a text: requests, grants, letters, traces.</summary>
    public const int MaxTextSize = 64 << 20;

    /// <param name="path">Names a file.</param>
    /// <exception cref="UnusableFileException">Larger than <see cref="MaxSize"/>.</exception>
    /// <exception cref="IOException">As of <see cref="File.ReadAllBytes"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As of <see cref="File.ReadAllBytes"/>.</exception>
    public static byte[] ReadBytes(string path) => Read(path, MaxSize).ToArray();

    /// <param name="path">Names a file in UTF-8.</param>
    /// <exception cref="UnusableFileException">Larger than <see cref="MaxTextSize"/>.</exception>
    /// <exception cref="IOException">As of <see cref="File.ReadAllText(string)"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">As of <see cref="File.ReadAllText(string)"/>.</exception>
    public static string ReadText(string path)
    {
        using var reader = new StreamReader(Read(path, MaxTextSize), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>All of standard input.</summary>
    /// <exception cref="UnusableFileException">More than <see cref="MaxTextSize"/> characters.</exception>
    public static string ReadText(TextReader input)
    {
        var text = new StringBuilder();
        char[] some = new char[4096];
        while (input.Read(some, 0, some.Length) is > 0 and var count)
        {
            if (text.Append(some, 0, count).Length > MaxTextSize)
            {
                throw TooLarge("Standard input", MaxTextSize);
            }
        }

        return text.ToString();
    }

    private static MemoryStream Read(string path, int most)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

        // A pipe or a device has no length, or none that means anything: what counts is what comes.
        if (file.CanSeek && file.Length > most)
        {
            throw TooLarge($"'{path}'", most);
        }

        var read = new MemoryStream();
        byte[] some = new byte[64 * 1024];
        while (file.Read(some) is > 0 and var count)
        {
            if (read.Length + count > most)
            {
                throw TooLarge($"'{path}'", most);
            }

            read.Write(some, 0, count);
        }

        read.Position = 0;
        return read;
    }

    private static UnusableFileException TooLarge(string what, int most) =>
        new($"{what} has more than {most >> 20} MiB, as no file has that these programs write. Check the name.");
}
