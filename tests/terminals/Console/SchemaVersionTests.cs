using HierCash.Tests.Pcsc;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Consoles;

/// <summary>
/// A database of another version is refused by every party, with the sentence that says what to do, and is left as it was.
/// </summary>
[Parallelizable]
public sealed class SchemaVersionTests
{
    private static string _folder = null!;

    /// <summary>Every kind of party in files; nobody serves.</summary>
    [OneTimeSetUp]
    public void Make()
    {
        PcscService.HideFromChildren();
        _folder = Directory.CreateTempSubdirectory("hiercash-versions-").FullName;
        Must("hiercash-issuer", "init", "--dir", "issuer");
        Write("bank.request", Must("hiercash-bank", "init", "--name", "North", "--dir", "bank"));
        Write("bank.grant", Must("hiercash-issuer", "enrol", "bank", "bank.request", "--dir", "issuer"));
        Must("hiercash-bank", "join", "bank.grant", "--dir", "bank");
        Write("shop.request", Must("hiercash-shop", "init", "--name", "Cafe", "--dir", "shop"));
        Write("shop.vouched", Must("hiercash-bank", "enrol-shop", "shop.request", "--dir", "bank"));
        Write("shop.grant", Must("hiercash-issuer", "enrol", "shop", "shop.vouched", "--dir", "issuer"));
        Must("hiercash-shop", "join", "shop.grant", "--dir", "shop");
        Must("hiercash-card", "new", "alice.card");
        Must("hiercash-bank", "open-account", "Alice", "--letter", "alice.letter", "--reader", "emulator:alice.card", "--dir", "bank");
        var activated = ConsoleProcess.Run(_folder, "hiercash-wallet", "1111\n0000\n",
            ["activate", "--letter", "alice.letter", "--puk-to", "alice.puk", "--reader", "emulator:alice.card"]);
        Assert.That(activated.Code, Is.Zero, activated.Error);
        Must("hiercash-wallet", "keep", "--reader", "emulator:alice.card", "--pin", "0000");
    }

    [OneTimeTearDown]
    public void End() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void IsRefusedWithItsSentence(
        [Values(
            "issuer/issuer.db|hiercash-issuer status --dir issuer",
            "bank/bank.db|hiercash-bank accounts --dir bank",
            "shop/shop.db|hiercash-shop status --dir shop",
            "wallet.db|hiercash-wallet keep --reader emulator:alice.card --pin 0000",
            "issuer/issuer.db|hiercash-auditor audit --issuer issuer/issuer.db --bank bank/bank.db --root bank.grant",
            "bank/bank.db|hiercash-auditor audit --issuer issuer/issuer.db --bank bank/bank.db --root bank.grant")]
        string line,
        [Values(1, 4, 10, Schema.Version + 1)] int version)
    {
        var (database, words) = (Path.Combine(_folder, line.Split('|')[0]), line.Split('|')[1].Split(' '));
        long own = Version(database);
        try
        {
            Must(words[0], words[1..]);
            SetVersion(database, version);
            var refused = ConsoleProcess.Run(_folder, words[0], words[1..]);
            Assert.That(refused.Error, Does.Contain($"schema {version}, ")
                .And.Contain(version < own ? "Make the party anew in another folder." : "Use a newer version."));
            Assert.That(refused.Error, Does.Contain(Database.Foreign(version)!));
            Assert.That(refused.Code, Is.EqualTo(1));
            Assert.That(Version(database), Is.EqualTo(version));
        }
        finally
        {
            SetVersion(database, own);
        }
    }

    /// <summary>The auditor only reads: what an older version wrote is carried over by its party, and is as good as it was.</summary>
    [Test]
    public void AnAuditOfAnOlderDatabaseSaysHowItIsCarriedOver(
        [Values("issuer/issuer.db", "bank/bank.db")] string file, [Values(Schema.Oldest, Schema.Version - 1)] int version)
    {
        string database = Path.Combine(_folder, file);
        SetVersion(database, version);
        try
        {
            var refused = ConsoleProcess.Run(_folder, "hiercash-auditor",
                "audit", "--issuer", "issuer/issuer.db", "--bank", "bank/bank.db", "--root", "bank.grant");
            Assert.That(refused.Code, Is.EqualTo(1));
            Assert.That(refused.Error, Does.Contain($"schema {version}, of an older version. Have its party's program open it"));
        }
        finally
        {
            SetVersion(database, Schema.Version);
        }
    }

    private static long Version(string database) => Command(database, "PRAGMA user_version", c => (long)c.ExecuteScalar()!);

    private static void SetVersion(string database, long version) =>
        Command(database, $"PRAGMA user_version = {version}", c => c.ExecuteNonQuery());

    private static T Command<T>(string database, string sql, Func<SqliteCommand, T> run)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return run(command);
    }

    private static string Must(string console, params string[] arguments)
    {
        var result = ConsoleProcess.Run(_folder, console, arguments);
        Assert.That(result.Code, Is.Zero, $"{console} {string.Join(' ', arguments)}: {result.Error}");
        return result.Output;
    }

    private static void Write(string file, string content) => File.WriteAllText(Path.Combine(_folder, file), content);
}
