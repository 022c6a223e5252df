using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Stores;

/// <summary>Rule R28 at the store: what is told is what went wrong first, and it goes on when that is over.</summary>
[Parallelizable]
public sealed class StoreFaultTests
{
    private static readonly Schema Schema = Terminals.Store.Schema.Of("CREATE TABLE thing(id INTEGER PRIMARY KEY, what BLOB)");
    private string _folder = null!;

    [SetUp]
    public void Make() => _folder = Directory.CreateTempSubdirectory("hiercash-store-").FullName;

    [TearDown]
    public void End() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// SQLite has rolled back by itself, and a ROLLBACK then fails: "no transaction is active" explained nothing to anybody.
    /// </summary>
    [Test, Rule(28)]
    public void AFullDiskIsWhatIsTold()
    {
        using var store = Open();
        store.Write(db => db.Execute("INSERT INTO thing(what) VALUES(zeroblob(10))"));
        store.Read(db => db.Number("PRAGMA max_page_count = 1"));
        for (int i = 0; i < 2; i++)
        {
            var fault = Assert.Throws<SqliteException>(
                () => store.Write(db => db.Execute("INSERT INTO thing(what) VALUES(zeroblob(1000000))")))!;
            Assert.That((fault.SqliteErrorCode, StoreFault.Of(fault)!.Reason), Is.EqualTo((13, "its disk is full")));
        }

        var noted = store.Faults!.All.Single();
        Assert.That((noted.What, noted.Reason, noted.Times, noted.EndsWhen),
            Is.EqualTo(("database", "its disk is full", 2L, "there is room on the disk again")));
        Assert.That(store.Read(db => db.Number("SELECT count(*) FROM thing")), Is.EqualTo(1), "it still reads");
        store.Read(db => db.Number("PRAGMA max_page_count = 1000000"));
        store.Write(db => db.Execute("INSERT INTO thing(what) VALUES(zeroblob(1000000))"));
        Assert.That((store.Faults.All.Count, store.Read(db => db.Number("SELECT count(*) FROM thing"))), Is.EqualTo((0, 2L)));
    }

    /// <summary>What was opened while nothing could be written writes as soon as the disk does.</summary>
    [Test, Rule(28)]
    public void WhatMayNotBeWrittenIsOpenedAnew()
    {
        using var store = Open();
        store.Read(db => db.Query("PRAGMA query_only = 1", _ => true));
        var fault = Assert.Throws<SqliteException>(() => Insert(store))!;
        Assert.That((fault.SqliteErrorCode, StoreFault.Of(fault)!.EndsWhen), Is.EqualTo((8, "its file system may be written again")));
        Assert.That(Insert(store), Is.EqualTo(1));
        Assert.That(store.Faults!.All, Is.Empty);
    }

    /// <summary>
    /// After an I/O error, or where the file could not be opened, nobody trusts the open file: the next one opens it anew.
    /// </summary>
    [TestCase(10), TestCase(14), Rule(28)]
    public void AFileUnderWhichTheDiskFailedIsOpenedAnew(int code)
    {
        using var store = Open();
        store.Read(db => db.Query("PRAGMA query_only = 1", _ => true));
        Assert.Throws<SqliteException>(() => store.Read<int>(_ => throw new SqliteException("disk I/O error", code)));
        Assert.That(Insert(store), Is.EqualTo(1), "at once: the connection of before would write nothing");
    }

    /// <summary>
    /// Another program holds the lock. The first who writes waits five seconds, those after it hear at once why, readers do not wait; and a
    /// moment after the end it goes on.
    /// </summary>
    [Test, Rule(28)]
    public void AForeignLockHoldsUpNobodyForLong()
    {
        using var store = Open();
        using var other = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "a.db"), Pooling = false }.ToString());
        other.Open();
        Run(other, "BEGIN IMMEDIATE");
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 20; i++)
        {
            Assert.That(() => Insert(store), Throws.TypeOf<SqliteException>().With.Message.Contains("database is locked"));
            Assert.That(store.Read(db => db.Number("SELECT count(*) FROM thing")), Is.Zero);
        }

        Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(15)), "twenty times five seconds would be more");
        Assert.That(store.Faults!.All.Single().Reason, Is.EqualTo("another program has locked its database"));
        Run(other, "ROLLBACK");
        Assert.That(() => TryProbe(store), Is.True.After(10_000, 100));
        Assert.That(store.Faults.All, Is.Empty);
        Assert.That(Insert(store), Is.EqualTo(1));
    }

    private static int Insert(Database store) => store.Write(db => db.Execute("INSERT INTO thing(what) VALUES(zeroblob(10))"));

    private static bool TryProbe(Database store)
    {
        try
        {
            store.Probe();
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private Database Open()
    {
        var store = Database.CreateFile(Path.Combine(_folder, "a.db"), Schema);
        store.Faults = new Terminals.Store.Faults(TimeProvider.System);
        return store;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
