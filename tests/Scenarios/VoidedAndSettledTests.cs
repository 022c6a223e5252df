using HierCash.Card.Client;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;

namespace HierCash.Tests.Scenarios;

/// <summary>A shop that takes a payment back with S_W and settles it all the same, or the other way round (R4).</summary>
[Parallelizable]
public sealed class VoidedAndSettledTests
{
    /// <summary>
    /// Cafe voids 20.00 and settles them; Alice, in good faith, pays the same 20.00 at Kiosk. Whoever brings S_W, it is at Cafe's cost.
    /// </summary>
    [TestCase(true, TestName = "The wallet brings S_W")]
    [TestCase(false, TestName = "The shop itself brings S_W")]
    [Rule(4), Hole(2)]
    public async Task WhoeverBringsItTheShopThatSignedBothPays(bool wallet)
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var alice = town.User("Alice", 2000);
        var h = Voided(town, cafe, alice, 2000);
        Assert.That(alice.Balance().Minor, Is.EqualTo(2000), "the card has its money again");
        Assert.That((await town.Submit(cafe, h)).Single().Verdict, Is.EqualTo(Verdict.Settled), "and Cafe settled");
        await town.RunCycle();
        Assert.That(town.ShopAccount("Cafe").Minor, Is.EqualTo(2000));
        var paid = town.Pay(kiosk, alice, 2000);
        Assert.That(paid.Outcome, Is.EqualTo(TillOutcome.Accepted));
        await town.Settle(kiosk);

        if (wallet)
        {
            // Any contact of the wallet: it brings what the card was given.
            await town.Wallet.Recover(alice.Card, alice.Pin, _ => false, default).OrRefuse();
        }
        else
        {
            await town.ForwardVoid(cafe, h);
        }

        await town.RunCycle();
        await town.RunCycle();
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor), Is.EqualTo((0UL, 2000UL)));
        var newest = (await town.Submit(kiosk, paid.Payments.Single())).Single();
        Assert.That((newest.Share.Credited.Minor, newest.Share.Excess.Minor), Is.EqualTo((2000UL, 0UL)),
            "what came free paid the honest shop at once");
        Assert.That((await town.Submit(cafe, h)).Single().Verdict, Is.EqualTo(Verdict.Dead), "for good");
        town.Clock.Advance(TimeSpan.FromDays(70));
        await town.RunCycle();
        await town.RunCycle();
        Assert.That((town.UserBank.Audit.Claims, town.ShopAccount("Kiosk").Minor), Is.EqualTo((0L, 2000UL)), "no claim against Alice");
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);
    }

    /// <summary>S_W first: what was never settled is dead from then on.</summary>
    [Test, Rule(4), Hole(2)]
    public async Task WhatWasVoidedNeverSettles()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 2000);
        var h = Voided(town, cafe, alice, 2000);
        await town.Wallet.Recover(alice.Card, alice.Pin, _ => false, default).OrRefuse();
        Assert.That((await town.Submit(cafe, h)).Single().Verdict, Is.EqualTo(Verdict.Dead));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount("Cafe").IsZero);
    }

    /// <summary>Any contact of the wallet brings S_W, also one for cash under a key that the issuer makes.</summary>
    [Test, Rule(4), Hole(2)]
    public async Task AWithdrawalOfIssuerKeyedCashBringsIt()
    {
        using var town = Towns.Make(with: o => o with { Terms = new SchemeParameters { IssuerKeys = true } });
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 2000);
        var h = Voided(town, cafe, alice, 2000);
        await town.Wallet.WithdrawIssuerKeyed(alice.Card, alice.Pin, new Amount(500), default);
        Assert.That((await town.Submit(cafe, h)).Single().Verdict, Is.EqualTo(Verdict.Dead));
    }

    /// <summary>A till that gives S_W to the card and says nothing to anybody.</summary>
    private static CashPayment Voided(SimulatedTown town, string till, TownCard card, ulong y)
    {
        using var key = town.TillKey(till);
        var client = new WalletCard(card.Card);
        client.Select();
        var time = Timestamp.Now(town.Clock);
        var w = Derivations.W(key.PublicKey);
        Assert.That(client.Pay(PayCommand.Fast(time, w, new Amount(y), Currency.Eur), out var reply).IsSuccess);
        var h = new CashPayment(reply!.Coin!, reply.Seq, reply.Balance, time, w, new Amount(y), reply.SU);
        Assert.That(client.Void(h.Coin.Id, h.Seq, key.PublicKey, key.Sign(SignedMessage.Void(h.Id, w))).IsSuccess);
        return h;
    }
}
