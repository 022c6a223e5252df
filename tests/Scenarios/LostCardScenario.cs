using HierCash.Protocol.Cash;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>A lost card in the hands of its finder, who has its PIN.</summary>
public abstract class LostCardScenario
{
    protected SimulatedTown Town { get; private set; } = null!;

    protected TownCard Alice { get; private set; } = null!;

    protected TownCard Found { get; private set; } = null!;

    protected string Colluding { get; private set; } = null!;

    protected string Offline { get; private set; } = null!;

    protected Timestamp Before { get; private set; }

    /// <summary>Alice loses her card and reports it an hour later; it is hot at once.</summary>
    [SetUp]
    public async Task Lose()
    {
        Town = Towns.Make(with: o => o with { Terms = new SchemeParameters { FloorLimit = new Amount(3000) } });
        Colluding = Town.AddTill("Cafe");
        Offline = Town.AddTill("Kiosk");
        Alice = Town.User("Alice", 20_000);
        var report = WalletTerminal.SignLostReport(Alice.Card, Alice.Pin, Timestamp.Now(Town.Clock));
        Found = Alice.Clone();
        Before = Timestamp.Now(Town.Clock);
        Town.Clock.Advance(TimeSpan.FromHours(1));
        Assert.That(await Town.Wallet.ReportLost(report, default).OrRefuse(), Is.EqualTo(1UL));
        await Town.RunCycle();
    }

    [TearDown]
    public void End()
    {
        Found.Dispose();
        Alice.Dispose();
        Town.Dispose();
    }

    /// <summary>What the finder signs.</summary>
    protected CashPayment Sign(string till, Timestamp time, ulong y) => Town.Sign(Found, till, y, time);

    /// <summary>What was not paid out comes back to Alice, and nobody is accused.</summary>
    protected async Task NothingIsLost(ulong paid)
    {
        await Town.RunCycle();
        Town.Clock.Advance(TimeSpan.FromDays(40));
        await Town.RunCycle();
        await Town.RunCycle();
        Assert.That(Town.Account(Alice).Minor, Is.EqualTo(100_000 - paid));
        Assert.That(Town.UserBank.EvidenceFiles, Is.Empty);
        Assert.That(TownAudit.RunQuiet(Town), Is.Empty);
    }
}
