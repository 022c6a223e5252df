using System.Runtime.Versioning;

#if HIERCASH_CARD_RUNTIME
namespace HierCash.Card.Runtime;
#else
namespace HierCash;
#endif

/// <summary>
/// Files that hold secrets: 0600 from the moment they are made, whatever the umask, in a folder of 0700 (rule R20). On Windows there are no
/// such modes: nothing is set and nothing is asked; the folder's access list is its owner's business.
/// </summary>
static partial class PrivateFile
{
    private const UnixFileMode FileOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderOnly = FileOnly | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes a file that is not there yet, empty, readable and writable by its owner alone.</summary>
    /// <exception cref="IOException">It is there, or cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder lets nobody make files.</exception>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None,
            BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileOnly;
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new IOException($"There is no folder for the file '{path}'. Check the path.", e);
        }
    }

    /// <summary>
    /// Writes a whole file that is not there yet, under a name that somebody typed: a slip must not cost them another file.
    /// </summary>
    /// <exception cref="IOException">It is there, or cannot be written; the message says what to do. Nothing of it stays then.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void WriteOnce(string path, ReadOnlySpan<byte> content)
    {
        var copy = content.ToArray();
        WriteOnce(path, file => file.Write(copy));
    }

    /// <summary>The same, of whatever is written into it.</summary>
    /// <exception cref="IOException">It is there, or cannot be written; the message says what to do. Nothing of it stays then.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void WriteOnce(string path, Action<Stream> write)
    {
        if (File.Exists(path))
        {
            throw new IOException($"'{path}' is there already. Choose another name, or take that file away first.");
        }

        bool isMade = !File.Exists(path);
        using var file = isMade ? Create(path) : Existing(path);
        try
        {
            write(file);
            file.Flush(flushToDisk: file.CanSeek);
        }
        catch
        {
            // On a full disk: half a letter, or an empty one, would be in the way of the call that is repeated.
            if (isMade)
            {
                File.Delete(path);
            }

            throw;
        }
    }

    /// <summary>
    /// Writes a whole file for its owner alone, in the place of one of that name; one that others can read is left as it is.
    /// </summary>
    /// <exception cref="IOException">It cannot be written, or others can read it; the message says what to do.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = File.Exists(path) ? Existing(path) : Create(path);
        file.Write(content);
        file.Flush(flushToDisk: file.CanSeek);
    }

    /// <summary>Makes a folder for its owner alone, or closes one to others that is there and empty.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It is somebody else's.</exception>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, FolderOnly);
        }
        else if (!Directory.EnumerateFileSystemEntries(path).Any())
        {
            File.SetUnixFileMode(path, FolderOnly);
        }
    }

    /// <summary>Which of these others on the machine can read or write, and what shuts them out; null if none.</summary>
    /// <param name="folder">Where the files lie.</param>
    /// <param name="files">Those of them that are not there are left out.</param>
    /// <returns>A whole sentence or two.</returns>
    public static string? Fault(string folder, ReadOnlySpan<string> files)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var mend = new List<string>();
        string? open = null;
        if (IsOpen(folder))
        {
            open = folder;
            mend.Add($"chmod 700 '{folder}'");
        }

        foreach (string file in files)
        {
            if (File.Exists(file) && IsOpen(file))
            {
                open ??= file;
                mend.Add($"chmod 600 '{file}'");
            }
        }

        return open is null ? null
            : $"Other users of this machine can get at '{open}', and secrets lie there. Shut them out first: {string.Join(" && ", mend)}. "
                + $"What they may have copied, they have.";
    }

    /// <summary>The same of a file alone, which somebody carried to where it lies.</summary>
    public static string? Fault(string file) => OperatingSystem.IsWindows() || !IsOpen(file) ? null
        : $"Other users of this machine can get at '{file}', and it holds a secret. Shut them out first: chmod 600 '{file}'. "
            + "On a stick where that changes nothing, copy it to a folder of your own, and name the copy. What they may have copied, "
            + "they have.";

    [UnsupportedOSPlatform("windows")]
    private static bool IsOpen(string path)
    {
        // Of a link this is the mode of what it leads to.
        return (File.GetUnixFileMode(path) & Others) != 0;
    }

    private static FileStream Existing(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None);
        if (!OperatingSystem.IsWindows())
        {
            // Of what is open, and not of a name that may lead elsewhere a moment later.
            if ((File.GetUnixFileMode(file.SafeFileHandle) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0)
            {
                file.Dispose();
                throw new IOException(
                    $"'{path}' is there, and other users of this machine can read it. Remove it, or choose another name.");
            }
        }

        if (file.CanSeek)
        {
            file.SetLength(0);
        }

        return file;
    }
}
