using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Store;

namespace HierCash.Tests.Scenarios;

/// <summary>Parked instructions and a bank that is stopped, or whose messages are lost (R8).</summary>
[Parallelizable]
public sealed class ParkingCrashTests
{
    /// <summary>
    /// Stopped while it parks and while it books what was parked, and a request or its answer lost: each is told and booked once.
    /// </summary>
    [TestCase(Bank.CrashPoints.InstructionUncommitted)]
    [TestCase(Bank.CrashPoints.InstructionBooked)]
    [TestCase("lost reply")]
    [TestCase("lost request")]
    [Rule(8)]
    public async Task ParkingSurvivesStopsAndLosses(string point)
    {
        var faults = new Faults(point);
        using var town = Towns.Make(with: o => o with { Crash = faults, Faults = faults.Plan });
        var later = Digest.Of(System.Text.Encoding.UTF8.GetBytes($"shop account {town.ShopBank.Id} Later"));
        var issuer = new InventedInstructions(town, town.ShopBank.Id);
        issuer.Sign(TransferKind.ShopCredit, later, 300);
        issuer.Sign(TransferKind.FloatRestore, default, 200);
        async Task Visit()
        {
            for (int tries = 0; tries < 3; tries++)
            {
                try
                {
                    (await town.BankOver("bank-2", new LossyLink(issuer, m => faults.Plan("bank-2", "issuer", m)))
                        .FetchInstructions(default)).ThrowIfAny();
                    return;
                }
                catch (Exception e) when (e is LinkException or Stop)
                {
                    // It comes again.
                }
            }
        }

        faults.Arm();
        await Visit();
        Assert.That(faults.Hit);
        Assert.That(town.ShopBank.Parked.Select(p => p.Number), Is.EqualTo(new[] { 1UL }));
        town.ShopBank.OpenShopAccount("Later").OrRefuse();
        faults.Arm();
        await Visit();
        Assert.That(faults.Hit);
        Assert.That((town.ShopBank.Parked.Count, town.ShopBank.BalanceOfShop(later).Minor, town.ShopBank.Audit.Float.Minor),
            Is.EqualTo((0, 300UL, 200UL)));
        Assert.That(town.ShopBank.Audit.Run(), Is.Empty);
        Assert.That(issuer.Heard[^1].Outcome, Is.EqualTo(BookingOutcome.Booked));
    }

    private sealed class Stop : Exception;

    private sealed class Faults(string point) : ICrashPoints
    {
        private bool _armed;

        public bool Hit { get; private set; }

        public void Arm()
        {
            _armed = true;
            Hit = false;
        }

        public void Reach(string reached)
        {
            if (_armed && reached == point)
            {
                _armed = false;
                Hit = true;
                throw new Stop();
            }
        }

        public LinkFault Plan(string from, string to, LinkMessage message)
        {
            if (!_armed || message.Type != MessageType.Instructions || !point.StartsWith("lost", StringComparison.Ordinal))
            {
                return LinkFault.None;
            }

            _armed = false;
            Hit = true;
            return point == "lost reply" ? LinkFault.LoseReply : LinkFault.LoseRequest;
        }
    }
}
