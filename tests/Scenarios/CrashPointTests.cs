using HierCash.Terminals.Consoles;
using System.Reflection;
using HierCash.Card.Client;
using HierCash.Card.Runtime;
using HierCash.Protocol.Cash;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Store;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Each party is stopped at each of its crash points, started again from its files, and the step repeated: nothing is lost,
/// nothing is paid twice, the audits agree.
/// </summary>
[Parallelizable]
public sealed class CrashPointTests
{
    private sealed class TestCrash(string point) : Exception(point);

    private sealed class CrashOnce(string point) : ICrashPoints
    {
        public bool Crashed { get; private set; }

        public void Reach(string reached)
        {
            if (reached == point && !Crashed)
            {
                Crashed = true;
                throw new TestCrash(point);
            }
        }
    }

    private sealed class Visits : ICrashPoints
    {
        public HashSet<string> Points { get; } = [];

        public void Reach(string point) => Points.Add(point);
    }

    private static readonly Type[] Parties =
        [typeof(Issuer.CrashPoints), typeof(Bank.CrashPoints), typeof(CrashPoints), typeof(Wallet.CrashPoints)];

    /// <summary>Every constant that a party declares, whatever its list says.</summary>
    private static IEnumerable<string> Declared =>
        Parties.SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(f => f.IsLiteral)
            .Select(f => (string)f.GetRawConstantValue()!);

    private static readonly Dictionary<string, Func<ICrashPoints, string, Task>> Stories = new()
    {
        ["trade"] = Trade,
        ["care"] = Care,
    };

    private static readonly Lazy<Dictionary<string, string>> StoryOf = new(() =>
    {
        var found = new Dictionary<string, string>();
        foreach (var (name, story) in Stories)
        {
            var visits = new Visits();
            InFolder(folder => story(visits, folder)).GetAwaiter().GetResult();
            visits.Points.ToList().ForEach(p => found.TryAdd(p, name));
        }

        return found;
    });

    /// <summary>
    /// What is declared, what the parties list, and what the stories below visit when nothing stops them: the same points.
    /// </summary>
    [Test]
    public void EveryDeclaredPointIsListedAndVisited()
    {
        Assert.That(Declared, Is.Unique);
        Assert.That(Issuer.CrashPoints.All.Concat(Bank.CrashPoints.All).Concat(CrashPoints.All).Concat(Wallet.CrashPoints.All),
            Is.EquivalentTo(Declared), "listed");
        Assert.That(StoryOf.Value.Keys, Is.EquivalentTo(Declared), "visited");
    }

    [TestCaseSource(nameof(Declared))]
    [Hole(1), Hole(7), Hole(18), Hole(24)]
    public async Task APartyThatStopsHereLosesNothing(string point)
    {
        Assert.That(StoryOf.Value, Does.ContainKey(point), "a story visits it");
        var crash = new CrashOnce(point);
        await InFolder(folder => Stories[StoryOf.Value[point]](crash, folder));
        Assert.That(crash.Crashed, "the point was reached");
    }

    private static async Task InFolder(Func<string, Task> story)
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            await story(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Withdrawals, payments, one cancelled, one cloned coin, settlement, evidence and claim.</summary>
    private static async Task Trade(ICrashPoints crash, string folder)
    {
        using var town = Towns.Make(with: o => o with { Directory = folder, Crash = crash });
        string one = town.AddTill("Cafe");
        string two = town.AddTill("Cafe");
        using var alice = town.NewCard("Alice");
        await Open(town, alice);
        using var mallory = town.NewCard("Mallory");
        await Open(town, mallory);

        await Withdraw(town, alice, 5000);
        await Withdraw(town, mallory, 3000);
        using var copy = mallory.Clone();
        Pay(town, one, alice, 1250);
        await Cancel(town, one, alice, 700);
        Pay(town, one, mallory, 3000);
        Pay(town, two, copy, 2000);
        await Repeat(town, async () => await town.Settle(one));
        await Repeat(town, async () => await town.Settle(two));
        await Repeat(town, async () => await town.RunCycle());
        await Repeat(town, async () => await town.RunCycle());
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        await Repeat(town, async () => await town.RunCycle());
        await Repeat(town, async () => await town.RunCycle());

        Assert.That(town.Account(alice).Minor, Is.EqualTo(95_000), "debited once");
        Assert.That(alice.Balance().Minor, Is.EqualTo(3750), "paid once, the cancelled payment came back");
        Assert.That(town.Tills.Sum(t => (long)t.Accepted.Minor), Is.EqualTo(6250));
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(6250), "each accepted payment reached the shop once");
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-2000));
        Assert.That(town.UserBank.EvidenceFiles.Single().Name, Is.EqualTo("Mallory"));
        Assert.That(town.UserBank.Audit.OpenWithdrawals, Is.Zero);
        town.AssertSound(alice, mallory);
    }

    /// <summary>A letter, a refund, money that was never settled, a redemption, a lost card.</summary>
    private static async Task Care(ICrashPoints crash, string folder)
    {
        using var town = Towns.Make(with: o => o with { Directory = folder, Crash = crash });
        using var carol = town.NewCard("Carol");
        string letter = Path.Combine(folder, "carol.letter");
        await Repeat(town, () =>
        {
            town.UserBank.WithLetter(letter, "Carol", null, code =>
                town.UserBank.OpenAccount("Carol", new WalletCard(carol.Card), code)).OrRefuse();
            return Task.CompletedTask;
        });
        carol.Activate(Terminals.Consoles.ActivationLetter.Read(letter));
        string till = town.AddTill("Cafe");
        using var alice = town.NewCard("Alice");
        await Open(town, alice);
        using var bob = town.NewCard("Bob");
        await Open(town, bob);
        await Withdraw(town, alice, 5000);
        await Withdraw(town, alice, 2000);
        await Withdraw(town, bob, 3000);

        Pay(town, till, alice, 1250);
        var refunded = town.Till(till).Journal.First(t => t.Amount.Minor == 1250);
        Pay(town, till, bob, 500);
        await Repeat(town, async () => await town.Settle(till));
        await Repeat(town, async () => await town.Till(till).Refund(refunded.Time, alice.Card, town.TillLink(till), default).OrRefuse());
        Assert.That(alice.Balance().Minor, Is.EqualTo(7000), "refunded once");
        await Repeat(town, async () => await town.RunCycle());

        // A till that never settles what it took.
        string dead = town.AddTill("Kiosk");
        Pay(town, dead, alice, 300);
        town.Clock.Advance(town.Options.Terms.SettlePeriod + TimeSpan.FromHours(25));
        await Repeat(town, async () => await town.Wallet.Recover(alice.Card, alice.Pin, null, default).OrRefuse());
        Assert.That(alice.Balance().Minor, Is.EqualTo(7000), "restored once");

        await Repeat(town, async () => await town.Wallet.Redeem(alice.Card, alice.Pin, c => c.Balance.Minor == 2000, default).OrRefuse());
        await Repeat(town, async () => await town.RunCycle());
        Assert.That(alice.Balance().Minor, Is.EqualTo(5000));
        Assert.That(town.Account(alice).Minor, Is.EqualTo(95_000), "redeemed once");

        var report = Wallet.WalletTerminal.SignLostReport(bob.Card, bob.Pin, Timestamp.Now(town.Clock));
        await Repeat(town, async () => Assert.That(await town.Wallet.ReportLost(report, default).OrRefuse(), Is.EqualTo(1UL)));
        town.Clock.Advance(town.Options.Terms.HotListMaxAge + town.Options.Terms.SettlePeriod + TimeSpan.FromDays(2));
        await Repeat(town, async () => await town.RunCycle());
        await Repeat(town, async () => await town.RunCycle());
        Assert.That(town.Account(bob).Minor, Is.EqualTo(99_500), "what was left came back once");
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(500));
        Assert.That(town.ShopAccount("Kiosk").IsZero);
        town.AssertSound(alice);
    }

    private static void RestartAfter(SimulatedTown town, TestCrash crash)
    {
        string party = crash.Message[..crash.Message.IndexOf('.', StringComparison.Ordinal)] is var first && first == "shop" ? "till"
            : first;
        foreach (string name in town.PartyNames.Where(n => n.StartsWith(party, StringComparison.Ordinal)).ToList())
        {
            town.Restart(name);
        }
    }

    private static async Task Repeat(SimulatedTown town, Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (TestCrash crash)
        {
            RestartAfter(town, crash);
            await step();
        }
    }

    private static Task Open(SimulatedTown town, TownCard card) => Repeat(town, () =>
    {
        town.OpenAccount(card, new Amount(100_000));
        return Task.CompletedTask;
    });

    private static async Task Withdraw(SimulatedTown town, TownCard card, ulong minor)
    {
        var before = card.Balance();
        try
        {
            await town.Wallet.Withdraw(card.Card, card.Pin, new Amount(minor), default);
        }
        catch (TestCrash crash)
        {
            RestartAfter(town, crash);
            card.Card.Reset();
            await town.Wallet.Resume(card.Card, card.Pin, default).OrRefuse();
        }

        Assert.That((card.Balance() - before).Minor, Is.EqualTo(minor));
    }

    private static void Pay(SimulatedTown town, string till, TownCard card, ulong minor)
    {
        var before = town.Till(till).Accepted;
        try
        {
            Assert.That(town.Pay(till, card, minor).Outcome, Is.EqualTo(TillOutcome.Accepted));
        }
        catch (TestCrash crash)
        {
            RestartAfter(town, crash);
            card.Card.Reset();
            foreach (var ticket in town.Till(till).OpenSales)
            {
                Assert.That(town.Till(till).Continue(ticket, card.Card, card.PaymentPin).Outcome, Is.EqualTo(TillOutcome.Accepted));
            }
        }

        Assert.That((town.Till(till).Accepted - before).Minor, Is.EqualTo(minor));
    }

    /// <summary>The card is pulled after it signed; then the customer changes their mind.</summary>
    private static async Task Cancel(SimulatedTown town, string till, TownCard card, ulong minor)
    {
        long cells;
        using (var rehearsal = card.Clone())
        {
            var client = new WalletCard(rehearsal.Card);
            client.Select();
            client.Pay(Protocol.Commands.PayCommand.Fast(Timestamp.Now(town.Clock), default, new Amount(minor), Currency.Eur), out _);
            cells = rehearsal.Card.CellsWritten;
        }

        card.Card.Reset();
        card.Card.CutPowerAfter(cells - 1, TornCell.New);
        Sale ticket;
        try
        {
            ticket = town.Till(till).Pay(card.Card, new Amount(minor)).Sale;
        }
        catch (TestCrash crash)
        {
            RestartAfter(town, crash);
            ticket = town.Till(till).OpenSales.Single();
        }

        card.Card.PowerOn();
        await Repeat(town, () =>
        {
            town.Till(till).Cancel(ticket, card.Card);
            return Task.CompletedTask;
        });
    }
}
