using System.Security.Cryptography;
using HierCash.Protocol.Cash;
using HierCash.Terminals;
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
    private readonly SqliteConnection _connection;

    private Books(string name, SqliteConnection connection)
    {
        Name = name;
        _connection = connection;
    }

    public string Name { get; }

    /// <exception cref="InvalidOperationException">There is no such database.</exception>
    public static Books Open(string name, string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidOperationException($"There is no database '{path}'.");
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        var books = new Books(name, connection);

        // One state of the books, though their party goes on writing.
        books.Rows("BEGIN", _ => 0);
        return books;
    }

    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> map, params ReadOnlySpan<object> parameters)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < parameters.Length; i++)
        {
            command.Parameters.AddWithValue($"?{i + 1}", parameters[i]);
        }

        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public long Number(string sql, params ReadOnlySpan<object> parameters) => Rows(sql, r => r.IsDBNull(0) ? 0 : r.GetInt64(0), parameters).FirstOrDefault();

    public Finding Finds(string table, object row, string what) => new(Name, table, row is byte[] bytes ? Short(bytes) : row.ToString() ?? "", what);

    public static string Short(byte[] id) => Convert.ToHexStringLower(id.AsSpan(0, Math.Min(8, id.Length)));

    public void Dispose() => _connection.Dispose();
}

/// <summary>
/// What an earlier audit saw of rows that never change: their digests. Signatures of rows that were seen are not verified again; a row that
/// changed or is gone is found all the same.
/// </summary>
public sealed class Seen
{
    private readonly Database? _store;
    private readonly Dictionary<(string Table, long Row), byte[]> _known = [];
    private readonly List<(string Table, long Row, byte[] Digest)> _new = [];

    /// <summary>Nothing was seen and nothing is kept.</summary>
    public Seen()
    {
    }

    public Seen(Database store)
    {
        _store = store;
        foreach (var (table, row, digest) in store.Read(db => db.Query("SELECT name, row, digest FROM seen", r => (r.GetString(0), r.GetInt64(1), r.Bytes(2)))))
        {
            _known.Add((table, row), digest);
        }
    }

    public static string Schema => "CREATE TABLE seen(name TEXT NOT NULL, row INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY(name, row)) STRICT;";

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
    public void Keep() => _store?.Write(db =>
    {
        foreach (var (table, row, digest) in _new)
        {
            db.Execute("INSERT OR REPLACE INTO seen(name, row, digest) VALUES(?1, ?2, ?3)", table, row, digest);
        }

        return true;
    });
}

/// <summary>What the auditor knows of the scheme: the root key and the certificates in the books, each verified under it.</summary>
public sealed class TrustedKeys(Protocol.Suite.ICashSuite suite, Protocol.Suite.PublicKey root)
{
    private readonly List<KeyCertificate> _certificates = [];

    public Protocol.Suite.ICashSuite Suite => suite;

    public Protocol.Suite.PublicKey Root => root;

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

    public IEnumerable<Protocol.Suite.PublicKey> Of(KeyUsage usage) => _certificates.Where(c => c.Usage == usage).Select(c => c.Key);

    public bool IsStatement(Func<Protocol.Suite.PublicKey, bool> verify) => Of(KeyUsage.IssuerStatement).Any(verify);
}
