namespace HierCash.Terminals;

/// <summary>
/// A party's folder: <c>ROLE.json</c> with its settings, <c>ROLE.db</c> with everything else, <c>ROLE.lock</c> held by the one process
/// that serves, <c>ROLE-settle.lock</c> by the one that settles. Short commands run beside that process; the database keeps them apart.
/// </summary>
public sealed class PartyFolder<TSettings> where TSettings : class
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web)
    {
        WriteIndented = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true,
    };

    private readonly string _path;
    private readonly string _role;

    private PartyFolder(string path, string role, TSettings settings) => (_path, _role, Settings) = (path, role, settings);

    public TSettings Settings { get; private set; }

    public string DatabasePath => Path.Combine(_path, _role + ".db");

    /// <summary>
    /// Makes the folder for a new party, its database, and last its settings. The folder is its owner's alone, also where it was there and
    /// empty (rule R20).
    /// </summary>
    /// <param name="schema">The tables of its database.</param>
    /// <exception cref="RefusedException">There is something in it already, or it is somebody else's.</exception>
    public static PartyFolder<TSettings> Create(string path, string role, TSettings settings, Schema schema)
    {
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new RefusedException(Outcome.AlreadyExists, $"'{path}' is there and not empty. Choose another folder with --dir.");
        }

        try
        {
            PrivateFile.MakeFolder(path);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new RefusedException(Outcome.StorageFailed, $"The folder '{path}' cannot be made, or closed to others. "
                + $"{FileFault.Say(e).TrimEnd('.')}. Choose another folder with --dir.");
        }

        var folder = new PartyFolder<TSettings>(path, role, settings);
        Database.CreateFile(folder.DatabasePath, schema).Dispose();
        folder.Save(settings);
        return folder;
    }

    /// <param name="wasUsed">For a command that only a party of before has use for: a new one is not offered.</param>
    /// <exception cref="RefusedException">The party is not there, others can read it, or its settings are damaged.</exception>
    public static PartyFolder<TSettings> Open(string path, string role, bool wasUsed = false)
    {
        string file = Path.Combine(path, role + ".json");
        if (!File.Exists(file))
        {
            if (File.Exists(Path.Combine(path, role + ".db")))
            {
                throw new RefusedException(Outcome.NotFound, $"The settings '{file}' are gone, and the {role}'s database is there. Put "
                    + $"back their newest copy; nothing was changed.");
            }

            if (FileFault.Hidden(file) is { } hidden)
            {
                throw new RefusedException(Outcome.StorageFailed, hidden);
            }

            throw wasUsed
                ? new RefusedException(Outcome.NotFound, $"There is no {role} in '{path}'. Name its folder with --dir.")
                : new RefusedException(Outcome.NotFound,
                    $"There is no {role} in '{path}'. Make one with 'hiercash-{role} init --dir {path}', or name its folder with --dir.");
        }

        string party = Path.Combine(path, role);
        if (PrivateFile.Fault(path, [file, party + ".db", party + ".db-wal", party + ".db-shm", party + ".lock", party
            + "-settle.lock"]) is { } fault)
        {
            throw new RefusedException(Outcome.NotPrivate, fault);
        }

        try
        {
            var settings = JsonSerializer.Deserialize<TSettings>(File.ReadAllText(file), Format);
            return settings is null ? throw new JsonException() : new PartyFolder<TSettings>(path, role, settings);
        }
        catch (JsonException)
        {
            throw new RefusedException(Outcome.Damaged, $"The settings in '{file}' are damaged. Restore the file; nothing was changed.");
        }
    }

    /// <summary>Replaces the settings, whole or not at all.</summary>
    public void Save(TSettings settings)
    {
        string file = Path.Combine(_path, _role + ".json");
        File.Delete(file + ".new");
        PrivateFile.Write(file + ".new", JsonSerializer.SerializeToUtf8Bytes(settings, Format));
        File.Move(file + ".new", file, overwrite: true);
        Settings = settings;
    }

    /// <summary>Held while a process serves the folder; gone with it, however it ends.</summary>
    /// <exception cref="RefusedException">Another process serves it.</exception>
    public IDisposable Lock() => TryLock(".lock")
        ?? throw new RefusedException(Outcome.InUse, $"Another process serves the {_role} in '{_path}'. Stop that one first.");

    /// <summary>Held while a process settles: that waits for the issuer, and whoever serves goes on beside it (rule R31).</summary>
    /// <returns>Null while another process settles.</returns>
    public IDisposable? TryLockSettling() => TryLock("-settle.lock");

    /// <exception cref="RefusedException">Another process settles.</exception>
    public IDisposable LockSettling() =>
        TryLockSettling() ?? throw new RefusedException(Outcome.InUse,
            $"Another process settles the {_role} in '{_path}', and sends all that is queued. Wait until it is done.");

    private FileStream? TryLock(string ending)
    {
        string file = Path.Combine(_path, _role + ending);
        bool isThere = File.Exists(file);
        try
        {
            return isThere ? new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None) : PrivateFile.Create(file);
        }
        catch (IOException e) when (IsHeld(e) || (!isThere && File.Exists(file)))
        {
            return null;
        }
        catch (IOException e)
        {
            throw new RefusedException(Outcome.StorageFailed, $"Nothing can be written in '{_path}': "
                + $"{e.Message.Split(" : ")[0].Trim().TrimEnd('.')}. Nothing was done; mend the disk, then run this again.");
        }
    }

    /// <summary>
    /// EWOULDBLOCK of Linux and of the BSDs, and the sharing violation of Windows: any other fault is the disk's, and no other process is
    /// to blame.
    /// </summary>
    private static bool IsHeld(IOException fault) => fault.HResult is 11 or 35 or unchecked((int)0x80070020);
}
