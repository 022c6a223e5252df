using System.Text;
using Microsoft.Data.Sqlite;

namespace HierCash.Terminals.Store;

/// <summary>A database that cannot be what its party left: lost, damaged, or another's (rule R23). The message says what to do.</summary>
public sealed class DatabaseException(string message, Exception? inner = null) : UnusableFileException(message, inner);

/// <summary>The store as a file: made once, for its owner alone, and never anew for one that is lost (rules R20, R23).</summary>
public sealed partial class Database
{
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    /// <summary>How long anybody waits for another program's lock, in seconds.</summary>
    private const int Patience = 5;

    private const string Settings = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 1000";
    private static int _made;

    /// <summary>Makes a new file with its tables, whole or not at all. Only the beginning of a party, or of records, calls this.</summary>
    /// <exception cref="DatabaseException">There is a file of that name.</exception>
    public static Database CreateFile(string path, Schema schema) =>
        TryMake(path, schema) ? OpenFile(path, schema)
            : throw new DatabaseException($"There is a database '{path}' already. It was left as it is.");

    /// <summary>The same, where somebody else may have made it meanwhile: two wallets of one folder begin at once.</summary>
    public static Database OpenOrCreateFile(string path, Schema schema)
    {
        if (!File.Exists(path))
        {
            TryMake(path, schema);
        }

        return OpenFile(path, schema);
    }

    /// <summary>
    /// Opens a file that is there, if it is sound (PRAGMA quick_check, which reads every page once) and has the tables of this schema and
    /// no others. What an older version wrote is carried over, in one transaction, while no other program has it open.
    /// </summary>
    /// <exception cref="DatabaseException">It is lost, damaged, another's, or cannot be carried over now; nothing was changed.</exception>
    /// <exception cref="UnusableFileException">It is of another version.</exception>
    public static Database OpenFile(string path, Schema schema)
    {
        if (!File.Exists(path))
        {
            throw new DatabaseException($"The database '{path}' is gone. No new one is made in its place, because what it knew of money "
                + $"would be forgotten. Put back its newest good copy.");
        }

        SqliteConnection? connection = null;
        try
        {
            // Before anything is read: the log that SQLite makes beside a file has its mode, and would be in the way when that is mended.
            if (FileFault.ReadOnly(path, path + "-wal", path + "-shm") is { } readOnly)
            {
                throw new FileStorageException(readOnly);
            }

            connection = Connect(path, SqliteOpenMode.ReadWrite);
            Run(connection, Settings);
            var store = new Database(connection, Path.GetFullPath(path));
            if (store.RequireIntact(path, schema) == Schema.Version)
            {
                // Only now: it writes into the file, also into one that is nobody's.
                Run(connection, "PRAGMA journal_mode = WAL");
                return store;
            }

            store.Dispose();
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase)
        {
            connection?.Dispose();
            throw Damaged(path, e.Message, e);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }

        CarryOver(path, schema);
        return OpenFile(path, schema);
    }

    /// <summary>One program at a time, and only where no other has the file open: it would go on in tables that changed.</summary>
    private static void CarryOver(string path, Schema schema)
    {
        using var turn = new Mutex(false,
            $@"Global\hiercash-{Digest.Of(Encoding.UTF8.GetBytes(Path.GetFullPath(LinkedFile.Resolve(path))))}");
        if (!HasTurn(turn))
        {
            throw new FileInUseException($"Another program is carrying the database '{path}' over to this version. Wait until it has, "
                + $"and run this again.");
        }

        try
        {
            using var connection = Connect(path, SqliteOpenMode.ReadWrite);
            Run(connection, Settings);
            using var store = new Database(connection);
            if (store.Number("PRAGMA user_version") < Schema.Version)
            {
                Run(connection, "PRAGMA journal_mode = DELETE");
                Run(connection, "PRAGMA journal_mode = WAL");
                schema.Upgrade(connection);

                // A party has no script of some numbers: the last one is written in any case.
                Run(connection, $"PRAGMA user_version = {Schema.Version}");
            }
        }
        catch (SqliteException e) when (StoreFault.IsLocked(e))
        {
            throw new FileInUseException($"The database '{path}' is of an older version, and another program has it open. Nothing was "
                + $"carried over. Stop every other program of this party, and run this again.", e);
        }
        catch (SqliteException e) when (StoreFault.Of(e) is { } fault)
        {
            throw new FileStorageException($"The database '{path}' is of an older version, and was not carried over: {fault.Reason}. "
                + $"Run this again when {fault.EndsWhen}.", e);
        }
        finally
        {
            turn.ReleaseMutex();
        }
    }

    /// <summary>True also where whoever had it was killed: the next one begins anew.</summary>
    private static bool HasTurn(Mutex turn)
    {
        try
        {
            return turn.WaitOne(TimeSpan.FromSeconds(Patience));
        }
        catch (AbandonedMutexException)
        {
            return true;
        }
    }

    /// <summary>What is wrong with the file (PRAGMA integrity_check, references), a sentence each. Reads all of it: for audits.</summary>
    public IReadOnlyList<string> Damages()
    {
        try
        {
            return Read(db => db.Query("PRAGMA integrity_check(20)", r => r.GetString(0)).Where(s => s != "ok")
                .Select(s => $"database: the file is damaged. SQLite says: {s}")
                .Concat(db.Query("PRAGMA foreign_key_check", r =>
                    $"database: a row of {r.GetString(0)} refers to a row of {r.GetString(2)} that is not there"))
                .Select(s => s.ReplaceLineEndings(" ")).ToList());
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase)
        {
            return [$"database: the file is damaged. SQLite says: {e.Message}"];
        }
    }

    /// <returns>The number of its schema.</returns>
    private long RequireIntact(string path, Schema schema)
    {
        // On one snapshot: another program may be carrying it over.
        var (version, tables) = Read(db => (db.Number("PRAGMA user_version"), Tables(db)));
        if (version == 0)
        {
            throw new DatabaseException(
                $"The database '{path}' is empty, or was never one of these programs'. Put back the newest good copy of the right one.");
        }

        if (Foreign(version) is { } why)
        {
            throw new UnusableFileException(why);
        }

        using var model = OpenMemory(schema, (int)version);
        if (!tables.SequenceEqual(Tables(model)))
        {
            throw new DatabaseException($"The database '{path}' does not have the tables that belong there: it is that of another kind of "
                + $"party. Put back the right one.");
        }

        string said = Query("PRAGMA quick_check(1)", r => r.GetString(0)).FirstOrDefault("nothing");
        if (said != "ok")
        {
            throw Damaged(path, said, null);
        }

        return version;
    }

    /// <summary>Another connection to the same file after its disk failed; a copy put there meanwhile is another one (rule R27).</summary>
    /// <exception cref="DatabaseException">It is another file.</exception>
    private void Reopen(string path)
    {
        if (!IsStillOpen(path))
        {
            throw new DatabaseException($"The database '{path}' was moved or replaced while this program had it open. Stop the program, "
                + $"see which file is the right one, and start it again.");
        }

        var connection = Connect(path, SqliteOpenMode.ReadWrite);
        try
        {
            Run(connection, Settings);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _commands.Clear();
        _connection.Dispose();
        _connection = connection;
    }

    /// <summary>By the open files that Linux shows: a replaced one ends in "(deleted)". Elsewhere it counts as the same.</summary>
    private static bool IsStillOpen(string path)
    {
        const string Open = "/proc/self/fd";
        string name = Path.GetFileName(LinkedFile.Resolve(path));
        return !Directory.Exists(Open) || Directory.EnumerateFileSystemEntries(Open)
            .Any(f => Path.GetFileName(new FileInfo(f).LinkTarget) == name);
    }

    private static List<string> Tables(IReadSnapshot db) =>
        db.Query("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1", r =>
            r.GetString(0));

    private static DatabaseException Damaged(string path, string said, Exception? inner) => new DatabaseException(
        $"The database '{path}' is damaged, and nothing in it can be believed. Remove '{path}-wal' and '{path}-shm' with it, and put back "
            + $"its newest good copy. SQLite says: {said.ReplaceLineEndings(" ")}",
        inner);

    /// <summary>Under another name first: nobody ever finds a file without its tables.</summary>
    /// <returns>False where there is a file of that name.</returns>
    private static bool TryMake(string path, Schema schema)
    {
        string making = $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref _made)}.new";
        PrivateFile.Create(making).Dispose();
        try
        {
            using (var store = new Database(Connect(making, SqliteOpenMode.ReadWrite)))
            {
                store.Write(db => db.Execute(
                    $"{string.Concat(schema.UpTo(Schema.Version))}; PRAGMA user_version = {Schema.Version}"));

                // Here, where it has no other name yet: several who ask for the log at once may find another's journal gone.
                Run(store._connection, "PRAGMA journal_mode = WAL");
            }

            File.Move(making, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(making);
        }
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = Patience }.ToString());
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
