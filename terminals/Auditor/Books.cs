using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace HierCash.Auditor;

/// <summary>A broken invariant, and the row that breaks it.</summary>
/// <param name="Books">Whose.</param>
/// <param name="Row">Of that table, as its key; empty where a sum is wrong and no row alone.</param>
public sealed record Finding(string Books, string Table, string Row, string What)
{
    public override string ToString() => $"{Books}: {Table}{(Row.Length > 0 ? " " + Row : "")}: {What}";
}

/// <summary>A party's database, opened for reading alone.</summary>
public sealed class Books : IDisposable
{
    private const int Corrupt = 11;
    private const int NotADatabase = 26;
    private const int Busy = 5;
    private const int Locked = 6;
    private readonly BooksFile _file;
    private SqliteConnection _connection;

    /// <summary>Sees what is committed while the other connection holds its snapshot.</summary>
    private SqliteConnection _witness;
    private long _state;

    private Books(string name, string path)
    {
        Name = name;
        _file = new BooksFile(path);
        try
        {
            (_connection, _witness) = Connect();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    private (SqliteConnection Reader, SqliteConnection Witness) Connect()
    {
        _state = _file.State;
        string source = new SqliteConnectionStringBuilder { DataSource = _file.Source, Mode = SqliteOpenMode.ReadOnly,
            Pooling = false }.ToString();
        var reader = new SqliteConnection(source);
        var witness = new SqliteConnection(source);
        reader.Open();
        witness.Open();
        return (reader, witness);
    }

    public string Name { get; }

    /// <exception cref="BooksException">There is no such database, it may not be read, or it is of another version.</exception>
    public static Books Open(string name, string path)
    {
        try
        {
            return File.Exists(path) ? new Books(name, path)
                : throw new BooksException(new Refused(Outcome.NotFound, $"There is no database '{path}'."));
        }
        catch (SqliteException e)
        {
            throw new BooksException(new Refused(Outcome.StorageFailed,
                $"The database '{path}' cannot be opened. SQLite says: {e.Message}"));
        }
    }

    /// <summary>Why the tables cannot be what this auditor knows; null if they can. Asked once the file itself is sound.</summary>
    public string? Foreign => Number("PRAGMA user_version") is var version && version is >= Schema.Oldest and < Schema.Version
        ? $"The database has schema {version}, of an older version. Have its party's program open it, or a copy of it in a folder like the "
            + "party's own: that carries it over. Then audit that."
        : Database.Foreign(version);

    /// <summary>True if there is such a table: whose database it is, its tables say.</summary>
    public bool Has(string table) => Number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = $1", table) == 1;

    /// <summary>
    /// What is wrong with the file itself, before anything in it is believed (PRAGMA integrity_check); null if nothing is.
    /// </summary>
    public Finding? Damage()
    {
        try
        {
            string said = Rows("PRAGMA integrity_check(1)", r => r.GetString(0)).FirstOrDefault("nothing");
            return said == "ok" ? null : Damaged(said);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Busy or Locked)
        {
            throw new BooksException(new Refused(Outcome.InUse,
                $"The database of {Name} is locked by somebody. Try again, or audit a copy."));
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase)
        {
            return Damaged(e.Message);
        }
        catch (SqliteException e)
        {
            // Nothing is said of the party: a full disk, a folder that is in the way.
            throw new BooksException(new Refused(Outcome.StorageFailed, $"The database of {Name} cannot be read, so nothing is found "
                + $"out of it. Check its folder and its permissions, or audit a copy. SQLite says: {e.Message.TrimEnd('.')}."));
        }
    }

    /// <summary>A number that changes with every commit of somebody else.</summary>
    public long Version => _file.IsShared ? Query(_witness, "PRAGMA data_version", r => r.GetInt64(0)).Single() : _file.State;

    /// <summary>Somebody began to write what was at rest, while it was read: then nothing that was read counts.</summary>
    public bool HasMoved => _file.IsAtRest && _file.State != _state;

    /// <summary>From here to <see cref="Release"/> one state of the books, though their party goes on writing.</summary>
    public void Pin()
    {
        if (!_file.IsShared && _file.State != _state)
        {
            _connection.Dispose();
            _witness.Dispose();
            _file.Look();
            (_connection, _witness) = Connect();
        }

        Rows("BEGIN", _ => 0);

        // BEGIN alone takes no snapshot: the first row read does.
        Rows("SELECT count(*) FROM sqlite_schema", r => r.GetInt64(0));
    }

    public void Release() => Rows("ROLLBACK", _ => 0);

    private Finding Damaged(string said) => new(Name, "database", "",
            $"the file is damaged, so nothing in it can be believed. Take a good copy. SQLite says: {said.ReplaceLineEndings(" ")}");

    public List<T> Rows<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object> parameters) =>
        Query(_connection, sql, map, parameters);

    private static List<T> Query<T>(
        SqliteConnection connection, string sql, Func<DbDataReader, T> map, params ReadOnlySpan<object> parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters.AddWithValue($"${i + 1}", parameters[i]);
        }

        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    /// <summary>Reads nothing before it is enumerated: what cannot be read is a finding among the others.</summary>
    public static IEnumerable<Finding> Later(Func<IEnumerable<Finding>> findings)
    {
        foreach (var finding in findings())
        {
            yield return finding;
        }
    }

    /// <summary>Reads rows when it is enumerated, and says what is wrong with each.</summary>
    public IEnumerable<Finding> Check<T>(string sql, Func<DbDataReader, T> map, Func<T, Finding?> look, params object[] parameters) =>
        Later(() => Rows(sql, map, parameters).Select(look).OfType<Finding>());

    /// <summary>The same where more than one thing may be wrong with a row.</summary>
    public IEnumerable<Finding> CheckAll<T>(string sql, Func<DbDataReader, T> map, Func<T, Finding?[]> look, params object[] parameters) =>
        Later(() => Rows(sql, map, parameters).SelectMany(look).OfType<Finding>());

    public long Number(string sql, params ReadOnlySpan<object> parameters) =>
        Rows(sql, r => r.IsDBNull(0) ? 0 : r.GetInt64(0), parameters).FirstOrDefault();

    public Finding Finds(string table, object row, string what) =>
        new(Name, table, row is byte[] bytes ? Short(bytes) : row.ToString() ?? "", what);

    public static string Short(byte[] id) => Convert.ToHexStringLower(id.AsSpan(0, Math.Min(8, id.Length)));

    public void Dispose()
    {
        _connection.Dispose();
        _witness.Dispose();
        _file.Dispose();
    }
}

/// <summary>Columns, and what is compared with them.</summary>
internal static class Columns
{
    public static byte[] Blob(this DbDataReader r, int column) => r.IsDBNull(column) ? [] : r.GetFieldValue<byte[]>(column);

    public static byte[]? BlobOrNull(this DbDataReader r, int column) => r.IsDBNull(column) ? null : r.Blob(column);

    /// <summary>Bytes that are looked up.</summary>
    public static string Hex(this DbDataReader r, int column) => Convert.ToHexString(r.Blob(column));

    public static bool Flag(this DbDataReader r, int column) => r.GetInt64(column) == 1;

    public static bool Is(this Digest value, byte[] column) => value.ToArray().AsSpan().SequenceEqual(column);

    public static bool Is(this Id16 value, byte[] column) => value.ToArray().AsSpan().SequenceEqual(column);
}

/// <summary>
/// What an earlier audit saw of rows that never change: their digests. Signatures of rows that were seen are not verified again; a row that
/// changed or is gone is found all the same.
/// </summary>
/// <param name="store">Null: nothing was seen, and nothing is kept.</param>
public sealed class VerifiedRows(Database? store = null)
{
    private readonly Dictionary<(string Table, long Row), byte[]> _known = store?.Read(db => db.Query(
        "SELECT name, row, digest FROM seen", r => (Key: (r.GetString(0), r.GetInt64(1)), Digest: r.Bytes(2))))
        .ToDictionary(s => s.Key, s => s.Digest) ?? [];

    private readonly List<(string Table, long Row, byte[] Digest)> _new = [];

    public static Schema Schema { get; } =
        Terminals.Store.Schema.Of(
            "CREATE TABLE seen(name TEXT NOT NULL, row INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY(name, row)) STRICT;");

    /// <summary>Rows whose signatures were verified in this run.</summary>
    public int Verified { get; private set; }

    /// <summary>Rows that an earlier run saw, of that table.</summary>
    public IEnumerable<long> Rows(string table) => _known.Keys.Where(k => k.Table == table).Select(k => k.Row);

    /// <summary>Null for a row that is new and has to be verified; else whether it is what it was.</summary>
    public bool? Check(string table, long row, params ReadOnlySpan<byte[]> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in content)
        {
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(part);
        }

        var digest = hash.GetHashAndReset();
        if (_known.TryGetValue((table, row), out var before))
        {
            return before.AsSpan().SequenceEqual(digest);
        }

        Verified++;
        _new.Add((table, row, digest));
        return null;
    }

    /// <summary>Remembers what was verified; only of books in which nothing is wrong.</summary>
    public void Keep() => store?.Write(db =>
    {
        foreach (var (table, row, digest) in _new)
        {
            db.Execute("INSERT OR REPLACE INTO seen(name, row, digest) VALUES($1, $2, $3)", table, row, digest);
        }

        return true;
    });
}

/// <summary>What the auditor knows of the scheme: the root key and the certificates in the books, each verified under it.</summary>
public sealed class TrustedKeys(ICashSuite suite, PublicKey root)
{
    private readonly List<KeyCertificate> _certificates = [];

    public ICashSuite Suite => suite;

    public PublicKey Root => root;

    public bool Add(KeyCertificate certificate)
    {
        bool good = certificate.Verify(suite, root);
        if (good)
        {
            _certificates.Add(certificate);
        }

        return good;
    }

    public IEnumerable<PartyId> Issuers => _certificates.Where(c => c.Usage == KeyUsage.IssuerCoin).Select(c => c.Holder).Distinct();

    public IEnumerable<PublicKey> Of(KeyUsage usage) => _certificates.Where(c => c.Usage == usage).Select(c => c.Key);

    public bool IsStatement(Func<PublicKey, bool> verify) => Of(KeyUsage.IssuerStatement).Any(verify);
}
