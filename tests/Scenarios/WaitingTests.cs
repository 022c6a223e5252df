using HierCash.Terminals;
using HierCash.Wallet;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Whatever waits is shown by its party, with its reason and what ends it, and is gone from there when it has ended (docs/waiting.md).
/// </summary>
[Parallelizable]
public sealed class WaitingTests
{
    [Test]
    [Waits(WaitingKind.UnfinishedWithdrawal, WaitingKind.DebitedWithdrawal, WaitingKind.QueuedPayment, WaitingKind.HeldPayment,
        WaitingKind.OwedToCard, WaitingKind.OpenTransfer)]
    public async Task NothingWaitsInSilence()
    {
        bool silent = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (_, to, m) => silent && to == SimulatedTown.IssuerName && m.Type != MessageType.Certificates
                ? LinkFault.LoseRequest : LinkFault.None });
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 10_000);
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        Assert.That((Kinds(town.Till(cafe).Waits), Kinds(town.UserBank.Waits), Kinds(Of(alice))),
            Is.EqualTo((new List<WaitingKind>(), new List<WaitingKind>(), new List<WaitingKind>())));

        silent = true;
        town.Till(cafe).Online = town.TillLink(cafe);
        Assert.That(town.Withdraw(alice, 2000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        Assert.That(town.Pay(cafe, alice, 500).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(town.Pay(cafe, alice, 6000).Outcome, Is.EqualTo(Shop.TillOutcome.IssuerGone));
        Assert.That(Kinds(Of(alice)), Is.EqualTo(new[] { WaitingKind.UnfinishedWithdrawal }));
        Assert.That(Of(alice).One(WaitingKind.UnfinishedWithdrawal).What, Is.EqualTo("a withdrawal of 20.00 EUR"));
        Assert.That(Kinds(town.UserBank.Waits), Is.EqualTo(new[] { WaitingKind.DebitedWithdrawal }));
        Assert.That(town.UserBank.Waits.One(WaitingKind.DebitedWithdrawal).What, Is.EqualTo("20.00 EUR in 1 debited"));
        var shop = town.Till(cafe).Waits;
        shop.One(WaitingKind.QueuedPayment);
        shop.One(WaitingKind.HeldPayment);
        Assert.That(Kinds(shop), Is.EqualTo(new[] { WaitingKind.QueuedPayment, WaitingKind.HeldPayment }));
        Assert.That(
            (shop[0].What, shop[0].Since, shop[1].Ends.Contains($"'hiercash-shop cancel {shop[1].Since}'", StringComparison.Ordinal)),
            Is.EqualTo(("5.00 EUR in 1 accepted", (Timestamp?)town.Till(cafe).Journal[0].Time, true)));
        Assert.That(Waiting.Say(shop), Does.StartWith("What waits:")
            .And.Contain($"5.00 EUR in 1 accepted, since {shop[0].Since}: It is not settled yet"));

        // Given up before it was ever sent: the card is owed it.
        town.Till(cafe).Cancel(town.Till(cafe).Journal[1]);
        Assert.That(Kinds(town.Till(cafe).Waits), Is.EqualTo(new[] { WaitingKind.QueuedPayment, WaitingKind.OwedToCard }));
        town.Till(cafe).Waits.One(WaitingKind.OwedToCard);
        silent = false;
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        Assert.That(Kinds(town.Till(cafe).Waits), Is.EqualTo(new[] { WaitingKind.OwedToCard }));
        town.Till(cafe).GiveBack(alice.Card);
        Assert.That(Waiting.Say(town.Till(cafe).Waits), Is.EqualTo("Nothing waits."));
        Assert.That(Kinds(town.Issuer.Waits), Is.EqualTo(new[] { WaitingKind.OpenTransfer }));
        town.Issuer.Waits.One(WaitingKind.OpenTransfer);
        town.Issuer.CloseCycle();
        Assert.That(Kinds(town.Issuer.Waits), Is.Not.Empty.And.All.EqualTo(WaitingKind.UnfetchedInstruction));
        await town.RunCycles();
        await town.Wallet.Resume(alice.Card, alice.Pin, default).OrRefuse();
        Assert.That(Kinds([.. town.Issuer.Waits, .. town.UserBank.Waits, .. town.ShopBank.Waits, .. Of(alice)]), Is.Empty);
    }

    /// <summary>
    /// The issuer is cut off while a payment is taken back, a coin redeemed and a card lost; then it comes back, and revokes a till and a
    /// bank.
    /// </summary>
    [Test]
    [Waits(
        WaitingKind.RefundUnderWay, WaitingKind.UnansweredRedemption, WaitingKind.UncancelledCoin, WaitingKind.OldHotList,
        WaitingKind.RevokedTill,
        WaitingKind.UnfetchedInstruction, WaitingKind.UnansweredByIssuer)]
    public async Task WhatACutOffIssuerLeavesWaiting()
    {
        bool silent = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (_, to, m) => silent && to == SimulatedTown.IssuerName && m.Type != MessageType.Certificates
                ? LinkFault.LoseRequest : LinkFault.None });
        string cafe = town.AddTill("Cafe");
        var till = town.Till(cafe);
        using var alice = town.User("Alice", 5000, 1000);
        using var bob = town.User("Bob", 2000);
        var paid = town.Pay(cafe, alice, 500);
        await town.Settle(cafe);
        await town.RunCycles();

        silent = true;
        Assert.That(async () => await till.Refund(paid.Sale.Time, null, town.TillLink(cafe), default).OrRefuse(), Throws.Exception);
        var refund = till.Waits.One(WaitingKind.RefundUnderWay);
        Assert.That((refund.What, refund.Since), Is.EqualTo(("5.00 EUR that go back", (Timestamp?)paid.Sale.Time)));
        Assert.That(async () => await town.Wallet.Redeem(alice.Card, alice.Pin, c => c.Balance.Minor == 5000, default).OrRefuse(),
            Throws.TypeOf<LinkException>());
        Assert.That(Of(alice).One(WaitingKind.UnansweredRedemption).What, Is.EqualTo("50.00 EUR on their way to the account"));
        (await town.UserBank.ReportLost(WalletTerminal.SignLostReport(bob.Card, bob.Pin, Timestamp.Now(town.Clock)), default)).OrRefuse();
        Assert.That(town.UserBank.Waits.One(WaitingKind.UncancelledCoin).What, Is.EqualTo("1 coins of lost cards"));

        silent = false;
        (await town.UserBank.Run(default)).ThrowIfAny();
        await town.Wallet.Redeem(alice.Card, alice.Pin, c => c.Balance.Minor == 5000, default).OrRefuse();
        await till.Synchronise(town.TillLink(cafe), default).OrRefuse();
        Assert.That((till.Waits.Shows(WaitingKind.RefundUnderWay), Of(alice).Shows(WaitingKind.UnansweredRedemption),
            town.UserBank.Waits.Shows(WaitingKind.UncancelledCoin)), Is.EqualTo((false, false, false)));
        town.Issuer.CloseCycle();
        (await town.UserBank.Run(default)).ThrowIfAny();
        (await town.UserBank.Run(default)).ThrowIfAny();
        Assert.That(town.Issuer.Waits.One(WaitingKind.UnfetchedInstruction).What, Does.EndWith(" for bank-2"));

        town.Clock.Advance(town.Scheme.Terms.HotListMaxAge + TimeSpan.FromMinutes(1));
        till.Waits.One(WaitingKind.OldHotList);
        town.Issuer.Revoke(till.W).OrRefuse();
        town.Issuer.Revoke(town.ShopBank.Id).ThrowIfAny();
        await Try(async () => await till.Synchronise(town.TillLink(cafe), default).OrRefuse());
        Assert.That(till.Waits.One(WaitingKind.RevokedTill).Since, Is.EqualTo(Timestamp.Now(town.Clock)));
        await Try(async () => (await town.ShopBank.Run(default)).ThrowIfAny());
        Assert.That(town.ShopBank.Waits.One(WaitingKind.UnansweredByIssuer).Since, Is.EqualTo(Timestamp.Now(town.Clock)));
    }

    /// <summary>
    /// A card that went, a card that was copied, an account that the bank does not have: the states in which somebody else has to do
    /// something.
    /// </summary>
    [Test]
    [Waits(
        WaitingKind.GuaranteedPayment, WaitingKind.WaitingExcess, WaitingKind.UnjudgedCase, WaitingKind.OpenGuarantee,
        WaitingKind.UncoveredExcess, WaitingKind.ClaimInTerm)]
    public async Task WhatSomebodyElseEndsIsShownToo()
    {
        using var town = Towns.Make(with: o => o with { Terms = o.Terms with { GuaranteeCap = new(3000) } });
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        await town.Till(cafe).Synchronise(town.TillLink(cafe), default).OrRefuse();
        string kiosk = town.AddTill("Kiosk");
        await town.Till(kiosk).Synchronise(town.TillLink(kiosk), default).OrRefuse();
        using var copy = alice.Clone();
        Assert.That(town.Pay(cafe, alice, 5000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(town.Pay(kiosk, copy, 3000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That(town.Pay(kiosk, copy, 1000).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        await town.Settle(cafe);
        await town.Settle(kiosk);
        Assert.That(Kinds(town.Issuer.Waits), Does.Contain(WaitingKind.UnjudgedCase).And.Contain(WaitingKind.OpenTransfer));
        var due = town.Till(kiosk).CoinPayments(town.Till(kiosk).Journal[0].Time).Single().Receipt!.Share.Due;
        var promised = town.Till(kiosk).Waits.One(WaitingKind.GuaranteedPayment);
        Assert.That((promised.What, promised.Ends.Contains(due.ToString(), StringComparison.Ordinal)),
            Is.EqualTo(("30.00 EUR promised", true)));
        Assert.That(town.Till(kiosk).Waits.One(WaitingKind.WaitingExcess).What, Is.EqualTo("10.00 EUR above the value of their coins"));
        town.Issuer.Waits.One(WaitingKind.UnjudgedCase);
        var guarantee = town.Issuer.Waits.One(WaitingKind.OpenGuarantee);
        Assert.That((guarantee.What, guarantee.Ends.Contains(due.ToString(), StringComparison.Ordinal)),
            Is.EqualTo(("30.00 EUR in 1 promises to shops", true)));
        Assert.That(town.Issuer.Waits.One(WaitingKind.UncoveredExcess).What, Is.EqualTo("10.00 EUR in 1 payments above their coins"));
        Assert.That(town.Issuer.Waits.Select(w => w.Reason).Concat(town.Issuer.Waits.Select(w => w.Ends)), Has.All.EndsWith("."));
        await town.RunCycles();
        town.UserBank.Waits.One(WaitingKind.ClaimInTerm);
    }

    /// <summary>
    /// A bank's visits fail while the issuer's certificate is of a day to come: what waits for them says so, and what ends it.
    /// </summary>
    [Test, Rule(26), Waits(WaitingKind.FailedVisit)]
    public async Task AVisitThatFailsIsShown()
    {
        using var town = Towns.Make();
        var faults = new Terminals.Store.Faults(town.Clock);
        using var stop = new CancellationTokenSource();
        await ServeLoop.Every(
            TimeSpan.FromHours(1),
            _ =>
            {
                stop.Cancel();
                throw new LinkException("It is not to be trusted: its certificate is out of date.") { IsOutOfDate = true };
            },
            NullLogger.Instance, TimeProvider.System, stop.Token, faults: faults);
        var wait = town.UserBank.WaitsBeside(faults.All).One(WaitingKind.FailedVisit);
        Assert.That(
            (wait.Since, wait.Reason, wait.Ends),
            Is.EqualTo((
                (Timestamp?)Timestamp.Now(town.Clock), "The last visit failed: It is not to be trusted: its certificate is out of date.",
                "It ends when the clock that is wrong is right, or the certificate is renewed; the peer is asked time and again; "
                    + "'hiercash-bank serve' tries at each visit.")));
        faults.Note("clock", "They differ", "the wrong clock is right");
        Assert.That(Kinds(town.UserBank.WaitsBeside(faults.All)), Is.EqualTo(new[] { WaitingKind.DifferingClock }), "it is said once");
    }

    private static async Task Try(Func<Task> visit)
    {
        try
        {
            await visit();
        }
        catch (Exception e) when (e is LinkException or RefusedException)
        {
            // It is told that its key was revoked.
        }
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
