namespace HierCash.Auditor;

/// <summary>
/// A party's database as a file that is only read, and beside which nothing is left. Where a party has it open, SQLite shares its log.
/// Where nobody has, SQLite is told that it does not change, for else it makes a log beside it, or cannot where the folder may only be
/// read; whether it did change is looked at. A copy with a log, which SQLite could read only by writing beside it, is copied once more,
/// into a folder of this user's alone that is gone with this object.
/// </summary>
internal sealed class BooksFile : IDisposable
{
    private const int Tries = 20;
    private readonly string _path;
    private string? _copies;

    public BooksFile(string path)
    {
        // A log lies beside what a link leads to.
        _path = LinkedFile.Resolve(path);
        AppDomain.CurrentDomain.ProcessExit += Leave;
        try
        {
            Look();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>SQLite shares the log with the party that has it open, and holds a snapshot.</summary>
    public bool IsShared { get; private set; }

    /// <summary>It is read where it lies, and nobody is kept from writing it meanwhile.</summary>
    public bool IsAtRest { get; private set; }

    /// <summary>What to connect to.</summary>
    public string Source { get; private set; } = "";

    /// <summary>A number that changes with what the files hold, as far as their sizes and times tell.</summary>
    public long State
    {
        get
        {
            var state = default(HashCode);
            foreach (var file in new[] { new FileInfo(_path), new FileInfo(Log) })
            {
                state.Add(file.Exists ? file.Length : -1);
                state.Add(file.Exists ? file.LastWriteTimeUtc.Ticks : 0);
            }

            return state.ToHashCode();
        }
    }

    private string Log => _path + "-wal";

    private string Index => _path + "-shm";

    /// <summary>Finds again how it is to be read.</summary>
    public void Look()
    {
        Forget();
        IsAtRest = !File.Exists(Log);
        IsShared = !IsAtRest && File.Exists(Index) && FileFault.ReadOnly(Index) is null;
        Source = IsShared ? _path : IsAtRest
            ? $"file:{Uri.EscapeDataString(Path.GetFullPath(_path)).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1" : Copy();
    }

    /// <exception cref="BooksException">The party writes all the time.</exception>
    private string Copy()
    {
        _copies = Directory.CreateTempSubdirectory("hiercash-audit-").FullName;
        string copy = Path.Combine(_copies, "books.db");
        for (int i = 0; i < Tries; i++)
        {
            long before = State;
            foreach (var (from, to) in new[] { (_path, copy), (Log, copy + "-wal") })
            {
                File.Delete(to);
                using var target = PrivateFile.Create(to);
                using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                source.CopyTo(target);
            }

            if (State == before)
            {
                return copy;
            }
        }

        throw BooksException.InMotion(
            $"'{_path}' changed each of {Tries} times it was to be copied. Run it again when less is going on, or audit copies.");
    }

    private void Forget()
    {
        if (_copies is not null)
        {
            Directory.Delete(_copies, recursive: true);
            _copies = null;
        }
    }

    /// <summary>Also of a run that is told to stop: parties' secret keys are in the copies.</summary>
    private void Leave(object? sender, EventArgs e) => Forget();

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Leave;
        Forget();
    }
}
