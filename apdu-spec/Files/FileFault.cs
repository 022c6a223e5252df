#if HIERCASH_CARD_RUNTIME
namespace HierCash.Card.Runtime;
#else
namespace HierCash;
#endif

/// <summary>
/// Why a file could not be used, for the person who named it: the path as it was given, and what to do. What the framework says holds paths
/// that nobody typed, and calls a folder a file.
/// </summary>
static partial class FileFault
{
    private const char Quote = '\'';

    /// <returns>A whole sentence or two; of what is no fault of a file its own message.</returns>
    public static string Say(Exception fault) => Say(fault, Environment.GetCommandLineArgs().Skip(1));

    /// <param name="words">Of the command line.</param>
    public static string Say(Exception fault, IEnumerable<string> words)
    {
        // A sentence of these programs names no whole path that nobody typed.
        if (Named(fault) is not { } full)
        {
            return fault.Message;
        }

        string path = TryAsGiven(full, words);
        return fault switch
        {
            FileNotFoundException => Hidden(full, path) ?? $"There is no file '{path}'. Check its name.",
            DirectoryNotFoundException => $"There is no folder for '{path}'. Check the path.",
            UnauthorizedAccessException => Directory.Exists(full) ? Folder(path)
                : File.Exists(full) ? $"The file '{path}' may not be read or written. Check its permissions, and who owns it."
                : Closed(path),
            _ => fault.Message.Contains("already exists", StringComparison.Ordinal) ? There(full, path)
                : fault.Message.Replace(full, path, StringComparison.Ordinal),
        };
    }

    /// <summary>Why there is no file to be read at that path; null where there is one.</summary>
    public static string? Missing(string path) => Directory.Exists(path) ? Folder(path)
        : Hidden(path, path) ?? (File.Exists(path) ? null
        : FolderOf(path) is var folder && !Directory.Exists(folder) ? $"There is no folder for '{path}'. Check the path."
        : $"There is no file '{path}'. Check its name.");

    /// <summary>
    /// Why nobody here can see whether there is such a file: a link without an end, a folder of somebody else; null otherwise.
    /// </summary>
    public static string? Hidden(string path) => Hidden(path, path);

    /// <summary>Which of these files may not be written by this user, and how that is mended; null if all may that are there.</summary>
    public static string? ReadOnly(params ReadOnlySpan<string> files)
    {
        foreach (string file in files)
        {
            if (!OperatingSystem.IsWindows() && File.Exists(file) && (File.GetUnixFileMode(file) & UnixFileMode.UserWrite) == 0)
            {
                return $"The file '{file}' may only be read, and it has to be written. Its owner mends that with chmod 600 '{file}'.";
            }
        }

        return null;
    }

    private static string? Hidden(string path, string shown)
    {
        try
        {
            // Asking throws where nobody may look; of a link it says nothing of what it leads to.
            _ = File.GetAttributes(path);
            var link = new FileInfo(path);
            return link.LinkTarget is not null && link.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true }
                && !Directory.Exists(path) ? $"'{shown}' is a link that leads nowhere. Mend it, or name another file." : null;
        }
        catch (UnauthorizedAccessException)
        {
            return Closed(shown);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Folder(string path) => $"'{path}' is a folder, and a file is wanted here. Name a file.";

    private static string Closed(string path) =>
        $"The folder '{FolderOf(path)}' may not be read or written by this user. Check its permissions, and who owns it.";

    private static string There(string full, string path) =>
        Directory.Exists(full) ? $"'{path}' is a folder, and a new file is wanted here. Choose another name."
        : $"'{path}' is there already. Choose another name, or take that file away first.";

    /// <summary>The path in what the framework says: it puts it into quotes, and makes it a whole one.</summary>
    private static string? Named(Exception fault)
    {
        if (fault is not (IOException or UnauthorizedAccessException))
        {
            return null;
        }

        // Of other faults of files the framework's message has one name; what these programs say themselves may have more, and stays.
        if (fault is not (FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
            && fault.Message.Count(c => c == Quote) != 2)
        {
            return null;
        }

        int from = fault.Message.IndexOf(Quote, StringComparison.Ordinal);
        int to = fault.Message.LastIndexOf(Quote);
        string path = from >= 0 && to > from ? fault.Message[(from + 1)..to] : "";
        return Path.IsPathFullyQualified(path) ? path : null;
    }

    private static string TryAsGiven(string full, IEnumerable<string> words)
    {
        try
        {
            return AsGiven(full, words);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // The folder in which the program was started is gone: then no word of the command line has a whole path.
            return full;
        }
    }

    private static string AsGiven(string full, IEnumerable<string> words)
    {
        foreach (string word in words.Select(w => w.StartsWith("emulator:", StringComparison.Ordinal) ? w["emulator:".Length..] : w)
            .Where(w => w.Length > 0))
        {
            string whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(word));
            if (full == whole)
            {
                return word;
            }

            if (full.StartsWith(whole + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                return Path.Combine(word, full[(whole.Length + 1)..]);
            }
        }

        string here = Environment.CurrentDirectory + Path.DirectorySeparatorChar;
        return full.StartsWith(here, StringComparison.Ordinal) ? full[here.Length..] : full;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".";
}
