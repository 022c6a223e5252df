using HierCash.Oracle;

namespace HierCash.Tests.Cheating;

/// <summary>The oracle on facts alone, without any party: what it has to say follows from what it is told.</summary>
[Parallelizable]
public sealed class OracleTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Den, who cheats, signs S_W of 20.00 and settles them, in whichever order. Alice, honest, spends the whole 50.00 at Kiosk, honest
    /// too, which settles them too late to be guaranteed: all of it is due to Kiosk.
    /// </summary>
    [TestCase(true)]
    [TestCase(false)]
    public void WhatWasTakenBackTakesNothingFromAnHonestHoldersCoin(bool voidFirst)
    {
        var truth = Town();
        truth.Withdrew("coin", "Alice", 5000);
        truth.Signed("at Den", "coin", "Den", 2000, Start, Hand.Owner);
        if (voidFirst)
        {
            truth.TookBack("at Den");
        }

        truth.Arrived("at Den", Start.AddHours(1));
        if (!voidFirst)
        {
            truth.TookBack("at Den");
        }

        Sell(truth);
        Assert.That(Ask(truth, kiosk: 3000), Is.EqualTo(new[] { 1 }), "20.00 are missing at Kiosk");
        Assert.That(Ask(truth, kiosk: 5000), Is.Empty);
    }

    /// <summary>
    /// A coin of one who cheats: nobody can be sure that the issuer hears of S_W, and the excess that is late stays with the shop.
    /// </summary>
    [Test]
    public void OfACheatersCoinNothingIsSure()
    {
        var truth = Town();
        truth.Withdrew("coin", "Mallory", 5000);
        truth.Signed("at Den", "coin", "Den", 2000, Start, Hand.Owner);
        truth.TookBack("at Den");
        truth.Arrived("at Den", Start.AddHours(1));
        Sell(truth);
        Assert.That(Ask(truth, kiosk: 3000), Is.Empty);
        Assert.That(Ask(truth, kiosk: 2999), Is.EqualTo(new[] { 1 }));
    }

    /// <summary>Question 5: a secret where it must not be; of whom a case is about, and of whom its coin paid, the bank may know.</summary>
    [Test]
    public void ASecretIsFoundUnlessACaseIsAboutIt()
    {
        var truth = Town();
        truth.Withdrew("coin", "Mallory", 5000);
        truth.Signed("at Den", "coin", "Den", 2000, Start, Hand.Owner);
        truth.Arrived("at Den", Start.AddHours(1));
        Sell(truth);
        var seen = new Observation();
        seen.Secrets.AddRange([new Seen("bank-1", "N_U", "Mallory"), new Seen("bank-1", "W", "Kiosk"), new Seen("bank-1", "N_U", "Alice"),
            new Seen("bank-1", "N_U", "Alice")]);
        Assert.That(TruthOracle.Ask(truth, seen).Where(f => f.Question == 5).Select(f => f.Sentence),
            Is.EqualTo(new[] { "N_U of Alice was seen in bank-1." }));
    }

    private static Truth Town()
    {
        var truth = new Truth(new Limits(
            FloorLimit: 5000, GuaranteeCap: 20_000, TimeSpan.FromDays(30), GuaranteeWindow: TimeSpan.FromHours(24),
            HotListMaxAge: TimeSpan.FromHours(24),
            CancelGrace: TimeSpan.FromHours(24), SettlePeriod: TimeSpan.FromDays(7), UnderWay: TimeSpan.FromMinutes(15),
            NoPinLimit: 10_000));
        truth.Knows(new Party("bank-1", PartyKind.Bank, false, ""));
        truth.Knows(new Party("Alice", PartyKind.Holder, false, "bank-1"));
        truth.Knows(new Party("Mallory", PartyKind.Holder, true, "bank-1"));
        truth.Knows(new Party("Kiosk", PartyKind.Shop, false, "bank-1"));
        truth.Knows(new Party("Den", PartyKind.Shop, true, "bank-1"));
        return truth;
    }

    private static void Sell(Truth truth)
    {
        truth.Signed("at Kiosk", "coin", "Kiosk", 5000, Start.AddHours(2), Hand.Owner);
        truth.HandedOver("at Kiosk");
        truth.Arrived("at Kiosk", Start.AddHours(32));
    }

    private static IEnumerable<int> Ask(Truth truth, long kiosk)
    {
        var seen = new Observation();
        seen.Accounts["Kiosk"] = kiosk;
        return TruthOracle.Ask(truth, seen).Select(f => f.Question).Where(q => q == 1);
    }
}
