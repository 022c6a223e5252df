using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace HierCash.Terminals.Store;

/// <summary>A party's embedded store: SQLite, one writer. Acknowledges only after commit (WAL, synchronous=FULL).</summary>
public sealed partial class Database : IWriteTransaction, IDisposable
{
    /// <summary>SQLITE_ERROR: of a ROLLBACK, that there is nothing to roll back.</summary>
    private const int NoTransaction = 1;
    private const string Begin = "BEGIN IMMEDIATE";
    private const string Commit = "COMMIT";
    private const int MostMadeOutside = 4;

    /// <summary>What <see cref="Faults"/> call this store.</summary>
    public const string FaultName = "database";

    /// <summary>After a lock has outlasted <see cref="Patience"/> nobody waits so long: who asks meanwhile hears at once.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    private readonly string? _path;
    private SqliteConnection _connection;

    /// <summary>A transaction of this connection is under way.</summary>
    private bool _isOpen;

    /// <summary>A disk failed under this connection: before anything else it is opened anew.</summary>
    private bool _isSuspect;

    /// <summary>The lock that somebody else held too long, and when that was seen (<see cref="Stopwatch"/>).</summary>
    private (int Code, string Said, long Seen)? _locked;

    private Database(SqliteConnection connection, string? path = null)
    {
        (_connection, _path) = (connection, path);
    }

    /// <summary>Told what fails here, and when it works again; null where nobody asks for it.</summary>
    public Faults? Faults { get; set; }

    /// <summary>Why a database of that version cannot be read by this program; null if it can.</summary>
    public static string? Foreign(long version) => version switch
    {
        >= Schema.Oldest and <= Schema.Version => null,
        < Schema.Oldest => $"The database has schema {version}, from before the first release, and cannot be taken over. Make the party "
            + $"anew in another folder.",
        _ => $"The database has schema {version}, which this version does not know. Use a newer version.",
    };

    /// <summary>A store that is gone with this object; for tests and simulations.</summary>
    public static Database OpenMemory(Schema schema) => OpenMemory(schema, Schema.Version);

    private static Database OpenMemory(Schema schema, int version)
    {
        // Not SqliteOpenMode.Memory: SQLite would take it for the file of an export as well.
        var store = new Database(Connect(":memory:", SqliteOpenMode.ReadWriteCreate));
        schema.Fill(store._connection, version);
        return store;
    }

    /// <summary>Runs in one transaction: all of it is durable when this returns, none of it when this throws.</summary>
    /// <param name="keeps">False of a result undoes all of it, too.</param>
    /// <exception cref="InvalidOperationException">Called from within another Write or a Read.</exception>
    public T Write<T>(Func<IWriteTransaction, T> work, Predicate<T>? keeps = null)
    {
        lock (_gate)
        {
            // What is read cannot become a transaction once somebody else wrote, and a transaction has no second one within.
            RequireNone();
            return Transact(Begin, Commit, work, keeps);
        }
    }

    /// <summary>The same, of what gives nothing.</summary>
    public void Write(Action<IWriteTransaction> work) => Write(db =>
    {
        work(db);
        return true;
    });

    /// <summary>Runs on one snapshot, and writes nothing. Within a Write or another Read it sees what that sees.</summary>
    public T Read<T>(Func<IReadSnapshot, T> work)
    {
        lock (_gate)
        {
            return _isOpen ? work(this) : Transact("BEGIN", "ROLLBACK", work);
        }
    }

    /// <summary>
    /// For what takes long, such as a signature: it is made of a snapshot, outside of any transaction, and nobody waits for it. What is to
    /// be written sees first whether the books still say what it was made of; where they do not, all of it begins anew. Whoever changes the
    /// books all the time stops nothing: the last time it is made inside the transaction.
    /// </summary>
    /// <param name="look">What it is made of.</param>
    /// <param name="make">Gives what writes: false, and nothing is written, where the books have changed. Null: nothing is to be.</param>
    /// <returns>False where there was nothing to write.</returns>
    public bool WriteMade<T>(Func<IReadSnapshot, T> look, Func<T, Func<IWriteTransaction, bool>?> make, CancellationToken cancel)
    {
        for (int tries = 0; tries < MostMadeOutside; tries++)
        {
            cancel.ThrowIfCancellationRequested();
            if (make(Read(look)) is not { } write)
            {
                return false;
            }

            if (Write(write, isWritten => isWritten))
            {
                return true;
            }
        }

        return Write(db => make(look(db)) is { } write && write(db), isWritten => isWritten);
    }

    private T Transact<T>(string begin, string end, Func<Database, T> work, Predicate<T>? keeps = null)
    {
        try
        {
            RequireUsable(begin);
            var first = Command(begin);
            first.CommandTimeout = _locked is null ? Patience : 1;
            first.ExecuteNonQuery();
            _isOpen = true;
            var result = work(this);
            end = keeps?.Invoke(result) == false ? "ROLLBACK" : end;
            Command(end).ExecuteNonQuery();
            if (end == Commit)
            {
                _locked = null;
                Faults?.Clear(FaultName);
            }

            return result;
        }
        catch (Exception e)
        {
            if (_isOpen)
            {
                RollBack();
            }

            Note(e);
            throw;
        }
        finally
        {
            _isOpen = false;
        }
    }

    private void RollBack()
    {
        try
        {
            Command("ROLLBACK").ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            // SQLite may have rolled back by itself. The first fault is what the caller hears; where it did not, the next opens anew.
            _isSuspect |= e.SqliteErrorCode != NoTransaction;
        }
    }

    /// <summary>The first error is the one that is kept and told (rule R28).</summary>
    private void Note(Exception fault)
    {
        if (fault is SqliteException e)
        {
            // A file that was opened while nothing could be written there stays as it was opened.
            _isSuspect |= e.SqliteErrorCode == StoreFault.ReadOnly || e.SqliteErrorCode is StoreFault.IoError or StoreFault.CannotOpen;
            if (StoreFault.IsLocked(e) && !IsResting)
            {
                _locked = (e.SqliteErrorCode, e.Message, Stopwatch.GetTimestamp());
            }
        }

        if (StoreFault.Of(fault) is { } why)
        {
            Faults?.Note(FaultName, why.Detail ?? why.Reason, why.EndsWhen);
        }
    }

    private bool IsResting => _locked is { } locked && Stopwatch.GetElapsedTime(locked.Seen) < Rest;

    /// <summary>Says at once what is known to be in the way, and opens a file anew under which the disk has failed.</summary>
    private void RequireUsable(string begin)
    {
        if (begin == Begin && IsResting)
        {
            throw new SqliteException(_locked!.Value.Said, _locked.Value.Code);
        }

        if (_isSuspect && _path is not null)
        {
            Reopen(_path);
            _isSuspect = false;
        }
    }

    /// <summary>A commit that changes nothing: whether this store takes anything again is known before somebody asks.</summary>
    public void Probe() => Write(db => db.Execute($"PRAGMA user_version = {db.Number("PRAGMA user_version")}"));

    private void RequireNone()
    {
        if (_isOpen)
        {
            throw new InvalidOperationException("This runs within a transaction of the same store, where it cannot.");
        }
    }

    public int Execute(string sql, params ReadOnlySpan<object?> parameters) => Prepare(sql, parameters).ExecuteNonQuery();

    public List<T> Query<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> parameters)
    {
        using var reader = Prepare(sql, parameters).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public T? First<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object?> parameters) where T : class
    {
        using var reader = Prepare(sql, parameters).ExecuteReader();
        return reader.Read() ? map(reader) : null;
    }

    public long Number(string sql, params ReadOnlySpan<object?> parameters) => Prepare(sql, parameters).ExecuteScalar() switch
    {
        long value => value,
        null => 0,
        var other => throw new InvalidDataException($"This is to be a 64-bit integer, and is {other.GetType().Name}: {sql}"),
    };

    /// <summary>Writes a copy of everything to a new file, as it is now.</summary>
    /// <exception cref="InvalidOperationException">Called from within a Write or a Read.</exception>
    public void Export(string path)
    {
        lock (_gate)
        {
            RequireNone();

            // SQLite takes an empty file as well, and this one is its owner's alone.
            PrivateFile.Create(path).Dispose();
            Execute("VACUUM INTO $1", path);
        }
    }

    /// <summary>Moves everything from the write-ahead log into the database file.</summary>
    /// <exception cref="InvalidOperationException">Called from within a Write or a Read.</exception>
    public void Checkpoint()
    {
        lock (_gate)
        {
            RequireNone();
            Query("PRAGMA wal_checkpoint(TRUNCATE)", _ => true);
        }
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<object?> parameters)
    {
        var command = Command(sql);
        while (command.Parameters.Count < parameters.Length)
        {
            command.Parameters.Add(new SqliteParameter($"${command.Parameters.Count + 1}", null));
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = Columns.Bound(parameters[i]);
        }

        return command;
    }

    private SqliteCommand Command(string sql)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _commands.Add(sql, command);
        }

        return command;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }
}
