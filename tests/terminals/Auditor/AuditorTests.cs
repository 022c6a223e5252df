using HierCash.Auditor;
using HierCash.Tests.Consoles;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Audits;

/// <summary>
/// The auditor on the books of a town in which everything happened: all holds; and each planted corruption is found and named.
/// </summary>
[Parallelizable]
public sealed partial class AuditorTests
{
    private string _folder = null!;
    private SimulatedTown _town = null!;
    private byte[] _evidence = [];

    /// <summary>Which books, what is done to them, and the table that the auditor has to name.</summary>
    private static readonly (string Name, string Books, string Sql, string Table)[] Corruptions =
    [
        ("Y of a coin", "issuer",
            "UPDATE inspection SET y = y + 1 WHERE coin = (SELECT min(coin) FROM inspection WHERE y + returned < x - 1)", "inspection"),
        ("X of a coin", "issuer", "UPDATE inspection SET x = x + 100 WHERE coin = (SELECT min(coin) FROM inspection)", "inspection"),
        ("n of a coin", "issuer", "UPDATE inspection SET n = randomblob(33) WHERE coin = (SELECT min(coin) FROM inspection)", "inspection"),
        ("expiry of a coin", "issuer", "UPDATE inspection SET expiry = expiry + 1 WHERE coin = (SELECT min(coin) FROM inspection)",
            "inspection"),
        ("a coin that is missing", "issuer", "DELETE FROM inspection WHERE coin = (SELECT min(coin) FROM inspection WHERE y = 0)",
            "issuance"),
        ("a coin that nobody withdrew", "issuer",
            "DELETE FROM issuance WHERE request = (SELECT request FROM inspection WHERE y = 0 LIMIT 1)", "inspection"),
        ("a payment that is missing", "issuer",
            "DELETE FROM history WHERE id = (SELECT min(id) FROM history WHERE verdict = 12 AND reversed IS NULL)", "inspection"),
        ("y of a payment", "issuer", "UPDATE history SET y = y + 1 WHERE id = 1", "history"),
        ("what was credited", "issuer", "UPDATE history SET credited = 0 WHERE id = 1", "history"),
        ("who made a coin's key", "issuer", "UPDATE inspection SET keyed = 1 WHERE coin = (SELECT min(coin) FROM inspection)",
            "inspection"),
        ("a verdict", "issuer", "UPDATE history SET verdict = 11 WHERE id = 1", "history"),
        ("a forged signature in H", "issuer", "UPDATE history SET h = CAST(substr(h, 1, length(h) - 1) || CASE substr(h, -1) WHEN x'00' "
            + "THEN x'01' ELSE x'00' END AS BLOB) WHERE id = 1", "history"),
        ("a forged receipt", "issuer", "UPDATE history SET receipt = CAST(substr(receipt, 1, length(receipt) - 10) || x'00000000' || "
            + "substr(receipt, -6) AS BLOB) WHERE id = 1", "history"),
        ("a payment booked twice", "issuer",
            "INSERT INTO history(payment_id, coin, seq, shop, y, verdict, credited, guaranteed, waiting, due, date, h, receipt, till) "
            + "SELECT randomblob(32), coin, seq, shop, y, verdict, credited, guaranteed, waiting, due, date, h, receipt, till FROM history "
            + "WHERE id = 1", "history"),
        ("the till of a payment", "issuer", "UPDATE history SET till = randomblob(16) WHERE id = 1", "history"),
        ("a coin of no bank", "issuer",
            "DELETE FROM issuance WHERE request = (SELECT request FROM inspection WHERE y = 0 ORDER BY coin LIMIT 1); "
            + "UPDATE inspection SET bank = 0 WHERE coin = (SELECT min(coin) FROM inspection WHERE y = 0)", "inspection"),
        ("what the issuer bears for nothing", "issuer",
            "INSERT INTO transfer_delta VALUES(0, 1, zeroblob(32), 5), (2, 2, randomblob(32), 5)", "transfer_delta"),
        ("an instruction for no bank", "issuer", "INSERT INTO instruction VALUES(0, 1, 1, zeroblob(32), 5, x'00')", "instruction"),
        ("what a bank has outstanding", "issuer", "UPDATE bank SET issued = issued + 5 WHERE id = 1", "bank"),
        ("what is settled", "issuer", "UPDATE bank SET settled = settled + 5, issued = issued + 5 WHERE id = 1", "bank"),
        ("what is redeemed", "issuer", "UPDATE bank SET redeemed = redeemed - 5, issued = issued - 5 WHERE id = 1", "bank"),
        ("an instruction's amount", "issuer", "UPDATE instruction SET amount = amount + 1 WHERE bank = 1 AND number = 1", "instruction"),
        ("an instruction that is missing", "issuer", "DELETE FROM instruction WHERE bank = 1 AND number = 1", "instruction"),
        ("a doubled transfer", "issuer", "INSERT INTO instruction SELECT bank, number + 1000, kind, reference, amount, transfer FROM "
            + "instruction WHERE bank = 2 AND number = 1", "instruction"),
        ("a tombstone that becomes cash", "issuer",
            "UPDATE issuance SET ek = randomblob(112), never_issued = NULL WHERE never_issued IS NOT NULL", "issuance"),
        ("a dead payment that comes alive", "issuer", "UPDATE dead_payment SET y = y + 1", "dead_payment"),
        ("a case that is hushed up", "issuer", "UPDATE trace_case SET is_excess = 0, proof = NULL", "trace_case"),
        ("a till's key", "issuer",
            "UPDATE till SET public_key = (SELECT public_key FROM bank WHERE id = 1) WHERE w = (SELECT min(w) FROM till)", "till"),
        ("a certificate", "issuer", "UPDATE secret_key SET certificate = (SELECT CAST(certificate || x'00' AS BLOB) FROM secret_key WHERE "
            + "name = 'coin') WHERE name = 'statement'", "secret_key"),
        ("a statement of circulation", "issuer",
            "UPDATE audit_statement SET statement = (SELECT statement FROM audit_statement WHERE bank = 1 AND number = 1) WHERE bank = 1 "
                + "AND number = 2", "audit_statement"),
        ("a balance", "bank-1", "UPDATE ledger_account SET balance = balance + 100 WHERE kind = 'user' AND id = (SELECT min(id) FROM "
            + "ledger_account WHERE kind = 'user')", "ledger_account"),
        ("an entry", "bank-1", "UPDATE ledger_entry SET amount = amount + 1 WHERE rowid = (SELECT min(rowid) FROM ledger_entry)",
            "ledger_tx"),
        ("an entry that is missing", "bank-1", "DELETE FROM ledger_entry WHERE rowid = (SELECT max(rowid) FROM ledger_entry)", "ledger_tx"),
        ("a booking that is missing", "bank-1", "DELETE FROM ledger_tx WHERE id = 3; DELETE FROM ledger_entry WHERE tx = 3",
            "ledger_account"),
        ("money out of nothing", "bank-1",
            "UPDATE withdrawal SET x = x * 2; UPDATE ledger_entry SET amount = amount * 2 WHERE tx = 1; "
                + "UPDATE ledger_account SET balance = (SELECT coalesce(sum(amount), 0) FROM ledger_entry e WHERE e.account = "
                + "ledger_account.id)", "withdrawal"),
        ("a shop below zero", "bank-2",
            "INSERT INTO ledger_tx(id, date, kind, reference) SELECT max(id) + 1, 0, 'deposit', x'00' FROM ledger_tx; "
                + "INSERT INTO ledger_account(kind, owner) SELECT 'vault', x'' WHERE NOT EXISTS (SELECT 1 FROM ledger_account WHERE kind = "
                + "'vault'); "
                + "INSERT INTO ledger_entry SELECT (SELECT max(id) FROM ledger_tx), id, CASE kind WHEN 'vault' THEN 9000 ELSE -9000 END "
                + "FROM ledger_account WHERE kind = 'vault' OR id = (SELECT min(id) FROM ledger_account WHERE kind = 'shop'); "
                + "UPDATE ledger_account SET balance = (SELECT coalesce(sum(amount), 0) FROM ledger_entry e WHERE e.account = "
                + "ledger_account.id)", "ledger_account"),
        ("an order that the user did not sign", "bank-1", "UPDATE withdrawal SET user_order = CAST(substr(user_order, 1, "
            + "length(user_order) - 1) || x'99' AS BLOB) WHERE rowid = 1", "withdrawal"),
        ("money back without a \"never\"", "bank-1", "UPDATE withdrawal SET state = 'Reversed', ek = NULL WHERE rowid = 1", "withdrawal"),
        ("an account's key", "bank-1", "UPDATE account SET public_key = (SELECT public_key FROM account ORDER BY u LIMIT 1) WHERE u = "
            + "(SELECT max(u) FROM account)", "account"),
        ("a transfer that the issuer did not sign", "bank-1", "UPDATE booked_transfer SET transfer = CAST(substr(transfer, 1, "
            + "length(transfer) - 1) || x'99' AS BLOB) WHERE number = 1", "booked_transfer"),
        ("a booked transfer that is missing", "bank-2", "DELETE FROM booked_transfer WHERE number = 1", "booked_transfer"),
        ("evidence that was weakened", "bank-1", "UPDATE evidence SET proof = 4", "evidence"),
        ("a claim without evidence", "bank-1", "UPDATE evidence SET claimed = claimed + 7", "evidence"),
        ("a statement that the bank was told", "bank-1", "DELETE FROM audit_statement WHERE number = 1", "audit_statement"),
    ];

    public static IEnumerable<string> Names => Corruptions.Select(c => c.Name);

    [OneTimeSetUp]
    public async Task Live()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-audit-").FullName;
        _town = Towns.Make(with: o => o with { Directory = _folder });
        string cafe = _town.AddTill("Cafe");
        string kiosk = _town.AddTill("Kiosk");
        using var alice = _town.User("Alice", 5000, 2000, 1000);
        using var bob = _town.User("Bob", 3000);
        using var mallory = _town.User("Mallory", 2000);
        using var clone = mallory.Clone();
        _town.Pay(cafe, alice, 1250);
        var refunded = _town.Pay(cafe, alice, 400);
        _town.Pay(kiosk, bob, 500);
        _town.Pay(cafe, mallory, 2000);
        _town.Pay(kiosk, clone, 1500);
        await _town.Settle(cafe);
        await _town.Settle(kiosk);
        await _town.Till(cafe).Refund(refunded.Sale.Time, alice.Card, _town.TillLink(cafe), default).OrRefuse();
        await _town.RunCycle();
        _town.Pay(cafe, bob, 150);
        _town.Pay(kiosk, bob, 150);
        await _town.Settle(cafe);
        await _town.Settle(kiosk);
        Assert.That(_town.Withdraw(bob, 1_000_000).Outcome, Is.EqualTo(WithdrawalOutcome.Refused), "a tombstone");
        _town.Pay(kiosk, bob, 100);
        await _town.Wallet.Redeem(alice.Card, alice.Pin, c => c.Coin.Terms.FaceValue.Minor == 1000, default).OrRefuse();
        _town.Clock.Advance(TimeSpan.FromDays(9));
        await _town.RunCycle();
        Assert.That((await _town.Wallet.Recover(bob.Card, bob.Pin, e => e.Paid.Minor == 100, default).OrRefuse()).Single().Done,
            "a dead payment");
        _town.Clock.Advance(TimeSpan.FromDays(40));
        await _town.RunCycle();
        _evidence = _town.UserBank.EvidenceFiles.Single().Encode();
        foreach (string party in new[] { "issuer", "bank-1", "bank-2" })
        {
            _town.StoreBytes(party);
        }
    }

    [OneTimeTearDown]
    public void End()
    {
        _town.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void WhereNothingIsWrongNothingIsFound()
    {
        var audit = Run(_folder);
        Assert.That(audit.Findings, Is.Empty);
        Assert.That(audit.Verified, Is.GreaterThan(10));
        Assert.That(TownAudit.Run(_town), Is.Empty, "and the parties' own audits agree");
    }

    [TestCaseSource(nameof(Names))]
    public void EachPlantedCorruptionIsFoundAndNamed(string name)
    {
        var (_, books, sql, table) = Corruptions.Single(c => c.Name == name);
        string copy = Copy();
        try
        {
            Assert.That(Corrupt(Path.Combine(copy, books + ".db"), sql), Is.GreaterThan(0), "something was changed");
            var findings = Run(copy).Findings;
            Assert.That(findings, Is.Not.Empty);
            TestContext.Out.WriteLine($"{name}: {findings[0]}");
            Assert.That((findings[0].Books, findings[0].Table), Is.EqualTo((books, table)), string.Join("; ", findings));
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Test]
    public void ThereAreMoreThanTwentyKinds() =>
        Assert.That(Corruptions.Select(c => c.Sql).Distinct().Count(), Is.GreaterThanOrEqualTo(20));

    /// <summary>The second run verifies only what is new, and still finds what changed or vanished since.</summary>
    [Test]
    public void ASecondAuditVerifiesOnlyWhatIsNew()
    {
        string copy = Copy();
        try
        {
            using (var seen = Database.OpenOrCreateFile(Path.Combine(copy, "seen.db"), AuditRun.SeenSchema))
            {
                Assert.That(Run(copy, seen).Verified, Is.GreaterThan(10));
                var again = Run(copy, seen);
                Assert.That((again.Verified, again.Ok), Is.EqualTo((0, true)));

                Corrupt(Path.Combine(copy, "bank-1.db"), "UPDATE withdrawal SET ek = randomblob(112) WHERE rowid = 1");
                Assert.That(Run(copy, seen).Ok, "E_K is no part of what is signed");

                // A flag of the receipt that no signature covers: nothing but the digest of the earlier audit shows that the row is
                // another.
                Corrupt(Path.Combine(copy, "issuer.db"),
                    "UPDATE history SET receipt = CAST(substr(receipt, 1, length(receipt) - 4) || x'DF300101' AS BLOB) WHERE id = 2");
                var changed = Run(copy, seen);
                Assert.That(changed.Findings.Single().ToString(), Is.EqualTo("issuer: history 2: it changed since an earlier audit"));
            }
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>Every bit of the file: flipped, it is no evidence, or it proves nothing.</summary>
    [Test, Hole(19)]
    public void EverySingleBitFlipOfAnEvidenceFileIsRejected()
    {
        Assert.That(Evidence.Decode(_evidence)!.Check(_town.Options.Suite, _town.Scheme.Root).IsProven);
        var suite = new Protocol.Suite.BclSuite();
        int flips = 0;
        for (int bit = 0; bit < _evidence.Length * 8; bit++, flips++)
        {
            var altered = (byte[])_evidence.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(Evidence.Decode(altered)?.Check(suite, _town.Scheme.Root).IsProven ?? false, Is.False, $"bit {bit}");
        }

        TestContext.Out.WriteLine($"{flips} single-bit flips rejected");
    }

    [Test]
    public void TheConsoleAuditsAndVerifies()
    {
        File.WriteAllBytes(Path.Combine(_folder, "m.evidence"), _evidence);
        string root = Convert.ToHexString(_town.Scheme.Root.Bytes);
        var verified = ConsoleProcess.Run(_folder, "hiercash-auditor", "verify-evidence", "m.evidence", "--root", root);
        Assert.That((verified.Code, verified.Output), Is.EqualTo((0, verified.Output)));
        Assert.That(verified.Output, Does.StartWith("Mallory (account").And.Contain("Who has to answer: User."));
        var altered = (byte[])_evidence.Clone();
        altered[700] ^= 1;
        File.WriteAllBytes(Path.Combine(_folder, "x.evidence"), altered);
        Assert.That(ConsoleProcess.Run(_folder, "hiercash-auditor", "verify-evidence", "x.evidence", "--root", root).Code, Is.EqualTo(1));
        var audit = ConsoleProcess.Run(_folder, "hiercash-auditor", "audit", "--issuer", "issuer.db", "--bank", "bank-1.db", "--bank",
            "bank-2.db", "--root", root);
        Assert.That((audit.Code, audit.Output.Contains("All invariants hold.", StringComparison.Ordinal)), Is.EqualTo((0, true)),
            audit.Output + audit.Error);
        Assert.That(ConsoleProcess.Run(_folder, "hiercash-auditor", "audit", "--root", root).Code, Is.EqualTo(2));
        Assert.That(ConsoleProcess.Run(_folder, "hiercash-auditor", "audit", "--issuer", "no.db", "--root", root).Code, Is.EqualTo(1));
    }

    private AuditResult Run(string folder, Database? seen = null) => AuditRun.Run(
        Path.Combine(folder, "issuer.db"), [("bank-1", Path.Combine(folder, "bank-1.db")), ("bank-2", Path.Combine(folder, "bank-2.db"))],
        _town.Scheme.Root, _town.Options.Suite, seen).OrRefuse();

    private string Copy()
    {
        string copy = Directory.CreateTempSubdirectory("hiercash-audit-").FullName;
        foreach (string file in new[] { "issuer.db", "bank-1.db", "bank-2.db" })
        {
            File.Copy(Path.Combine(_folder, file), Path.Combine(copy, file));
        }

        return copy;
    }

    private static int Corrupt(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=false;Foreign Keys=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }
}
