using HierCash.Tests.Pcsc;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Consoles;

/// <summary>The programs as somebody runs them who is not root: what may only be read, and what is another user's.</summary>
[Parallelizable]
public sealed class OrdinaryUserTests
{
    private const string Nobody = "65534";
    private const string Audit = "audit --issuer copies/issuer.db --bank copies/bank.db --root north.grant";
    private static readonly bool IsRoot = Environment.UserName == "root";
    private NetworkTown _town = null!;

    [OneTimeSetUp]
    public void Make()
    {
        PcscService.HideFromChildren();
        _town = new NetworkTown();
        _town.OpenAccount("Alice", "100.00");
        _town.Must("hiercash-wallet", "withdraw", "20.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            _town.North.Address);

        // As after a power cut: what was committed last is in the log beside each database.
        _town.Issuer.Kill();
        _town.North.Kill();
        Shell("chmod 755 .");
    }

    [OneTimeTearDown]
    public void End()
    {
        _town.Issuer.Start();
        _town.North.Start();
        _town.Dispose();
    }

    /// <summary>
    /// An auditor's copies lie in a folder that may only be read: an honest party is not called damaged, and nothing is left beside them.
    /// </summary>
    [Test, Rule(23)]
    public void CopiesThatMayOnlyBeReadAreAudited([Values("600", "400")] string mode, [Values] bool hasLog)
    {
        Shell("mkdir -m 700 copies && cp issuer/issuer.db* copies && for f in north/bank.db*; do cp $f copies; done");
        try
        {
            Assert.That(File.Exists(Path.Combine(_town.Folder, "copies/bank.db-wal")), Is.True);
            if (!hasLog)
            {
                foreach (string file in new[] { "issuer.db", "bank.db" })
                {
                    using var connection = new SqliteConnection($"Data Source={Path.Combine(_town.Folder, "copies", file)};Pooling=False");
                    connection.Open();
                    using var all = connection.CreateCommand();
                    all.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
                    all.ExecuteNonQuery();
                }

                Assert.That(Shell("ls copies"), Is.EqualTo("bank.db\nissuer.db\n"));
            }

            Shell($"chmod {mode} copies/*; chmod 500 copies");
            Give("copies");
            string before = Shell("ls -l --time-style=full-iso copies");
            var audit = Run("hiercash-auditor", Audit);
            Assert.That((audit.Code, audit.Output.StartsWith("All invariants hold.", StringComparison.Ordinal)), Is.EqualTo((0, true)),
                audit.Output + audit.Error);
            if (mode == "400" || !hasLog)
            {
                Assert.That(Shell("ls -l --time-style=full-iso copies"), Is.EqualTo(before), "nothing was left beside them");
            }
        }
        finally
        {
            Shell("chmod 700 copies; rm -r copies");
        }
    }

    /// <summary>Whose folder may not be looked into is not called missing.</summary>
    [Test]
    public void AnotherUsersFolderIsNotCalledEmpty()
    {
        Shell("mkdir theirs && cp issuer/issuer.json theirs && chmod 000 theirs");
        AssertRefused("hiercash-issuer", "status --dir theirs", "The folder 'theirs' may not be read or written by this user.");
        AssertRefused("hiercash-wallet", "activate --letter theirs/a.letter",
            "The folder 'theirs' may not be read or written by this user.");
        Shell("chmod 700 theirs; rm -r theirs");
    }

    /// <summary>No sentence of the framework, no name of a file that the program makes for itself.</summary>
    [Test]
    public void AFolderThatMayNotBeWrittenIsNamed()
    {
        Shell("mkdir -m 700 mine rof && chmod 500 rof");
        Give("mine", "rof");
        AssertRefused("hiercash-card", "new rof/a.card",
            "The card image 'rof/a.card' cannot be made. The folder 'rof' may not be read or written by this user.");
        Assert.That(Run("hiercash-card", "new mine/a.card").Code, Is.Zero);
        AssertRefused("hiercash-card", "insert mine/a.card --record rof/t",
            "The trace 'rof/t' cannot be written. The folder 'rof' may not be read or written by this user.");
        AssertRefused("hiercash-town", "demo --dir rof/town", "The folder 'rof' may not be read or written by this user.");
        Shell("chmod 700 rof; rm -r mine rof");
    }

    /// <summary>
    /// Of a database that may only be read no log is made, which would have its mode and be in the way once that is mended.
    /// </summary>
    [Test, Rule(23)]
    public void ADatabaseThatMayOnlyBeReadIsNamed()
    {
        Shell("mkdir -m 700 still && cp south/bank.json still && umask 077");
        _town.South.Stop();
        try
        {
            Shell("cp south/bank.db still; chmod 400 still/bank.db");
            Give("still");
            AssertRefused("hiercash-bank", "accounts --dir still", "The file 'still/bank.db' may only be read, and it has to be written. "
                + "Its owner mends that with chmod 600 'still/bank.db'.");
            Assert.That(Shell("ls still"), Is.EqualTo("bank.db\nbank.json\n"));
            Shell("chmod 600 still/bank.db");
            Assert.That(Run("hiercash-bank", "accounts --dir still").Code, Is.Zero);

            // What an older version left behind.
            Shell("touch still/bank.db-shm && chmod 400 still/bank.db-shm");
            AssertRefused("hiercash-bank", "accounts --dir still", "chmod 600 'still/bank.db-shm'");
        }
        finally
        {
            _town.South.Start();
            Shell("rm -r still");
        }
    }

    private void AssertRefused(string console, string line, string part)
    {
        var refused = Run(console, line);
        Assert.That((refused.Code, refused.Error.Contains(part, StringComparison.Ordinal)), Is.EqualTo((1, true)), refused.Error);
    }

    /// <summary>Root reads and writes everything, so it is nobody who runs the programs then.</summary>
    private ConsoleResult Run(string console, string line) => IsRoot
        ? ConsoleProcess.Run(_town.Folder, "setpriv",
            ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", ConsoleProcess.Find(console), .. line.Split(' ')])
        : _town.Run(console, line.Split(' '));

    private void Give(params string[] folders)
    {
        if (IsRoot)
        {
            Shell($"chown -R {Nobody}:{Nobody} {string.Join(' ', folders)}");
        }
    }

    private string Shell(string script) => _town.Must("sh", "-c", script);
}
