using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals;
using HierCash.Town;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Whatever waits is shown by its party, with its reason and what ends it, and is gone from there when it has ended (docs/waiting.md).</summary>
[Parallelizable]
public sealed class WaitingTests
{
    [Test]
    public async Task NothingWaitsInSilence()
    {
        bool silent = false;
        using var town = Towns.Make(with: o => o with { Faults = (_, to, m) => silent && to == TownWorld.IssuerName && m.Type != MessageType.Certificates ? LinkFault.LoseRequest : LinkFault.None });
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 10_000);
        await town.Till(cafe).RunOnline(town.TillLink(cafe), default);
        Assert.That((Kinds(town.Till(cafe).Waits), Kinds(town.UserBank.Waits), Kinds(Of(alice))), Is.EqualTo((new List<WaitingKind>(), new List<WaitingKind>(), new List<WaitingKind>())));

        silent = true;
        town.Till(cafe).Online = town.TillLink(cafe);
        Assert.That(town.Withdraw(alice, 2000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        Assert.That(town.Pay(cafe, alice, 500).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(town.Pay(cafe, alice, 6000).Outcome, Is.EqualTo(Shop.TillOutcome.IssuerGone));
        Assert.That(Kinds(Of(alice)), Is.EqualTo(new[] { WaitingKind.UnfinishedWithdrawal }));
        Assert.That(Kinds(town.UserBank.Waits), Is.EqualTo(new[] { WaitingKind.DebitedWithdrawal }));
        var shop = town.Till(cafe).Waits;
        Assert.That(Kinds(shop), Is.EqualTo(new[] { WaitingKind.QueuedPayment, WaitingKind.HeldPayment }));
        Assert.That(
            (shop[0].What, shop[0].Since, shop[1].Ends.Contains($"'hiercash-shop cancel {shop[1].Since}'", StringComparison.Ordinal)),
            Is.EqualTo(("5.00 EUR in 1 accepted", (Timestamp?)town.Till(cafe).Journal[0].Time, true)));
        Assert.That(Waiting.Say(shop), Does.StartWith("What waits:").And.Contain($"5.00 EUR in 1 accepted, since {shop[0].Since}: It was not sent yet"));

        // Given up before it was ever sent: the card is owed it.
        town.Till(cafe).GiveUp(town.Till(cafe).Journal[1]);
        Assert.That(Kinds(town.Till(cafe).Waits), Is.EqualTo(new[] { WaitingKind.QueuedPayment, WaitingKind.OwedToCard }));
        silent = false;
        await town.Till(cafe).RunOnline(town.TillLink(cafe), default);
        Assert.That(Kinds(town.Till(cafe).Waits), Is.EqualTo(new[] { WaitingKind.OwedToCard }));
        town.Till(cafe).GiveBack(alice.Card);
        Assert.That(Waiting.Say(town.Till(cafe).Waits), Is.EqualTo("Nothing waits."));
        Assert.That(Kinds(town.Issuer.Waits), Is.EqualTo(new[] { WaitingKind.OpenTransfer }));
        town.Issuer.CloseCycle();
        Assert.That(Kinds(town.Issuer.Waits), Is.Not.Empty.And.All.EqualTo(WaitingKind.UnfetchedInstruction));
        await town.RunCycles();
        await town.Wallet.Resume(alice.Card, alice.Pin, default);
        Assert.That(Kinds([.. town.Issuer.Waits, .. town.UserBank.Waits, .. town.ShopBank.Waits, .. Of(alice)]), Is.Empty);
    }

    /// <summary>A card that went, a card that was copied, an account that the bank does not have: the states in which somebody else has to do something.</summary>
    [Test]
    public async Task WhatSomebodyElseEndsIsShownToo()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        await town.Till(cafe).RunOnline(town.TillLink(cafe), default);
        string kiosk = town.AddTill("Kiosk");
        await town.Till(kiosk).RunOnline(town.TillLink(kiosk), default);
        using var copy = alice.Clone();
        Assert.That(town.Pay(cafe, alice, 5000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(town.Pay(kiosk, copy, 4000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        await town.Settle(cafe);
        await town.Settle(kiosk);
        Assert.That(Kinds(town.Issuer.Waits), Does.Contain(WaitingKind.UnjudgedCase).And.Contain(WaitingKind.OpenTransfer));
        Assert.That(town.Issuer.Waits.Select(w => w.Kind), Has.Some.EqualTo(WaitingKind.OpenGuarantee).Or.Some.EqualTo(WaitingKind.UncoveredExcess));
        Assert.That(town.Issuer.Waits.Select(w => w.Reason).Concat(town.Issuer.Waits.Select(w => w.Ends)), Has.All.EndsWith("."));
        await town.RunCycles();
        Assert.That(Kinds(town.UserBank.Waits), Does.Contain(WaitingKind.ClaimInTerm));
    }

    private static List<WaitingKind> Kinds(IReadOnlyList<Waiting> waits) => [.. waits.Select(w => w.Kind)];

    private static IReadOnlyList<Waiting> Of(TownCard card)
    {
        var client = new WalletCard(card.Card);
        client.Select();
        client.Verify(card.Pin);
        return WalletTerminal.Waits(card.Card, card.Pin, client.GetStatus().Private!);
    }
}
