using System.Text;
using HierCash.Bank;
using HierCash.Shop;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Stores;

/// <summary>Rule R23: a database that is lost, damaged or another's is an error, and never a new one.</summary>
[Parallelizable]
public sealed class LostDatabaseTests
{
    private const int PageSize = 4096;
    private static readonly Schema Schema = Terminals.Store.Schema.Of(
        "CREATE TABLE pair(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT; CREATE TABLE child(id INTEGER PRIMARY KEY, pair "
            + "INTEGER NOT NULL REFERENCES pair(id)) STRICT");

    private string _folder = null!;

    private string FilePath => Path.Combine(_folder, "bank.db");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;

    [TearDown]
    public void RemoveFolder()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test, Rule(23)]
    public void ALostOneIsNotMadeAnew()
    {
        Assert.That(() => Database.OpenFile(FilePath, Schema),
            Throws.TypeOf<DatabaseException>().With.Message.Contains("is gone. No new one is made in its place"));
        Assert.That(Directory.GetFiles(_folder), Is.Empty, "nothing was made");
        Database.CreateFile(FilePath, Schema).Dispose();
        Assert.That(() => Database.CreateFile(FilePath, Schema), Throws.TypeOf<DatabaseException>().With.Message.Contains("already"));
        Database.OpenFile(FilePath, Schema).Dispose();
        Assert.That(Directory.GetFiles(_folder).Select(Path.GetFileName), Is.EqualTo(new[] { "bank.db" }),
            "and nothing is left of the making");
    }

    public static IEnumerable<TestCaseData> Damages =>
    [
        new TestCaseData((Func<byte[], byte[]>)(_ => []), "is empty").SetArgDisplayNames("empty"),
        new TestCaseData((Func<byte[], byte[]>)(_ => Encoding.ASCII.GetBytes(new string('x', 9000))), "is damaged")
            .SetArgDisplayNames("garbage"),
        new TestCaseData((Func<byte[], byte[]>)(f => f[..(3 * PageSize)]), "is damaged").SetArgDisplayNames("cut short"),
        new TestCaseData((Func<byte[], byte[]>)(f => Zero(f, Pages(f, 0x0D).Last())), "is damaged").SetArgDisplayNames("a page of zeros"),
    ];

    [TestCaseSource(nameof(Damages)), Rule(23)]
    public void ADamagedOneIsRefusedAndLeftAsItIs(Func<byte[], byte[]> damage, string part)
    {
        var damaged = damage(Sound());
        File.WriteAllBytes(FilePath, damaged);
        Assert.That(() => Database.OpenFile(FilePath, Schema),
            Throws.TypeOf<DatabaseException>().With.Message.Contains(part).And.Message.Contains("ut back"));
        Assert.That(File.ReadAllBytes(FilePath), Is.EqualTo(damaged));
    }

    /// <summary>An index that does not agree with its table: reading every page once does not show it, an audit does.</summary>
    [Test, Rule(23)]
    public void AnAuditReadsTheIndexesToo()
    {
        var bytes = Sound();
        int name = bytes.AsSpan(Pages(bytes, 0x0A).Last(), PageSize).IndexOf("name "u8) + Pages(bytes, 0x0A).Last();
        bytes[name] = (byte)'N';
        File.WriteAllBytes(FilePath, bytes);
        using var store = Database.OpenFile(FilePath, Schema);
        Assert.That(store.Damages(), Has.Some.StartsWith("database: the file is damaged."));
    }

    [Test, Rule(23)]
    public void AnAuditFindsARowWhoseOtherIsGone()
    {
        Sound();
        using (var foreign = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = FilePath, Pooling = false, ForeignKeys = false }.ToString()))
        {
            foreign.Open();
            using var command = foreign.CreateCommand();
            command.CommandText = "DELETE FROM pair WHERE id = 7";
            Assert.That(command.ExecuteNonQuery(), Is.EqualTo(1));
        }

        using var store = Database.OpenFile(FilePath, Schema);
        Assert.That(store.Damages(), Is.EqualTo(new[] { "database: a row of child refers to a row of pair that is not there" }));
    }

    /// <summary>A till's file in the place of the bank's.</summary>
    [Test, Rule(23)]
    public void AnotherKindOfPartysIsRefused()
    {
        Database.CreateFile(FilePath, ShopTill.Schema).Dispose();
        Assert.That(() => Database.OpenFile(FilePath, BankParty.Schema),
            Throws.TypeOf<DatabaseException>().With.Message.Contains("another kind of party"));
        Database.OpenFile(FilePath, ShopTill.Schema).Dispose();
    }

    /// <summary>Two wallets of one folder, say: nobody finds a file without its tables.</summary>
    [Test, Rule(23)]
    public void TwoThatBeginAtOnceShareOne()
    {
        var stores = new Database[8];
        Parallel.For(0, stores.Length, i => stores[i] = Database.OpenOrCreateFile(FilePath, Schema));
        for (int i = 0; i < stores.Length; i++)
        {
            string name = $"n{i}";
            stores[i].Write(db => db.Execute("INSERT INTO pair(name) VALUES($1)", name));
        }

        Assert.That(stores.Select(s => s.Read(db => db.Number("SELECT count(*) FROM pair"))), Has.All.EqualTo(8));
        Array.ForEach(stores, s => s.Dispose());
    }

    /// <summary>The bytes of a sound file of some pages.</summary>
    private byte[] Sound()
    {
        using (var store = Database.CreateFile(FilePath, Schema))
        {
            store.Write(db =>
            {
                for (int i = 1; i <= 300; i++)
                {
                    db.Execute("INSERT INTO pair(id, name) VALUES($1, $2)", i, $"name {new string('n', 40)} {i}");
                }

                return db.Execute("INSERT INTO child(pair) VALUES(7)");
            });
            store.Checkpoint();
            Assert.That(store.Damages(), Is.Empty);
        }

        return File.ReadAllBytes(FilePath);
    }

    /// <summary>Where pages of that kind begin: 0D leaves of tables, 0A leaves of indexes.</summary>
    private static IEnumerable<int> Pages(byte[] file, byte kind) =>
        Enumerable.Range(1, (file.Length / PageSize) - 1).Select(p => p * PageSize).Where(p => file[p] == kind);

    private static byte[] Zero(byte[] file, int page)
    {
        file.AsSpan(page, PageSize).Clear();
        return file;
    }
}
