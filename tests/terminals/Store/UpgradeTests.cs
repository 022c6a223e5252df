using System.IO.Compression;
using HierCash.Bank;
using HierCash.Issuer;
using HierCash.Shop;
using HierCash.Wallet;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Stores;

/// <summary>Databases that an older version wrote (schema 11, a whole town of the demo's) are carried over, and nothing is lost.</summary>
[Parallelizable]
public sealed class UpgradeTests
{
    private static readonly Schema Older =
        Schema.Of("CREATE TABLE pair(only INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT; INSERT INTO pair VALUES(1, 7);");
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<TestCaseData> Parties =>
    [
        new TestCaseData("issuer", IssuerParty.Schema), new TestCaseData("bank-1", BankParty.Schema),
        new TestCaseData("bank-2", BankParty.Schema),
        new TestCaseData("till-1", ShopTill.Schema),
    ];

    [TestCaseSource(nameof(Parties))]
    public void WhatAnOlderVersionWroteIsCarriedOver(string name, Schema schema)
    {
        string file = Unpack(name);
        var before = Rows(file);
        Assert.That(before.Version, Is.EqualTo(11));
        Assert.That(before.All, Has.Count.GreaterThan(3), "a database that held nothing would show nothing");
        using (var store = Database.OpenFile(file, schema))
        {
            Assert.That(store.Damages(), Is.Empty);
        }

        var after = Rows(file);
        Assert.That(after.Version, Is.EqualTo(Schema.Version));
        Assert.That(after.All, Is.EquivalentTo(before.All), "every row of every table, each under its number");
        using var again = Database.OpenFile(file, schema);
        Assert.That(Rows(file).All, Is.EquivalentTo(before.All), "and a second time there is nothing to do");
    }

    /// <summary>Rows are numbered in the order in which they came, and a number whose row is gone is not given again.</summary>
    [Test]
    public void AWalletsRowsKeepTheirOrder()
    {
        string file = Path.Combine(_folder, "wallet.db");
        PrivateFile.Create(file).Dispose();
        Change(file, string.Concat(WalletRecords.Schema.UpTo(11))
            + "INSERT INTO payment VALUES(x'03', 5, x'00', x'00'), (x'01', 5, x'00', x'00'), (x'02', 5, x'00', x'00');"
            + "INSERT INTO certificate VALUES(x'09'), (x'08'); DELETE FROM payment WHERE payment_id = x'01'; PRAGMA user_version = 11;");
        var before = Rows(file);
        Database.OpenFile(file, WalletRecords.Schema).Dispose();
        Assert.That(Rows(file).All, Is.EqualTo(before.All));
        Change(file, "DELETE FROM payment WHERE payment_id = x'02'; "
            + "INSERT INTO payment(payment_id, time, h, entry) VALUES(x'04', 5, x'00', x'00')");
        Assert.That(Ask(file, "SELECT number, payment_id FROM payment ORDER BY number"), Is.EqualTo(new[] { "1, 03", "4, 04" }));
    }

    /// <summary>An independent audit of the books that were carried over finds what it found before they were: nothing.</summary>
    [Test]
    public void TheBooksStillBalance()
    {
        string[] files = [.. Parties.Take(3).Select(p => Unpack((string)p.Arguments[0]!))];
        foreach (var (file, party) in files.Zip(Parties))
        {
            Database.OpenFile(file, (Schema)party.Arguments[1]!).Dispose();
        }

        using var root = new BclSuite().ImportKey(
            Convert.FromHexString(Ask(files[0], "SELECT secret FROM secret_key WHERE name = 'root'").Single()));
        var said = Consoles.ConsoleProcess.Run(
            _folder, "hiercash-auditor",
            ["audit", "--issuer", files[0], "--bank", files[1], "--bank", files[2], "--root", Convert.ToHexString(root.PublicKey.Bytes)]);
        Assert.That(said.Code, Is.Zero, said.Output + said.Error);
    }

    [Test]
    public void ADatabaseOfAnotherPartyIsRefusedAsItIs()
    {
        string file = Unpack("till-1");
        byte[] before = File.ReadAllBytes(file);
        Assert.That(() => Database.OpenFile(file, BankParty.Schema),
            Throws.TypeOf<DatabaseException>().With.Message.Contains("another kind of party"));
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(before));
    }

    /// <summary>A script that fails leaves the older database, which the older version still opens.</summary>
    [Test]
    public void AScriptThatFailsChangesNothing()
    {
        string file = Old();
        var failing = Schema.Of(
            (11, string.Concat(Older.UpTo(11))), (12, "ALTER TABLE pair RENAME COLUMN only TO singleton; INSERT INTO pair VALUES(1, 8);"));
        Assert.That(() => Database.OpenFile(file, failing), Throws.TypeOf<SqliteException>());
        Assert.That((Rows(file).Version, Rows(file).All.Single()), Is.EqualTo((11L, "pair: 1, 7")));
        var mended = Schema.Of((11, string.Concat(Older.UpTo(11))), (12, "ALTER TABLE pair RENAME COLUMN only TO singleton;"));
        using var store = Database.OpenFile(file, mended);
        Assert.That(store.Read(db => db.Number("SELECT value FROM pair WHERE singleton = 1")), Is.EqualTo(7));
    }

    [Test]
    public void TwoProgramsThatBeginAtOnceCarryOverOnce()
    {
        string file = Old();
        var schema = Schema.Of((11, string.Concat(Older.UpTo(11))), (12, "UPDATE pair SET value = value + 1;"));
        Parallel.For(0, 4, _ => Database.OpenFile(file, schema).Dispose());
        Assert.That(Rows(file).All.Single(), Is.EqualTo("pair: 1, 8"));
    }

    /// <summary>An older program still runs: whoever would carry its database over says so, and leaves it as it is.</summary>
    [Test]
    public void NothingIsCarriedOverBeneathAProgramThatRuns()
    {
        string file = Old();
        using (var running = Open(file))
        {
            using var look = running.CreateCommand();
            look.CommandText = "SELECT value FROM pair";
            look.ExecuteScalar();
            Assert.That(() => Database.OpenFile(file, Doubling),
                Throws.TypeOf<FileInUseException>().With.Message.Contains("Stop every other program of this party"));
            Assert.That((Rows(file).Version, Rows(file).All.Single()), Is.EqualTo((11L, "pair: 1, 7")));
        }

        Database.OpenFile(file, Doubling).Dispose();
        Assert.That((Rows(file).Version, Rows(file).All.Single()), Is.EqualTo(((long)Schema.Version, "pair: 1, 14")));
        Assert.That(Ask(file, "PRAGMA journal_mode").Single(), Is.EqualTo("wal"));
    }

    [Test]
    public void TablesThatDidNotChangeGetTheNumber()
    {
        string file = Old();
        Database.OpenFile(file, Older).Dispose();
        Assert.That((Rows(file).Version, Rows(file).All.Single()), Is.EqualTo(((long)Schema.Version, "pair: 1, 7")));
    }

    /// <summary>A probe of an older program that still runs would have every other one carry the database over once more.</summary>
    [Test]
    public void AProbeLeavesTheNumberAsItIs()
    {
        string file = Old();
        using var store = Database.OpenFile(file, Older);
        Change(file, "PRAGMA user_version = 99");
        store.Probe();
        Assert.That(Rows(file).Version, Is.EqualTo(99));
    }

    private static Schema Doubling => Schema.Of((11, string.Concat(Older.UpTo(11))), (12, "UPDATE pair SET value = 2 * value;"));

    private string Old()
    {
        string file = Path.Combine(_folder, "old.db");
        Database.CreateFile(file, Older).Dispose();
        Change(file, "PRAGMA user_version = 11");
        return file;
    }

    private string Unpack(string name)
    {
        string file = Path.Combine(_folder, name + ".db");
        using var packed = new GZipStream(File.OpenRead(Repository.PathOf("tests", "terminals", "Store", "Schema11", name + ".db.gz")),
            CompressionMode.Decompress);
        using var unpacked = PrivateFile.Create(file);
        packed.CopyTo(unpacked);
        return file;
    }

    private static void Change(string file, string sql)
    {
        using var connection = Open(file);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static List<string> Ask(string file, string sql)
    {
        using var connection = Open(file);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join(", ", Enumerable.Range(0, reader.FieldCount).Select(i =>
                reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : $"{reader.GetValue(i)}")));
        }

        return rows;
    }

    /// <summary>Tables that had no column for the order of their rows before schema 14: there it is SQLite's own number.</summary>
    private static readonly string[] Numbered = ["issuance", "withdrawal", "part", "payment", "certificate"];

    private static (long Version, List<string> All) Rows(string file)
    {
        long version = long.Parse(Ask(file, "PRAGMA user_version").Single(), System.Globalization.CultureInfo.InvariantCulture);
        bool isWallet = Ask(file, "SELECT name FROM sqlite_schema WHERE name = 'begun'").Count > 0;
        var tables = Ask(file, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
        string Columns(string table) =>
            version < 14 && Numbered.Contains(table) && (isWallet || table != "certificate") ? "rowid, *" : "*";
        return (version, [.. tables.SelectMany(t => Ask(file, $"SELECT {Columns(t)} FROM {t}").Select(r => $"{t}: {r}"))]);
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return connection;
    }
}
