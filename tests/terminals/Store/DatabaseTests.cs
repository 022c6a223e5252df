using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Stores;

/// <summary>A party's store: what one Read sees, and what may stand within what.</summary>
[Parallelizable]
public sealed class DatabaseTests
{
    private static readonly Schema Schema =
        Terminals.Store.Schema.Of("CREATE TABLE pair(name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT; INSERT INTO pair "
            + "VALUES('left', 1), ('right', 1)");
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;

    [TearDown]
    public void RemoveFolder()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Another connection commits between two statements of one Read: the second statement does not see it.</summary>
    [Test]
    public void AReadIsASnapshot()
    {
        using var store = Open();
        using var other = Open();
        var seen = store.Read(db =>
        {
            long left = Value(db, "left");
            Raise(other);
            return (Left: left, Right: Value(db, "right"), Nested: store.Read(inner => Value(inner, "left")));
        });
        Assert.That(seen, Is.EqualTo((1L, 1L, 1L)), "both sides, and a Read within, of one moment");
        Assert.That(store.Read(db => (Value(db, "left"), Value(db, "right"))), Is.EqualTo((2L, 2L)), "the next one sees it");
    }

    [Test]
    public void AReadWithinAWriteSeesWhatWasWritten()
    {
        using var store = Open();
        long seen = store.Write(db =>
        {
            db.Execute("UPDATE pair SET value = 7 WHERE name = 'left'");
            return store.Read(inner => Value(inner, "left"));
        });
        Assert.That(seen, Is.EqualTo(7));
        Assert.That(store.Read(db => Value(db, "left")), Is.EqualTo(7), "and the Read did not end the Write");
    }

    /// <summary>What was made of a snapshot is written only while the books still say that; else it is made anew.</summary>
    [Test]
    public void WhatWasMadeOfASnapshotIsWrittenOnlyIfThatStillHolds()
    {
        using var store = Open();
        using var other = Open();
        var seen = new List<long>();
        bool isWritten = store.WriteMade(db => Value(db, "left"), left =>
        {
            seen.Add(left);
            if (seen.Count == 1)
            {
                Raise(other);
            }

            return db => db.Execute("UPDATE pair SET value = 40 + $1 WHERE name = 'right'", left) == 1 && Value(db, "left") == left;
        }, default);
        Assert.That((isWritten, store.Read(db => Value(db, "right"))), Is.EqualTo((true, 42L)));
        Assert.That(seen, Is.EqualTo(new[] { 1L, 2L }));
        Assert.That(store.WriteMade(db => Value(db, "left"), _ => null, default), Is.False, "there may be nothing to write");
        Assert.That(() => store.WriteMade(db => Value(db, "left"), _ => _ => false, new CancellationToken(true)),
            Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>The protocol's types stand in columns as numbers and bytes that any database has.</summary>
    [Test]
    public void ParametersAreOfTheProtocolsTypes()
    {
        using var store = Open();
        var digest = Digest.Of([1]);
        foreach (var (given, kept) in new (object?, object)[]
        {
            (7, 7L), (7U, 7L), (7UL, 7L), ((ushort)7, 7L), (true, 1L), (false, 0L), (Proof.Excess, (long)Proof.Excess), ("seven", "seven"),
            (new Amount(7), 7L), (new Timestamp(7), 7L), (new Quarter(7), 7L), (new PartyId(7), 7L), (new KeyId(7), 7L),
            (digest, digest.ToArray()), (new CoinId(digest), digest.ToArray()), (new PaymentId(digest), digest.ToArray()),
            (new WithdrawalId(digest), digest.ToArray()), (null, DBNull.Value),
        })
        {
            Assert.That(store.Read(db => db.Query("SELECT $1", r => r.GetValue(0), given)).Single(), Is.EqualTo(kept), $"{given}");
        }

        Assert.That(() => store.Read(db => db.Number("SELECT $1", 1.5)), Throws.ArgumentException);
        Assert.That(() => store.Read(db => db.Number("SELECT $1", ulong.MaxValue)), Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void AReadChangesNothing()
    {
        using var store = Open();
        Assert.That(store.Read(db => ((IWriteTransaction)db).Execute("UPDATE pair SET value = 9")), Is.EqualTo(2),
            "the types forbid it; what gets around them is undone");
        Assert.That(store.Read(db => Value(db, "left")), Is.EqualTo(1));
    }

    /// <summary>What cannot stand within a transaction is refused, and the store goes on.</summary>
    [Test]
    public void WithinATransactionNoOtherBegins([Values] bool within)
    {
        using var store = Open();
        foreach (Action action in new Action[] { () => Raise(store), store.Checkpoint, () =>
            store.Export(Path.Combine(_folder, "copy.db")) })
        {
            bool Try(IReadSnapshot db)
            {
                ((IWriteTransaction)db).Execute("UPDATE pair SET value = value + 100");
                action();
                return true;
            }

            Assert.That(() => within ? store.Write(Try)
                : store.Read(Try), Throws.TypeOf<InvalidOperationException>().With.Message.Contains("within a transaction"));
        }

        Assert.That(store.Read(db => Value(db, "left")), Is.EqualTo(1), "nothing of it stays");
        Raise(store);
        store.Checkpoint();
        store.Export(Path.Combine(_folder, "copy.db"));
        using var copy = Database.OpenFile(Path.Combine(_folder, "copy.db"), Schema);
        Assert.That(copy.Read(db => Value(db, "right")), Is.EqualTo(2));
    }

    /// <summary>A sum that is none must never be taken for nothing.</summary>
    [TestCase("SELECT sum(value) FROM pair WHERE name = 'none'")]
    [TestCase("SELECT avg(value) FROM pair")]
    [TestCase("SELECT max(name) FROM pair")]
    public void WhatIsNo64BitIntegerIsNoNumber(string sql)
    {
        using var store = Open();
        Assert.That(() => store.Read(db => db.Number(sql)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("64-bit"));
        Assert.That(store.Read(db => db.Number("SELECT value FROM pair WHERE name = 'none'")), Is.Zero, "no row");
    }

    private Database Open() => Database.OpenOrCreateFile(Path.Combine(_folder, "store.db"), Schema);

    private static void Raise(Database store) => store.Write(db => db.Execute("UPDATE pair SET value = value + 1"));

    private static long Value(IReadSnapshot db, string name) => db.Number("SELECT value FROM pair WHERE name = $1", name);
}
