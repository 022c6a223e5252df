using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Whoever sees no money withdraws again, and again (rule R31): that is one withdrawal, however often it is asked for.</summary>
[Parallelizable]
public sealed class RepeatedWithdrawalTests
{
    private bool _silent;
    private SimulatedTown _town = null!;
    private TownCard _card = null!;

    [SetUp]
    public void MakeTown()
    {
        _silent = false;
        _town = Towns.Make(with: o => o with { Faults = (_, to, _) =>
            _silent && to == SimulatedTown.IssuerName ? LinkFault.LoseRequest : LinkFault.None });
        _card = _town.User("Alice");
    }

    [TearDown]
    public void EndTown()
    {
        _card.Dispose();
        _town.Dispose();
    }

    /// <summary>The issuer is away, and the bank debits at once.</summary>
    [Test, Rule(31)]
    public void EightTimesTheSameIsOneCoin()
    {
        _silent = true;
        for (int i = 0; i < 8; i++)
        {
            Assert.That(_town.Withdraw(_card, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        }

        Assert.That((_card.Pending(), _town.Account(_card).Minor), Is.EqualTo((1, 95_000UL)), "debited once");
        _silent = false;
        var done = _town.Withdraw(_card, 5000);
        Assert.That((done.Outcome, done.Message.Contains("was begun before", StringComparison.Ordinal)),
            Is.EqualTo((WithdrawalOutcome.Issued, true)), done.Message);
        Assert.That((_card.Pending(), _card.Balance().Minor, _town.Account(_card).Minor), Is.EqualTo((0, 5000UL, 95_000UL)));

        // That one is over: whoever wants more gets more.
        Assert.That(_town.Withdraw(_card, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        Assert.That((_card.Balance().Minor, _town.Account(_card).Minor), Is.EqualTo((10_000UL, 90_000UL)));
        _town.AssertSound(_card);
    }

    [Test, Rule(31)]
    public void AnotherAmountIsRefusedNamingTheOneThatWaits()
    {
        _silent = true;
        Assert.That(_town.Withdraw(_card, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        for (int i = 0; i < 3; i++)
        {
            var other = _town.Withdraw(_card, 2000);
            Assert.That((other.Outcome, other.Amount.Minor), Is.EqualTo((WithdrawalOutcome.Refused, 2000UL)));
            Assert.That(other.Message, Does.StartWith("A withdrawal of 50.00 EUR waits, and no other one begins beside it.")
                .And.Contain("'hiercash-wallet resume'").And.EndWith("then withdraw 20.00 EUR."));
        }

        Assert.That((_card.Pending(), _town.Account(_card).Minor), Is.EqualTo((1, 95_000UL)));
        _silent = false;
        Assert.That(_town.Withdraw(_card, 2000).Outcome, Is.EqualTo(WithdrawalOutcome.Issued), "the one that waited is finished first");
        Assert.That((_card.Pending(), _card.Balance().Minor, _town.Account(_card).Minor), Is.EqualTo((0, 7000UL, 93_000UL)));
        _town.AssertSound(_card);
    }

    /// <summary>
    /// 80.00 are 50, 20 and 10. The line is cut in the second coin; the same order again withdraws what is missing, and not one coin of 20
    /// more.
    /// </summary>
    [Test, Rule(31)]
    public void ACoinOfASeriesThatWasCutShortIsNotWithdrawnTwice()
    {
        _silent = true;
        Assert.That(_town.Withdraw(_card, 2000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        _silent = false;
        var series = new CoinSeries(CoinPlanner.Plan(new Amount(8000)));
        var wallet = _town.WalletWith(null, resumed: series.Finished);
        while (series.Next is { } coin)
        {
            Assert.That(wallet.Withdraw(_card.Card, _card.Pin, coin, default).AsTask().GetAwaiter().GetResult().Outcome,
                Is.EqualTo(WithdrawalOutcome.Issued));
            series.Done();
        }

        Assert.That(series.Resumed.Select(r => r.Minor), Is.EqualTo(new ulong[] { 2000 }));
        Assert.That(_card.Coins().Select(c => c.Balance.Minor), Is.EquivalentTo(new ulong[] { 5000, 2000, 1000 }));
        Assert.That(_town.Account(_card).Minor, Is.EqualTo(92_000));
    }
}
