using HierCash.Issuer;
using HierCash.Protocol.Cash;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Wallet;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// All clocks of a town were six weeks ahead, and nobody noticed. Then they are right, and a person confirms the issuer's: each kind of
/// what it signed is listed, and signed again under the right date, and each date that it reckons with is one that has come (rule R26).
/// </summary>
[Parallelizable, FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class SignedAheadTests
{
    /// <summary>
    /// Dates that stay as they were said: ends of terms, what somebody else has signed, and the day of a dossier, which says what was
    /// signed.
    /// </summary>
    private static readonly string[] Stay =
    [
        "inspection.expiry", "closed_coin.expiry", "hot.expiry", "dead_payment.expiry", "dead_payment.needed", "till.newest",
        "trace_case.dated", "history.due", "guarantee.due",
        "early.expiry", "outage.began",
    ];

    /// <summary>Columns that hold numbers, and no date; with their table where another's holds one.</summary>
    private static readonly string[] NoDates =
    [
        "acknowledged", "amount", "bank", "basis", "by_revoked", "cap", "changed", "changes", "claimed", "closed", "coin", "credited",
        "done", "guaranteed", "id", "is_excess", "issued",
        "judged_revision", "kind", "missed", "moved", "next_number", "number", "singleton", "outcome", "page_index", "proof", "proven",
        "proven_at", "proven_of", "recovered", "redeemed",
        "restoration", "restored", "returned", "revision", "role", "seq", "settled", "shop", "shop_bank", "times", "tm", "told", "unopened",
        "verdict", "version", "waiting", "x", "y",
        "inspection.keyed", "closed_coin.keyed", "guarantee.paid",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("hiercash-ahead-").FullName;
    private readonly SimulatedTown _town;
    private string _before = "";
    private string _after = "";
    private string _later = "";
    private IReadOnlyList<SignedAhead> _ahead = [];
    private Timestamp _now;

    public SignedAheadTests() => _town = Towns.Make(with: o => o with { Directory = _folder });

    [OneTimeSetUp]
    public async Task SetUp()
    {
        string cafe = _town.AddTill("Cafe");
        using var alice = _town.User("Alice", 5000, 2000);
        using var mallory = _town.User("Mallory", 3000);
        using var bob = _town.User("Bob", 1000);
        await _town.RunCycle();
        var begun = Timestamp.Now(_town.Clock);

        // A till that never settles, and is revoked: what was paid there is pronounced dead.
        _town.Clock.Advance(TimeSpan.FromDays(30));
        await _town.RunCycle();
        string dead = _town.AddTill("Kiosk");
        _town.Pay(dead, alice, 300);
        _town.Clock.Advance(_town.Scheme.Terms.SettlePeriod + TimeSpan.FromHours(25));
        await _town.RunCycle();
        await _town.Wallet.Recover(alice.Card, alice.Pin, null, default).OrRefuse();
        _town.Issuer.Revoke(_town.Till(dead).W).OrRefuse();

        // A payment that is taken back, a lost card, and a copied one; then a cycle that no bank has heard of.
        using var copy = mallory.Clone();
        string deli = _town.AddTill("Deli");
        var paid = _town.Pay(cafe, alice, 300);
        _town.Pay(cafe, alice, 200);
        _town.Pay(cafe, mallory, 3000);
        _town.Pay(deli, copy, 2000);
        await _town.Settle(cafe);
        await _town.Settle(deli);
        (await _town.UserBank.ReportLost(WalletTerminal.SignLostReport(bob.Card, bob.Pin, Timestamp.Now(_town.Clock)), default)).OrRefuse();
        await _town.RunCycles();
        await _town.Till(cafe).Refund(paid.Sale.Time, alice.Card, _town.TillLink(cafe), default).OrRefuse();
        _town.Issuer.CloseCycle();
        _town.Issuer.Rotate(KeyUsage.IssuerStatement).OrRefuse().OrRefuse();

        _before = Export("before");
        _town.Clock.Advance(-new TimeSpan((long)(
            Timestamp.Now(_town.Clock).Microseconds - begun.Microseconds) * TimeSpan.TicksPerMicrosecond));
        _now = Timestamp.Now(_town.Clock);
        _ahead = _town.Issuer.AcceptClock();
        _after = Export("after");
        await _town.RunCycles();
        _later = Export("later");
    }

    [OneTimeTearDown]
    public void TearDown()
    {
        _town.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Test, Rule(26)]
    public void EachKindIsListedWithItsNumber()
    {
        long now = _now.ToLedger();
        long latest = _now.Plus(_town.Scheme.Terms.DisputeTerm).ToLedger();
        Assert.That(_ahead.Select(a => (a.What, (long)a.Count)), Is.EqualTo(new[]
        {
            ("certificates of this issuer's keys", 1),
            ("grants of tills", 2),
            ("versions of the hot list", Number($"SELECT count(*) FROM hot_version WHERE date > {now}")),
            ("statements of circulation", 2),
            ("instructions that no bank has acknowledged", Instructions(_before).Count),
            ("receipts", Number($"SELECT count(*) FROM history WHERE date > {now} OR due > {latest}")),
            ("reversals", 1),
            ("dead statements", 1),
            ("dossiers", 1),
        }));
        Assert.That(_ahead.Select(a => a.Count), Has.All.GreaterThan(0));
    }

    [Test, Rule(26)]
    public void InstructionsKeepTheirNumbers()
    {
        var again = Instructions(_after);
        Assert.That(again.ConvertAll(t => (t.Bank, t.Number, t.Total)),
            Is.EqualTo(Instructions(_before).ConvertAll(t => (t.Bank, t.Number, t.Total))).And.Not.Empty);
        Assert.That(again.Select(t => (t.Date, IsSigned(k => t.Verify(_town.Options.Suite, k)))), Has.All.EqualTo((_now, true)));
    }

    [Test, Rule(26)]
    public void ReceiptsAreRevisedAndPromisesDueAsTheyWouldHaveBeen()
    {
        var before = Read(_before, "SELECT receipt FROM history ORDER BY id", b => Receipt.Decode(b)!);
        var after = Read(_after, "SELECT receipt FROM history ORDER BY id", b => Receipt.Decode(b)!);
        var revised = before.Zip(after).Where(r => r.First.Date > _now).ToList();
        Assert.That(revised, Has.Count.GreaterThan(2));
        Assert.That(revised.Select(r => (r.Second.Revision - r.First.Revision, r.Second.Date,
            IsSigned(k => r.Second.Verify(_town.Options.Suite, k)))), Has.All.EqualTo((1, _now, true)));
        var due = _now.Plus(_town.Scheme.Terms.DisputeTerm);
        Assert.That(revised.Where(r => !r.First.Share.Guaranteed.IsZero).Select(r => (r.First.Share.Due > due, r.Second.Share.Due)),
            Is.Not.Empty.And.All.EqualTo((true, due)));
        Assert.That(Number("SELECT max(due) FROM guarantee", _after), Is.EqualTo(due.ToLedger()));
    }

    [Test, Rule(26)]
    public void WhatIsTakenBackIsTakenBackToday()
    {
        var again = Read(_after, "SELECT reversed FROM history WHERE reversed IS NOT NULL", b => Reversal.Decode(b)!).Single();
        Assert.That((again.Date, IsSigned(k => again.Verify(_town.Options.Suite, k))), Is.EqualTo((_now, true)));
        var dead = Read(_after, "SELECT statement FROM dead_payment", b => NonSettlementStatement.Decode(b)!).Single();
        Assert.That((dead.Date, IsSigned(k => dead.Verify(_town.Options.Suite, k))), Is.EqualTo((_now, true)));
    }

    /// <summary>The bank fetches the case again, and nothing of it contradicts what it had.</summary>
    [Test, Rule(26)]
    public void DossiersAreMadeAnew()
    {
        Assert.That((Number("SELECT changed FROM trace_case", _later), Ahead(_later).Contains("trace_case.proven_on")),
            Is.EqualTo((0L, false)));
        Assert.That(_town.UserBank.Contradictions, Is.Empty);
    }

    /// <summary>
    /// Whatever column holds a date that is still to come, it is one that stays as it was said; also those which this history leaves empty.
    /// </summary>
    [Test, Rule(26)]
    public void NoDateThatTheIssuerReckonsWithIsAhead()
    {
        Assert.That(Ahead(_before), Is.SupersetOf(
            new[] { "till.contact", "till.revoked", "till.registered", "history.date", "trace_case.opened", "trace_case.judged",
                "inspection.lost", "closed_coin.cancelled" }));
        Assert.That(Ahead(_after), Is.SubsetOf(Stay));
        long ahead = _now.Plus(TimeSpan.FromDays(300)).ToLedger();
        string[] planted =
        [
            "hot_version.date", "till.registered", "till.contact", "till.revoked", "bank.revoked", "bank.keyed", "former_key.ended",
            "former_key.revoked", "certified_key.date",
            "inspection.cancelled", "inspection.lost", "closed_coin.cancelled", "closed_coin.lost", "issuance.date", "mark.date",
            "parked.heard", "parked.date", "alarm.date", "alarm.last",
            "trace_case.opened", "trace_case.judged", "trace_case.found", "trace_case.proven_on", "guarantee.opened", "claim_payment.paid",
            "alive.date", "outage.ended",
            "restoration.ended", "restoration.since", "restoration.brought", "recovery.since", "recovery.copied", "behind.since",
            "lost_key.since", "early.arrival", "clock.doubted", "clock.forgot",
        ];
        Assert.That(Columns().Except([.. planted, .. Stay, .. Ahead(_before)])
            .Where(c => !NoDates.Contains(c) && !NoDates.Contains(c.Split('.')[1])), Is.Empty,
            "of each column it is known whether it holds a date");
        using (var store = Open(Path.Combine(_folder, "issuer.db")))
        {
            string[] rows =
            [
                "alarm(date, kind, subject, last) VALUES(1, 'none', x'01', 1)", "mark VALUES(1, 'none', 1, 1)",
                "former_key VALUES(x'01', 1, 1, 1)", "certified_key VALUES(x'01', 1, 1)",
                "parked VALUES(1, 99, 1, 1, 1, x'01')", "claim_payment VALUES(x'01', 1, NULL, x'01', 1, x'01', 1, 0, 1)",
                "outage VALUES(1, 1)", "restoration VALUES(9, 1, 1, 1)",
                "recovery(bank, since, copied, done) VALUES(9, 1, 1, 1)", "behind VALUES(9, 1, x'01')", "lost_key VALUES(x'01', 1, 1)",
                "early VALUES(x'01', x'01', 1, 1)",
                "closed_coin(coin, coin_id, n, tm, bank, request, opening, x, y, expiry) VALUES(99, x'01', x'01', 1, 1, x'01', x'01', "
                    + "1, 1, 1)",
            ];
            foreach (string row in rows)
            {
                Run(store, $"PRAGMA foreign_keys = OFF; INSERT OR IGNORE INTO {row}");
            }

            foreach (string[] place in planted.Select(p => p.Split('.')))
            {
                Run(store, $"UPDATE {place[0]} SET {place[1]} = {ahead}");
            }

            Run(store, "UPDATE trace_case SET changed = 0");
        }

        Assert.That(Ahead(Export("planted")), Is.SupersetOf(planted));
        _town.Issuer.AcceptClock();
        string again = Export("again");
        Assert.That(Ahead(again), Is.SubsetOf(Stay));
        Assert.That((Number("SELECT proven_on FROM trace_case", again), Number("SELECT changed FROM trace_case", again)),
            Is.EqualTo((0L, 1L)), "the case is told anew");
    }

    /// <summary>Tables and columns that hold a moment which is still to come. No amount or number is as large as a moment.</summary>
    private List<string> Ahead(string path)
    {
        using var store = Open(path);
        return Columns().FindAll(place => place.Split('.') is [var table, var c]
            && Texts(store, $"SELECT 1 FROM {table} WHERE {c} > {_now.ToLedger()} AND {c} < {long.MaxValue} LIMIT 1").Count > 0);
    }

    /// <summary>All columns of the issuer's that may hold a moment.</summary>
    private List<string> Columns()
    {
        using var store = Open(_before);
        return Texts(store, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name != 'forgotten'")
            .SelectMany(table => Texts(store, $"SELECT name FROM pragma_table_info('{table}') WHERE type = 'INTEGER'"), (table, c) =>
                $"{table}.{c}").ToList();
    }

    private bool IsSigned(Func<Protocol.Suite.PublicKey, bool> verify) =>
        _town.Issuer.Keys.Certificates.Any(c => c.Usage == KeyUsage.IssuerStatement && verify(c.Key));

    private static List<ClearingInstruction> Instructions(string path) => Read(
        path, "SELECT i.transfer FROM instruction i JOIN bank b ON b.id = i.bank WHERE i.number > b.acknowledged ORDER BY i.bank, "
            + "i.number", b => ClearingInstruction.Decode(b)!);

    private string Export(string name)
    {
        string path = Path.Combine(_folder, name + ".copy");
        _town.Export(SimulatedTown.IssuerName, path);
        return path;
    }

    private long Number(string sql, string? path = null)
    {
        using var store = Open(path ?? _before);
        return long.Parse(Texts(store, sql).Single(), null);
    }

    private static List<T> Read<T>(string path, string sql, Func<byte[], T> decode)
    {
        using var store = Open(path);
        using var command = store.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var all = new List<T>();
        while (reader.Read())
        {
            all.Add(decode(reader.GetFieldValue<byte[]>(0)));
        }

        return all;
    }

    private static SqliteConnection Open(string path)
    {
        var store = new SqliteConnection($"Data Source={path}");
        store.Open();
        return store;
    }

    private static List<string> Texts(SqliteConnection store, string sql)
    {
        using var command = store.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var all = new List<string>();
        while (reader.Read())
        {
            all.Add(reader.GetString(0));
        }

        return all;
    }

    private static void Run(SqliteConnection store, string sql)
    {
        using var command = store.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
