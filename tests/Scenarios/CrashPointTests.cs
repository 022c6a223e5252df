using HierCash.Card.Runtime;
using HierCash.Protocol.Cash;
using HierCash.Shop;
using HierCash.Terminals;
using HierCash.Town;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Each party is stopped at each of its crash points, started again from its files, and the step repeated: nothing is lost,
/// nothing is paid twice, the audits agree.
/// </summary>
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

    public static IEnumerable<string> All =>
        [.. Issuer.CrashPoints.All, .. Bank.CrashPoints.All, .. CrashPoints.All, .. Wallet.CrashPoints.All];

    [TestCaseSource(nameof(All))]
    [Hole(1), Hole(7), Hole(18), Hole(24)]
    public async Task APartyThatStopsHereLosesNothing(string point)
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            var crash = new CrashOnce(point);
            using var town = Towns.Make(with: o => o with { Directory = folder, Crash = crash });
            string one = town.AddTill("Cafe");
            string two = town.AddTill("Cafe");
            using var alice = town.NewCard("Alice");
            town.OpenAccount(alice, new Amount(100_000));
            using var mallory = town.NewCard("Mallory");
            town.OpenAccount(mallory, new Amount(100_000));

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

            Assert.That(crash.Crashed, "the point was reached");
            Assert.That(town.Account(alice).Minor, Is.EqualTo(95_000), "debited once");
            Assert.That(alice.Balance().Minor, Is.EqualTo(3750), "paid once, the cancelled payment came back");
            Assert.That(town.Tills.Sum(t => (long)t.Accepted.Minor), Is.EqualTo(6250));
            Assert.That(town.ShopAccount().Minor, Is.EqualTo(6250), "each accepted payment reached the shop once");
            Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-2000));
            Assert.That(town.UserBank.EvidenceFiles.Single().Name, Is.EqualTo("Mallory"));
            Assert.That(town.UserBank.Audit.OpenWithdrawals, Is.Zero);
            town.AssertSound(alice, mallory);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void RestartAfter(TownWorld town, TestCrash crash)
    {
        string party = crash.Message[..crash.Message.IndexOf('.', StringComparison.Ordinal)];
        foreach (string name in town.PartyNames.Where(n => n.StartsWith(party, StringComparison.Ordinal)).ToList())
        {
            town.Restart(name);
        }
    }

    private static async Task Repeat(TownWorld town, Func<Task> step)
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

    private static async Task Withdraw(TownWorld town, TownCard card, ulong minor)
    {
        try
        {
            await town.Wallet.Withdraw(card.Card, card.Pin, new Amount(minor), default);
        }
        catch (TestCrash crash)
        {
            RestartAfter(town, crash);
            card.Card.Reset();
            await town.Wallet.Resume(card.Card, card.Pin, default);
        }

        Assert.That(card.Balance().Minor, Is.EqualTo(minor));
    }

    private static void Pay(TownWorld town, string till, TownCard card, ulong minor)
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
            foreach (var ticket in town.Till(till).OpenTickets)
            {
                Assert.That(town.Till(till).Continue(ticket, card.Card, card.Pin).Outcome, Is.EqualTo(TillOutcome.Accepted));
            }
        }

        Assert.That((town.Till(till).Accepted - before).Minor, Is.EqualTo(minor));
    }

    /// <summary>The card is pulled after it signed; then the customer changes their mind.</summary>
    private static async Task Cancel(TownWorld town, string till, TownCard card, ulong minor)
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
        Ticket ticket;
        try
        {
            ticket = town.Till(till).Pay(card.Card, new Amount(minor)).Ticket;
        }
        catch (TestCrash crash)
        {
            RestartAfter(town, crash);
            ticket = town.Till(till).OpenTickets.Single();
        }

        card.Card.PowerOn();
        await Repeat(town, () =>
        {
            town.Till(till).GiveUp(ticket, card.Card);
            return Task.CompletedTask;
        });
    }
}
