namespace HierCash.Terminals;

/// <summary>
/// A log file that its owner alone can read. Where it gets larger than it may, it becomes FILE.1, what was that is gone, and a new one
/// begins: a log never fills a disk (rule R30). After a fault it is opened anew with the next line (rule R28).
/// </summary>
public sealed class RotatedFile : TextWriter
{
    private readonly string _path;
    private readonly long _most;
    private FileStream? _file;

    /// <param name="most">Bytes of one file; there are two at most.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public RotatedFile(string path, long most)
    {
        _path = Path.GetFullPath(path);
        _most = most;
        _file = Open();
    }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value) => Append(value ?? "");

    public override void WriteLine(string? value) => Append(value + "\n");

    private void Append(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            _file ??= Open();
            if (_file.Length > 0 && _file.Length + bytes.Length > _most)
            {
                _file.Dispose();
                _file = null;
                File.Move(_path, _path + ".1", overwrite: true);
                _file = Open();
            }

            _file.Write(bytes);
            _file.Flush();
        }
        catch
        {
            LetGo();
            throw;
        }
    }

    private FileStream Open() => File.Exists(_path)
        ? new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0)
        : PrivateFile.Create(_path);

    /// <summary>What cannot be closed after a fault is left to the system.</summary>
    private void LetGo()
    {
        try
        {
            _file?.Dispose();
        }
        catch (IOException)
        {
            // The first fault is the one that is told.
        }

        _file = null;
    }

    protected override void Dispose(bool disposing)
    {
        LetGo();
        base.Dispose(disposing);
    }
}
