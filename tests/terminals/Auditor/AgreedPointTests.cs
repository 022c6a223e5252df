using HierCash.Auditor;
using HierCash.Tests.Consoles;
using HierCash.Tests.Scenarios;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Audits;

/// <summary>The auditor reads living books at one moment, looks at the files first, and tells a shop's debt from a theft.</summary>
[Parallelizable]
public sealed class AgreedPointTests
{
    private string _folder = null!;
    private SimulatedTown _town = null!;
    private TownCard _alice = null!;
    private string _till = null!;

    [SetUp]
    public async Task Live()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-audit-").FullName;
        _town = Towns.Make(with: o => o with { Directory = _folder });
        _till = _town.AddTill("Cafe");
        _alice = _town.User("Alice", 5000);
        var refunded = _town.Pay(_till, _alice, 400);
        _town.Pay(_till, _alice, 1000);
        await _town.Settle(_till);
        await _town.RunCycle();
        await _town.Till(_till).Refund(refunded.Sale.Time, _alice.Card, _town.TillLink(_till), default).OrRefuse();
        await _town.RunCycle();
    }

    [TearDown]
    public void End()
    {
        _alice.Dispose();
        _town.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// Money moves from the issuer to the banks after the issuer's books were opened and before the banks' were: nobody is accused.
    /// </summary>
    [Test]
    public void WhoeverWritesBetweenTwoPartiesIsNotAccused()
    {
        var between = new Between(times: 3, () =>
        {
            _town.Pay(_till, _alice, 100);
            _town.Settle(_till).AsTask().GetAwaiter().GetResult();
            _town.RunCycle().AsTask().GetAwaiter().GetResult();
        });
        var audit = Run(between);
        Assert.That(audit.Findings, Is.Empty, "no booking that the issuer's books lack");
        Assert.That(between.Moments, Is.EqualTo(4), "three moments were spoilt, the fourth held");
        Assert.That(_town.ShopAccount().Minor, Is.EqualTo(1300));
    }

    /// <summary>
    /// A bank with shops' accounts alone, from whose books no order tells whose they are, has changed its key: they are still known, and
    /// compared.
    /// </summary>
    [Test]
    public async Task ABankThatChangedItsKeyIsStillKnown([Values] bool isRevoked)
    {
        var bank = _town.ShopBank.Id;
        if (isRevoked)
        {
            _town.Issuer.Revoke(bank).ThrowIfAny();
        }

        _town.Rejoin("bank-2", _town.Issuer.Enrol(
            _town.RequestNextKey("bank-2", isFresh: isRevoked), _town.Options.Cap, isRevoked ? bank : null).OrRefuse());
        await _town.RunCycle();
        Assert.That(Run().Findings, Is.Empty);
    }

    [Test]
    public void BooksThatNeverRestAreNotJudged()
    {
        var user = _town.UserBank.Accounts.Single().User;
        ulong receipt = 1000;
        var between = new Between(times: int.MaxValue, () => _town.UserBank.Deposit(user, new Amount(1), receipt++).OrRefuse());
        Assert.That(Ask(between).Refused, Is.Not.Null.With.Property("Outcome").EqualTo(Outcome.InUse)
            .And.Property("Sentence").Contain("Run it again"));
        Assert.That(between.Moments, Is.EqualTo(AuditRun.Attempts), "bounded");
        Assert.That(Run().Ok, "and at rest they are sound");
    }

    /// <summary>
    /// A page of a file is overwritten, or the file is something else: that is said first, and nothing in it is believed.
    /// </summary>
    [TestCase("issuer")]
    [TestCase("bank-2")]
    public void ADamagedFileIsAFinding(string party)
    {
        foreach (var (name, damage) in new (
            string, Action<string>)[] { ("page", OverwritePage), ("other", file => File.WriteAllText(file, new string('x', 9000))) })
        {
            string copy = Path.Combine(_folder, name);
            Directory.CreateDirectory(copy);
            foreach (string p in new[] { "issuer", "bank-1", "bank-2" })
            {
                string database = Path.Combine(copy, p + ".db");
                PrivateFile.Create(database).Dispose();
                File.WriteAllBytes(database, _town.StoreBytes(p));
            }

            damage(Path.Combine(copy, party + ".db"));
            var found = Run(folder: copy).Findings.Single();
            Assert.That((found.Books, found.Table), Is.EqualTo((party, "database")));
            Assert.That(found.What, Does.StartWith("the file is damaged, so nothing in it can be believed."));
            var console = ConsoleProcess.Run(
                copy, "hiercash-auditor", "audit", "--issuer", "issuer.db", "--bank", "bank-1.db", "--bank", "bank-2.db", "--root",
                Convert.ToHexString(_town.Scheme.Root.Bytes));
            Assert.That((console.Code, console.Output.Contains("the file is damaged", StringComparison.Ordinal)), Is.EqualTo((1, true)),
                console.Output + console.Error);
        }
    }

    /// <summary>
    /// An instruction may take a shop below zero, by as much as it took: its debt. A cent more is nobody's debt but a finding.
    /// </summary>
    [TestCase(-400, true)]
    [TestCase(-401, false)]
    public void AShopsDebtIsNoFinding(long balance, bool isDebt)
    {
        Change("bank-2", $"""
            INSERT INTO ledger_tx(id, date, kind, reference) SELECT max(id) + 1, 0, 'deposit', x'00' FROM ledger_tx;
            INSERT INTO ledger_account(kind, owner) VALUES('vault', x'');
            INSERT INTO ledger_entry SELECT (SELECT max(id) FROM ledger_tx), id, (SELECT {balance} - balance FROM ledger_account WHERE kind = 'shop') * CASE kind WHEN 'shop' THEN 1 ELSE -1 END
            FROM ledger_account WHERE kind IN ('vault', 'shop');
            UPDATE ledger_account SET balance = (SELECT coalesce(sum(amount), 0) FROM ledger_entry e WHERE e.account = ledger_account.id)
            """);
        var audit = Run();
        var own = _town.ShopBank.Audit;
        if (isDebt)
        {
            Assert.That(audit.Findings, Is.Empty);
            Assert.That(audit.Notes.Single().ToString(),
                Does.StartWith("bank-2: ledger_account")
                    .And.EndWith("Cafe owes 400 minor units to this bank, for payments that were taken back"));
            Assert.That(own.Run(), Is.Empty);
            Assert.That(own.ShopDebts, Is.EqualTo(new[] { ("Cafe", new Amount(400)) }));
            Assert.That(_town.ShopBank.ShopAccounts.Select(s => (s.Name, s.Balance)), Is.EqualTo(new[] { ("Cafe", -400L) }));
        }
        else
        {
            Assert.That(audit.Findings.Single().ToString(), Does.EndWith("the shop account is at -401, and instructions took 400 from it"));
            Assert.That(audit.Notes, Is.Empty);
            Assert.That(own.Run(), Is.EqualTo(new[] { "ledger: a shop account is at -401" }));
            Assert.That(own.ShopDebts, Is.Empty);
        }
    }

    private AuditResult Run(ICrashPoints? crash = null, string? folder = null) => Ask(crash, folder).OrRefuse();

    private Result<AuditResult> Ask(ICrashPoints? crash = null, string? folder = null) => AuditRun.Run(
        Path.Combine(folder ?? _folder, "issuer.db"),
        [("bank-1", Path.Combine(folder ?? _folder, "bank-1.db")), ("bank-2", Path.Combine(folder ?? _folder, "bank-2.db"))],
        _town.Scheme.Root, _town.Options.Suite, crash: crash);

    private static void OverwritePage(string file)
    {
        const int PageSize = 4096;
        using var stream = File.OpenWrite(file);
        stream.Seek(2 * PageSize, SeekOrigin.Begin);
        stream.Write(Enumerable.Repeat((byte)0xA5, PageSize).ToArray());
    }

    private void Change(string party, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, party + ".db")};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Does something after the first of three books was opened, so many times.</summary>
    private sealed class Between(int times, Action action) : ICrashPoints
    {
        private int _pinned;

        public int Moments { get; private set; }

        public void Reach(string point)
        {
            if (point == AuditPoints.BooksPinned && _pinned++ % 3 == 0 && ++Moments <= times)
            {
                action();
            }
        }
    }
}
