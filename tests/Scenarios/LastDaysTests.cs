using HierCash.Protocol.Cash;
using HierCash.Shop;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Cheats that play on limits: a coin's last days, rows that are not kept, reasons that are not the true ones.</summary>
[Parallelizable]
public sealed class LastDaysTests
{
    /// <summary>
    /// A copy is overspent in the coin's last hour, and the users' bank comes late: what was promised is paid all the same, and clearing
    /// goes on.
    /// </summary>
    [TestCase(30, 40), TestCase(1, 10), TestCase(0, 45)]
    [Rule(8)]
    public async Task WhatWasPromisedForACoinsLastDayIsPaid(int awayFrom, int awayUntil)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var expiry = mallory.Coins()[0].Coin.Terms.Expiry.End;
        town.Clock.Advance(TimeSpan.FromMicroseconds(expiry.Microseconds - Timestamp.Now(town.Clock).Microseconds) - TimeSpan.FromHours(1));
        Assert.That(town.Pay(cafe, mallory, 5000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        var excess = town.Pay(kiosk, copy, 3000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        Assert.That(town.Till(kiosk).CoinPayments(excess.Sale.Time).Single().Receipt!.Share.Guaranteed.Minor, Is.EqualTo(3000),
            "a signed promise");
        for (int day = 0; day < 110; day++)
        {
            town.Clock.Advance(TimeSpan.FromDays(1));
            town.Issuer.CloseCycle();
            town.Issuer.Purge();
            (await town.ShopBank.Run(default)).ThrowIfAny();
            if (day < awayFrom || day >= awayUntil)
            {
                (await town.UserBank.Run(default)).ThrowIfAny();
            }
        }

        Assert.That((town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims), Is.EqualTo((3000UL, -3000L)));
        town.AssertSound();
        for (int month = 0; month < 8; month++)
        {
            town.Clock.Advance(TimeSpan.FromDays(30));
            await town.RunCycle();
        }

        Assert.That(town.Issuer.CoinCounts.Closed, Is.Zero, "paid, it is forgotten like any other");
        town.AssertSound();
    }

    /// <summary>
    /// A thousand refunds of a cent by a friendly shop take nobody's place: the first copy that overspends is a case, and the others are
    /// refused.
    /// </summary>
    [Test, Rule(9), Rule(10)]
    public async Task RefundsWithoutEndHideNoOverspending()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { Excess = ExcessPolicy.Refuse } });
        string cafe = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 5000);
        using var key = town.TillKey(cafe);
        var w = town.Till(cafe).W;
        ulong began = Timestamp.Now(town.Clock).Microseconds;
        for (int done = 0; done < 1050; done += 50)
        {
            var payments = Enumerable.Range(0, 50)
                .Select(i => RawMessages.Pay(mallory, new Timestamp(began + (ulong)(done + i)), w, 1, mallory.PaymentPin)!).ToArray();
            Assert.That((await town.Submit(cafe, payments)).Select(r => r.Verdict), Is.All.EqualTo(Verdict.Settled));
            foreach (var h in payments)
            {
                await town.ForwardVoid(cafe, h);
                Assert.That(RawMessages.Void(mallory, h, key));
            }

            RawMessages.AcknowledgeAll(mallory, mallory.Pin);
        }

        using var copy = mallory.Clone();
        string first = town.AddTill("First");
        string second = town.AddTill("Second");
        town.Pay(first, mallory, 5000);
        town.Pay(second, copy, 5000);
        await town.Settle(first);
        await town.Settle(second);
        await town.RunCycle();
        Assert.That(town.UserBank.EvidenceFiles.Single().Name, Is.EqualTo("Mallory"));
        using var third = mallory.Clone();
        town.Clock.Advance(TimeSpan.FromHours(2));
        await town.RunCycle();
        await town.Till(first).FetchHotList(town.TillLink(first), default).OrRefuse();
        Assert.That(town.Pay(first, third, 1).Outcome, Is.EqualTo(TillOutcome.Refused), "the coin is on the hot list");
    }

    /// <summary>A bank says that it lacks a shop's account where its float has to pay: no way around its debts.</summary>
    [TestCase(BookingOutcome.NoAccount), TestCase(BookingOutcome.ClaimNotVerified), TestCase(BookingOutcome.BeyondFloat)]
    [Rule(8)]
    public async Task AnotherReasonIsNoWayAroundADebt(BookingOutcome reason)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(cafe, alice, 5000);
        await town.Settle(cafe);
        town.Issuer.CloseCycle();
        var liar = new BankThatLies(town, "bank-1");
        var due = await liar.Fetch();
        await liar.Say((ulong)due.Count, [.. due.Select(d => liar.Sign(d.Number, reason))]);
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromDays(1));
        town.Issuer.CloseCycle();
        Assert.That(town.Withdraw(alice, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Reversed), "nothing is issued to a bank in arrears");
    }
}
