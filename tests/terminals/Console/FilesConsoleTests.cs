using HierCash.Tests.Pcsc;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Consoles;

/// <summary>
/// Rules R20 and R23 by the programs themselves, which run without any umask, in folders that were made open to all. Nobody serves.
/// </summary>
[Parallelizable]
public sealed class FilesConsoleTests
{
    private const string Keep = "hiercash-wallet keep --reader emulator:cards/alice.card --pin 0000 --dir records";
    private static string _folder = null!;

    [OneTimeSetUp]
    public void Make()
    {
        PcscService.HideFromChildren();
        _folder = Directory.CreateTempSubdirectory("hiercash-files-").FullName;
        foreach (string folder in new[] { "issuer", "bank", "records" })
        {
            Shell($"mkdir -m 777 {folder}");
        }

        Shell("mkdir -m 700 cards");
        Must("hiercash-issuer init --dir issuer");
        Shell("hiercash-bank init --name North --dir bank > bank.request && hiercash-issuer enrol bank bank.request --dir issuer > "
            + "bank.grant");
        Must("hiercash-bank join bank.grant --dir bank");
        Shell("hiercash-shop init --name Cafe --dir shop > shop.request && hiercash-bank enrol-shop shop.request --dir bank > "
            + "shop.vouched");
        Shell("hiercash-issuer enrol shop shop.vouched --dir issuer > shop.grant");
        Must("hiercash-shop join shop.grant --dir shop");
        Must("hiercash-card new cards/alice.card");
        Must("hiercash-bank open-account Alice --letter cards/alice.letter --reader emulator:cards/alice.card --dir bank");
        Shell("printf '1111\\n0000\\n' | hiercash-wallet activate --letter cards/alice.letter --puk-to cards/alice.puk --reader "
            + "emulator:cards/alice.card");
        Shell("chmod 700 records");
        Must(Keep);
        Must("hiercash-wallet lost-report cards/alice.lost --reader emulator:cards/alice.card --pin 0000");
    }

    [OneTimeTearDown]
    public void End() => Directory.Delete(_folder, recursive: true);

    [Test, Rule(20)]
    public void NobodyElseCanReadWhatTheProgramsMade()
    {
        var made = new[] { "issuer", "bank", "shop", "cards", "records" }.SelectMany(
            f => Directory.GetFiles(Path.Combine(_folder, f)).Append(Path.Combine(_folder, f))).ToList();
        Assert.That(made, Has.Count.GreaterThan(14));
        Assert.That(Shell("find issuer bank shop cards records -perm /077"), Is.Empty);
    }

    // What is opened to others, and who then refuses.
    [TestCase("issuer", "755", "hiercash-issuer status --dir issuer", 1)]
    [TestCase("issuer/issuer.db", "640", "hiercash-issuer audit --dir issuer", 1)]
    [TestCase("bank/bank.db", "644", "hiercash-bank accounts --dir bank", 1)]
    [TestCase("bank/bank.json", "604", "hiercash-bank audit --dir bank", 1)]
    [TestCase("shop/shop.db", "620", "hiercash-shop status --dir shop", 1)]
    [TestCase("records", "711", Keep, 1)]
    [TestCase("records/wallet.db", "644", Keep, 1)]
    [TestCase("cards/alice.card", "644", "hiercash-wallet balance --pin 0000 --reader emulator:cards/alice.card", 3)]
    [TestCase("cards/alice.card.witness", "666", "hiercash-wallet balance --pin 0000 --reader emulator:cards/alice.card", 3)]
    [TestCase("cards/alice.card", "644", "hiercash-card memory cards/alice.card", 3)]
    [TestCase("issuer/issuer.db", "644", "hiercash-auditor audit --issuer issuer/issuer.db --bank bank/bank.db --root bank.grant", 1)]
    [TestCase("bank/bank.db", "604", "hiercash-auditor audit --issuer issuer/issuer.db --bank bank/bank.db --root bank.grant", 1)]
    [Rule(20)]
    public void WhatOthersCanReadIsNotOpenedUntilItIsMended(string path, string mode, string line, int code)
    {
        Shell($"chmod {mode} {path}");
        var refused = Run(line);
        Assert.That((refused.Code, refused.Error.Contains($"'{path}'", StringComparison.Ordinal)), Is.EqualTo((code, true)), refused.Error);
        string mend = refused.Error[refused.Error.IndexOf("chmod", StringComparison.Ordinal)..];
        Shell(mend[..mend.IndexOf(". ", StringComparison.Ordinal)]);
        Must(line);
    }

    /// <summary>Whoever has read a lost report cancels the card: a party that takes it from such a file would say nothing of it.</summary>
    [TestCase("hiercash-bank lost cards/alice.lost --dir bank")]
    [TestCase("hiercash-wallet report-lost cards/alice.lost --fingerprint 0000000000000000000000000000000000000000000000000000000000000000")]
    [Rule(20)]
    public void ALostReportThatOthersCanReadIsNotTaken(string line)
    {
        Shell("chmod 644 cards/alice.lost");
        AssertRefused(line, "chmod 600 'cards/alice.lost'");
        AssertRefused(line, "copy it to a folder of your own, and name the copy");
        Shell("chmod 600 cards/alice.lost");
    }

    /// <summary>A folder whose settings are lost, or say nothing, is not called empty, and 'init' is not what helps.</summary>
    [Test]
    public void LostSettingsAreNotAMissingParty()
    {
        using var saved = new Saved("issuer/issuer.json");
        File.Delete(saved.Path);
        AssertRefused("hiercash-issuer status --dir issuer",
            "The settings 'issuer/issuer.json' are gone, and the issuer's database is there.");
        Shell("umask 077; echo '{}' > issuer/issuer.json");
        AssertRefused("hiercash-issuer status --dir issuer", "The settings in 'issuer/issuer.json' are damaged.");
    }

    /// <summary>Without a copy of the records their card makes them again.</summary>
    [Test]
    public void DamagedRecordsNameTheWayOn()
    {
        using var saved = new Saved("records/wallet.db");
        File.WriteAllText(saved.Path, new string('x', 20_000));
        AssertRefused(Keep, "If there is no good copy, move 'records/wallet.db' away and run 'hiercash-wallet recover --dir records'");
        Assert.That(Run(Keep).Error, Does.StartWith("The database 'records/wallet.db' is damaged"));
    }

    [TestCase("issuer/issuer.db", "hiercash-issuer status --dir issuer")]
    [TestCase("issuer/issuer.db", "hiercash-issuer serve --dir issuer --listen 127.0.0.1:0")]
    [TestCase("issuer/issuer.db", "hiercash-issuer enrol bank bank.request --dir issuer")]
    [TestCase("bank/bank.db", "hiercash-bank accounts --dir bank")]
    [TestCase("bank/bank.db", "hiercash-bank audit --dir bank")]
    [TestCase("bank/bank.db", "hiercash-bank join bank.grant --dir bank")]
    [TestCase("shop/shop.db", "hiercash-shop status --dir shop")]
    [TestCase("shop/shop.db", "hiercash-shop settle --dir shop")]
    [Rule(23)]
    public void ALostDatabaseIsNotMadeAnew(string path, string line)
    {
        using var saved = new Saved(path);
        File.Delete(saved.Path);
        var refused = Run(line);
        Assert.That((refused.Code, refused.Error.Contains($"The database '{path}' is gone.", StringComparison.Ordinal)),
            Is.EqualTo((1, true)), refused.Error);
        Assert.That(File.Exists(saved.Path), Is.False);
    }

    /// <summary>What a full disk, a broken one, or a person leaves in the place of the books.</summary>
    [TestCase("bank/bank.db", "hiercash-bank audit --dir bank", "zeros", "is damaged")]
    [TestCase("bank/bank.db", "hiercash-bank accounts --dir bank", "garbage", "is damaged")]
    [TestCase("issuer/issuer.db", "hiercash-issuer audit --dir issuer", "zeros", "is damaged")]
    [TestCase("issuer/issuer.db", "hiercash-issuer audit --dir issuer", "empty", "is empty")]
    [TestCase("shop/shop.db", "hiercash-shop journal --dir shop", "garbage", "is damaged")]
    [TestCase("bank/bank.db", "hiercash-bank accounts --dir bank", "shop/shop.db", "another kind of party")]
    [TestCase("records/wallet.db", Keep, "garbage", "is damaged")]
    [Rule(23)]
    public void ADamagedDatabaseIsAnError(string path, string line, string damage, string part)
    {
        using var saved = new Saved(path);
        var bytes = damage switch
        {
            "garbage" => System.Text.Encoding.ASCII.GetBytes(new string('x', 20_000)),
            "empty" => [],
            "zeros" => [.. saved.Bytes[..(3 * 4096)], .. new byte[saved.Bytes.Length - (3 * 4096)]],
            _ => File.ReadAllBytes(Path.Combine(_folder, damage)),
        };
        File.WriteAllBytes(saved.Path, bytes);
        var refused = Run(line);
        Assert.That((refused.Code, refused.Error.Contains(part, StringComparison.Ordinal), refused.Output), Is.EqualTo((1, true, "")),
            refused.Error);
        Assert.That(File.ReadAllBytes(saved.Path), Is.EqualTo(bytes), "left as it was");
    }

    /// <summary>A sound database of the right kind, and of somebody else.</summary>
    [Test, Rule(23)]
    public void AnothersDatabaseIsAnError()
    {
        Must("hiercash-bank init --name East --dir east");
        Must("hiercash-issuer init --dir other");
        using (var bank = new Saved("bank/bank.db"))
        {
            File.Copy(Path.Combine(_folder, "east/bank.db"), bank.Path, overwrite: true);
            AssertRefused("hiercash-bank accounts --dir bank", "are not of one party");
        }

        using var issuer = new Saved("issuer/issuer.db");
        File.Copy(Path.Combine(_folder, "other/issuer.db"), issuer.Path, overwrite: true);
        AssertRefused("hiercash-issuer status --dir issuer", "and this folder's scheme is");
        Change(issuer.Path, "DELETE FROM secret_key WHERE name = 'root'");
        AssertRefused("hiercash-issuer status --dir issuer", "has lost the issuer's root key");
    }

    /// <summary>A slip in a name costs nobody another file: not the wallet's records, not another card.</summary>
    [Test, Rule(20)]
    public void WhatIsWrittenUnderATypedNameTakesNoOtherFilesPlace()
    {
        Must("hiercash-card new cards/spare.card");
        var before = File.ReadAllBytes(Path.Combine(_folder, "cards/spare.card"));
        foreach (string file in new[] { "cards/spare.card", "records/wallet.db" })
        {
            AssertRefused($"hiercash-wallet lost-report {file} --reader emulator:cards/alice.card --pin 0000",
                $"'{file}' is there already");
        }

        Assert.That(File.ReadAllBytes(Path.Combine(_folder, "cards/spare.card")), Is.EqualTo(before));
    }

    /// <summary>
    /// A row that was taken out by hand leaves another one that refers to it: opening does not look for that, an audit does.
    /// </summary>
    [Test, Rule(23)]
    public void AnAuditLooksAtTheFileFirst()
    {
        using var saved = new Saved("bank/bank.db");
        Must("hiercash-bank deposit Alice 5.00 --dir bank");
        Change(saved.Path, "PRAGMA foreign_keys = OFF; DELETE FROM ledger_tx");
        var audit = Run("hiercash-bank audit --dir bank");
        Assert.That((audit.Code, audit.Output), Is.EqualTo((1, audit.Output)));
        Assert.That(audit.Output, Does.Contain("database: a row of ledger_entry refers to a row of ledger_tx that is not there"));
    }

    private static void AssertRefused(string line, string part)
    {
        var refused = Run(line);
        Assert.That((refused.Code, refused.Error.Contains(part, StringComparison.Ordinal)), Is.EqualTo((1, true)), refused.Error);
    }

    private static void Change(string database, string sql)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Must(string line)
    {
        var result = Run(line);
        Assert.That(result.Code, Is.Zero, $"{line}: {result.Error}");
        return result.Output;
    }

    private static ConsoleResult Run(string line) => ConsoleProcess.Run(_folder, "sh", "-c", $"umask 0; exec {line}");

    private static string Shell(string script)
    {
        var result = ConsoleProcess.Run(_folder, "sh", "-c", $"umask 0; {script}");
        Assert.That(result.Code, Is.Zero, $"{script}: {result.Error}");
        return result.Output;
    }

    /// <summary>A lock that cannot be made is no other process: nobody looks for one that does not run.</summary>
    [Test]
    public void ALockThatCannotBeMadeIsNoOtherProcess()
    {
        Shell("mv shop/shop.lock shop/kept.lock; ln -s /nonexistent/folder/lock shop/shop.lock");
        try
        {
            var result = Run("hiercash-shop settle --dir shop");
            Assert.That(result.Code, Is.EqualTo(1));
            Assert.That(result.Error, Does.Contain("shop.lock").And.Not.Contain("Another process"));
        }
        finally
        {
            Shell("mv -f shop/kept.lock shop/shop.lock");
        }
    }

    /// <summary>Whoever's working folder is gone gets a sentence too.</summary>
    [Test]
    public void AWorkingFolderThatIsGoneEndsInASentence()
    {
        var result = ConsoleProcess.Run(
            _folder, "sh", "-c",
            $"mkdir gone; cd gone; rmdir ../gone; exec {ConsoleProcess.Find("hiercash-issuer")} init --dir '{_folder}/issuer'; ");
        Assert.That(result.Code, Is.InRange(1, 3), result.Error);
        Assert.That(result.Error, Does.Not.Contain("   at ").And.Not.Empty);
    }

    /// <summary>Copies of the parties' keys stay nowhere, also where the auditor could not copy everything.</summary>
    [Test, Rule(20)]
    public void AnAuditThatCouldNotCopyLeavesNoCopies()
    {
        Shell("mkdir -m 700 books tmp; cp bank/bank.db books/bank.db; ln -s /proc/self/mem books/bank.db-wal");
        var result = ConsoleProcess.Run(
            _folder, "env", $"TMPDIR={_folder}/tmp", ConsoleProcess.Find("hiercash-auditor"), "audit", "--issuer", "issuer/issuer.db",
            "--bank", "books/bank.db", "--root", "bank.grant");
        Assert.That(result.Code, Is.Not.Zero, result.Output);
        Assert.That(Directory.GetFileSystemEntries(Path.Combine(_folder, "tmp"))
            .Where(f => f.Contains("hiercash-audit-", StringComparison.Ordinal)), Is.Empty);
    }

    /// <summary>A database that is put back as it was.</summary>
    private sealed class Saved : IDisposable
    {
        public Saved(string path)
        {
            Path = System.IO.Path.Combine(_folder, path);
            Bytes = File.ReadAllBytes(Path);
        }

        public string Path { get; }

        public byte[] Bytes { get; }

        public void Dispose()
        {
            foreach (string file in new[] { Path, Path + "-wal", Path + "-shm" })
            {
                File.Delete(file);
            }

            HierCash.PrivateFile.Write(Path, Bytes);
        }
    }
}
