using HierCash.Shop;
using HierCash.Terminals;
using HierCash.Wallet;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Tests.Scenarios;

/// <summary>A till whose disk is full for a while: what was said stays said, and what waits goes on when it can.</summary>
[Parallelizable]
public sealed class FullDiskTests
{
    private string _folder = null!;
    private SimulatedTown _town = null!;
    private string _cafe = null!;
    private TownCard _alice = null!;

    private ShopTill Till => _town.Till(_cafe);

    [SetUp]
    public void MakeTown()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        _town = Towns.Make(with: o => o with { Directory = _folder });
        _cafe = _town.AddTill("Cafe");
        _alice = _town.User("Alice", 5000);
    }

    [TearDown]
    public void EndTown()
    {
        _alice.Dispose();
        _town.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// The receipt cannot be written. The till says so and asks again; when there is room, it settles by itself, and a payment between is
    /// taken.
    /// </summary>
    [Test]
    public async Task SettlementInTheBackgroundGoesOnWhenThereIsRoomAgain()
    {
        Assert.That(_town.Pay(_cafe, _alice, 1250).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Fill("BEFORE INSERT ON receipt");
        var settling = new Settling(Till, _town.TillLink(_cafe), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var run = settling.Run(TimeSpan.FromMilliseconds(50), stop.Token);
        Assert.That(() => settling.Fault, Does.Contain("database or disk is full").After(20_000, 20));
        Assert.That(settling.Offline, Is.Not.Null, "nothing is settled by itself now");
        Assert.That(run.IsCompleted, Is.False);
        Assert.That(Till.Sum(CoinPaymentState.Queued).Minor, Is.EqualTo(1250));
        Empty();
        Assert.That(() => (settling.Fault, settling.Offline), Is.EqualTo(((string?)null, (string?)null)).After(20_000, 20));
        Assert.That(Till.Sum(CoinPaymentState.Queued).IsZero);
        await stop.CancelAsync();
        await run;
    }

    /// <summary>A row that is damaged, or a file that was moved away: that is said, and settlement goes on when it is mended.</summary>
    [Test]
    public async Task SettlementInTheBackgroundOutlivesADamagedFile()
    {
        Assert.That(_town.Pay(_cafe, _alice, 1250).Outcome, Is.EqualTo(TillOutcome.Accepted));
        bool isDamaged = true;
        var way = new Hooked(_town.TillLink(_cafe), () =>
        {
            if (isDamaged)
            {
                throw new DatabaseException("A receipt cannot be read. Put back a good copy.");
            }
        });
        var settling = new Settling(Till, way, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var run = settling.Run(TimeSpan.FromMilliseconds(50), stop.Token);
        Assert.That(() => settling.Fault, Is.EqualTo("A receipt cannot be read. Put back a good copy.").After(20_000, 20));
        Assert.That(run.IsCompleted, Is.False);
        isDamaged = false;
        Assert.That(() => (settling.Fault, settling.Offline), Is.EqualTo(((string?)null, (string?)null)).After(20_000, 20));
        Assert.That(Till.Sum(CoinPaymentState.Queued).IsZero);
        await stop.CancelAsync();
        await run;
    }

    private sealed class Hooked(ILink inner, Action before) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            before();
            return inner.Call(request, cancel);
        }
    }

    /// <summary>The same fault as a till's screen shows it: what is wrong, and that it needs nobody.</summary>
    [Test]
    public void TheScreenSaysWhatIsWrong()
    {
        var screen = new TillScreen(
            "Cafe", Currency.Eur, TillScreenState.Waiting, "", Amount.Zero, "", Amount.Zero, 0, new Amount(1250),
            "SQLite Error 13: 'database or disk is full'.", "", "no card",
            Fault: "SQLite Error 13: 'database or disk is full'.");
        using var shown = new StringWriter();
        var console = Spectre.Console.AnsiConsole.Create(
            new Spectre.Console.AnsiConsoleSettings { Out = new Spectre.Console.AnsiConsoleOutput(shown) });
        console.Profile.Width = 200;
        console.Write(screen.Render());
        Assert.That(shown.ToString(), Does.Contain("queued 12.50 EUR, and this till's files cannot be used: SQLite Error 13: 'database or "
            + "disk is full'. It goes on by itself when they can"));
    }

    /// <summary>
    /// OK is on the disk, and what the card has got back cannot be noted: the payment is accepted all the same, and noted later.
    /// </summary>
    [Test, Rule(4)]
    public async Task WhatIsGivenBackAfterOkTurnsNoPaymentIntoAnError()
    {
        var first = _town.Pay(_cafe, _alice, 2000);
        await Till.Refund(first.Sale.Time, null, _town.TillLink(_cafe), default).OrRefuse();
        Fill("BEFORE UPDATE OF delivered ON part");
        var second = _town.Pay(_cafe, _alice, 1000);
        Assert.That((second.Outcome, Till.Accepted.Minor), Is.EqualTo((TillOutcome.Accepted, 1000UL)));
        Assert.That(Owed(), Is.EqualTo(2000), "it is not known yet that the card has it");
        Empty();
        Till.GiveBack(_alice.Card);
        Assert.That((Owed(), _alice.Balance().Minor), Is.EqualTo((0UL, 4000UL)));
    }

    /// <summary>
    /// The card has signed, and the payment cannot be written: no OK, and with its next payment here the card gets it back.
    /// </summary>
    [Test, Hole(1)]
    public void WhatACardSignedForADiskThatWasFullComesBackWithItsNextPayment()
    {
        Fill("BEFORE INSERT ON part");
        Assert.That(() => _town.Pay(_cafe, _alice, 2000), Throws.TypeOf<SqliteException>());
        Assert.That((Till.Accepted.IsZero, _alice.Balance().Minor), Is.EqualTo((true, 3000UL)), "it has signed");
        Empty();
        var next = _town.Pay(_cafe, _alice, 1000);
        Assert.That((next.Outcome, next.Ended.Single().Sale.Amount.Minor), Is.EqualTo((TillOutcome.Accepted, 2000UL)));
        Assert.That((Till.Accepted.Minor, _alice.Balance().Minor), Is.EqualTo((1000UL, 4000UL)));
    }

    /// <summary>Told to stop, with a standard output on the full disk: it stops, and its exit code is no crash's.</summary>
    [Test]
    public void WhatCannotSayThatItStopsStopsAllTheSame()
    {
        using var stop = new CancellationTokenSource();
        bool isTold = false;
        stop.Token.Register(() => isTold = true);
        using var full = new FullWriter();
        ServeLoop.SayStopping(stop.Token, full);
        Assert.That(stop.Cancel, Throws.Nothing);
        Assert.That((isTold, full.Lines), Is.EqualTo((true, 1)));
    }

    /// <summary>A fault whose sentence names a command says by that what ends it, and not that trying again does.</summary>
    [TestCase("Stop 'serve' and run 'hiercash-bank recover'.", "Stop 'serve' and run 'hiercash-bank recover'.")]
    [TestCase("It is not so.", "It is not so. It ends when it is tried again and succeeds.")]
    public async Task AFaultSaysOneEnd(string thrown, string said)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var faults = new Terminals.Store.Faults(TimeProvider.System);
        string seen = "";
        await ServeLoop.Every(
            TimeSpan.FromMilliseconds(1),
            _ =>
            {
                if (faults.All.Count > 0)
                {
                    seen = faults.All[0].ToString();
                    stop.Cancel();
                }

                throw new RefusedException(Outcome.RuleBroken, thrown);
            },
            NullLogger.Instance, TimeProvider.System, stop.Token, faults: faults);
        Assert.That(seen, Does.EndWith($": {said}"));
    }

    /// <summary>A cycle that cannot be written ends no server, and neither does what nobody foresaw: the next one can.</summary>
    [Test, Rule(28)]
    public async Task AServerOutlivesATurnThatFails([Values] bool isForeseen)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        int turns = 0;
        var faults = new Terminals.Store.Faults(TimeProvider.System);
        var seen = new List<string>();
        await ServeLoop.Every(
            TimeSpan.FromMilliseconds(1),
            _ =>
            {
                turns++;
                seen.AddRange(faults.All.Select(f => f.Reason));
                if (turns == 3)
                {
                    stop.Cancel();
                }

                throw (turns, isForeseen) switch
                {
                    (3, _) => new LinkException("The issuer is away."),
                    (1, false) => new InvalidOperationException("It may hold anything."),
                    (_, false) => new OverflowException("It may hold anything."),
                    (1, _) => new SqliteException("database or disk is full", 13),
                    _ => new RefusedException(Outcome.RuleBroken, "It is not so."),
                };
            },
            NullLogger.Instance, TimeProvider.System, stop.Token, faults: faults);
        Assert.That(turns, Is.EqualTo(3));
        Assert.That(seen, Has.All.Matches<string>(
            r => isForeseen ? r == "It is not so"
                : r!.Contains("a fault that it does not know (", StringComparison.Ordinal)
                    && !r.Contains("anything", StringComparison.Ordinal)));
        Assert.That(seen, Has.Count.EqualTo(isForeseen ? 1 : 2));
        Assert.That(isForeseen || (seen[0].Contains("(InvalidOperationException)", StringComparison.Ordinal)
            && seen[1].Contains("(OverflowException)", StringComparison.Ordinal)), "what a bug says goes no further than the log");
        Assert.That(faults.All.Single().Reason, Is.EqualTo("The issuer is away"));
    }

    /// <summary>
    /// The issuer's files may only be read for a while. Who asks hears that, nothing is taken for done, and when it is over all goes on by
    /// itself.
    /// </summary>
    [Test, Rule(28)]
    public async Task WhoAsksHearsWhyAndNothingIsAcknowledgedThatWasNotStored()
    {
        Assert.That(_town.Pay(_cafe, _alice, 1250).Outcome, Is.EqualTo(TillOutcome.Accepted));
        var before = _town.Rows(SimulatedTown.IssuerName);
        _town.MakeReadOnly(SimulatedTown.IssuerName, true);
        Assert.That(
            async () => await _town.Settle(_cafe),
            Throws.TypeOf<LinkException>().With.Message.Contains("its database may only be read, and not be written")
                .And.Message.Contains("It goes on by itself"));
        Assert.That(Till.Sum(CoinPaymentState.Queued).Minor, Is.EqualTo(1250));
        Assert.That(_town.Rows(SimulatedTown.IssuerName), Is.EqualTo(before));
        _town.MakeReadOnly(SimulatedTown.IssuerName, false);
        Assert.That((await _town.Settle(_cafe)).Settled, Is.EqualTo(1));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>
    /// The same of a bank whose disk fails: a withdrawal is no refusal that would end it, the account is not debited, and the card's side
    /// waits.
    /// </summary>
    [Test, Rule(28)]
    public async Task AWithdrawalWaitsForABankThatCannotStore()
    {
        var before = _town.Account(_alice);
        _town.MakeReadOnly("bank-1", true);
        Assert.That(() => _town.Withdraw(_alice, 500),
            Throws.TypeOf<LinkException>().With.Message.Contains("its database may only be read"));
        Assert.That(_town.Account(_alice), Is.EqualTo(before));
        _town.MakeReadOnly("bank-1", false);
        var resumed = await _town.Wallet.Resume(_alice.Card, _alice.Pin, default).OrRefuse();
        Assert.That(resumed.Single().Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>For another till's payments the S_W are in that till's folder.</summary>
    [Test, Rule(17)]
    public void WhoHasTheMoneyThatWasTakenBackIsNamed()
    {
        Assert.That(HeldView.TakenBack(new Amount(1250), Currency.Eur, null),
            Does.StartWith("12.50 EUR were taken back").And.Contain("to this till again"));
        Assert.That(HeldView.TakenBack(new Amount(1250), Currency.Eur, "cafe"),
            Does.Contain("'hiercash-shop till --dir cafe'").And.Not.Contain("to this till"));
    }

    private ulong Owed() => Till.HeldPayments.Aggregate(0UL, (sum, h) => sum + h.Owed.Minor);

    /// <summary>
    /// The issuer's disk is full for 50 hours. Its process goes on, writes nothing and serves nobody: a shop that took a payment by the
    /// book before, and brings it when there is room, is paid.
    /// </summary>
    [Test, Rule(6)]
    public async Task HoursInWhichTheIssuerWroteNothingAreNotCounted()
    {
        await using (_town.Issuer.StartService())
        {
            var report = WalletTerminal.SignLostReport(_alice.Card, _alice.Pin, Timestamp.Now(_town.Clock));
            using var found = _alice.Clone();
            _town.Clock.Advance(TimeSpan.FromHours(1));
            await _town.Wallet.ReportLost(report, default).OrRefuse();
            await Till.FetchHotList(_town.TillLink(_cafe), default).OrRefuse();
            _town.Clock.Advance(TimeSpan.FromMinutes(1));
            var h = _town.Sign(found, _cafe, 1000, Timestamp.Now(_town.Clock));
            Change("CREATE TRIGGER full BEFORE INSERT ON alive BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
                SimulatedTown.IssuerName);
            _town.Clock.Advance(TimeSpan.FromHours(50));
            Change("DROP TRIGGER full", SimulatedTown.IssuerName);
            Assert.That((await _town.Submit(_cafe, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        }
    }

    /// <summary>Writes of that kind fail from now on, as on a full disk.</summary>
    private void Fill(string what) => Change(
        $"CREATE TRIGGER full {what} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END", _cafe);

    private void Empty() => Change("DROP TRIGGER full", _cafe);

    private void Change(string sql, string party)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, party + ".db"), Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class FullWriter : StringWriter
    {
        public int Lines { get; private set; }

        public override void WriteLine(string? value)
        {
            Lines++;
            throw new IOException("No space left on device");
        }
    }
}
