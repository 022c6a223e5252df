namespace HierCash.Tests.Scenarios;

/// <summary>
/// A clock is set between two looks at it, in the middle of a bank's visit or an issuer's cycle: nothing is forgotten by it, and no term
/// ends (rule R26).
/// </summary>
[Parallelizable]
public sealed class LeapingClockTests
{
    private const string Bank = "bank-1";

    [Test, Rule(26)]
    public async Task NothingIsForgottenByAClockThatLeapsMeanwhile([Values(Bank, SimulatedTown.IssuerName)] string party)
    {
        int looks = await Play(party, int.MaxValue);
        Assert.That(looks, Is.GreaterThan(2));
        for (int look = 1; look <= looks; look++)
        {
            await Play(party, look);
        }
    }

    /// <summary>A day's work, and one visit or cycle in which the clock leaps at that look.</summary>
    /// <returns>Looks at the clock in that visit or cycle.</returns>
    private static async Task<int> Play(string party, int leapAt)
    {
        using var town = Towns.Make();
        town.Clock.Advance(TimeSpan.FromDays(1));
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000, 2000);
        town.Pay(till, alice, 7000);
        await town.Settle(till);
        await town.RunCycle();
        var coins = town.Issuer.CoinCounts;
        int withdrawals = Withdrawals(town);
        Assert.That((coins.Open + coins.Closed, withdrawals), Is.EqualTo((2L, 2)));

        var clock = new LeapingClock(town.Clock);
        town.GiveClock(party, clock);
        clock.LeapAt(leapAt);
        try
        {
            if (party == Bank)
            {
                (await town.UserBank.Run(default)).ThrowIfAny();
            }
            else
            {
                town.Issuer.CloseCycle();
            }
        }
        catch (Exception e) when (e is LinkException or RefusedException)
        {
            // It was noticed.
        }

        Assert.That((town.Issuer.CoinCounts, Withdrawals(town)), Is.EqualTo((coins, withdrawals)), $"a leap at look {leapAt}");
        return clock.Looks;
    }

    /// <summary>Withdrawals that the user's bank knows of, one sentence each.</summary>
    private static int Withdrawals(SimulatedTown town) => town.UserBank.Accounts.Sum(a => town.UserBank.Explain(a.User).Count());

    /// <summary>A clock that is 1,100 days ahead from one look at it on.</summary>
    private sealed class LeapingClock(TimeProvider town) : TimeProvider
    {
        private int _leapAt = int.MaxValue;

        public int Looks { get; private set; }

        public override long TimestampFrequency => town.TimestampFrequency;

        public void LeapAt(int look) => (Looks, _leapAt) = (0, look);

        public override DateTimeOffset GetUtcNow() => town.GetUtcNow() + (++Looks >= _leapAt ? TimeSpan.FromDays(1100) : TimeSpan.Zero);

        public override long GetTimestamp() => town.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            town.CreateTimer(callback, state, dueTime, period);
    }
}
