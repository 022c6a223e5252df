using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Consoles;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using HierCash.Tests.Cheating;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// What a bank owes to clearing, and what it is told and tells about cases: no bank gets around the first by silence, and none sees or ends
/// more than is its own (rules R8, R9).
/// </summary>
[Parallelizable]
public sealed class BankDutiesTests
{
    /// <summary>
    /// A bank that never fetches what its coins have paid is issued nothing after the term: else its users pay on, and the shops' banks
    /// bear it.
    /// </summary>
    [Test, Rule(8)]
    public async Task ABankThatNeverFetchesItsDebitsIsStopped()
    {
        using var town = Towns.Make();
        string cafe = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(cafe, alice, 3000);
        await town.Settle(cafe);
        town.Issuer.CloseCycle();
        town.Clock.Advance(town.Options.Terms.DisputeTerm - TimeSpan.FromHours(1));
        town.Issuer.CloseCycle();
        Assert.That(town.Withdraw(alice, 200).Outcome, Is.EqualTo(WithdrawalOutcome.Issued), "it has until then");
        town.Clock.Advance(TimeSpan.FromHours(2));
        town.Issuer.CloseCycle();
        var stopped = town.Withdraw(alice, 200);
        Assert.That(stopped.Outcome, Is.EqualTo(WithdrawalOutcome.Reversed), stopped.Message);
        Assert.That(stopped.Message, Does.Contain("owes other banks"));
        (await town.UserBank.FetchInstructions(default)).ThrowIfAny();
        (await town.UserBank.FetchInstructions(default)).ThrowIfAny();
        town.Issuer.CloseCycle();
        Assert.That(town.Withdraw(alice, 200).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
    }

    /// <summary>
    /// A sum beyond the float is in no float: after the term it goes to no suspense account, or the float would owe what it never had.
    /// </summary>
    [Test, Rule(8), Waits(WaitingKind.ParkedInstruction)]
    public async Task WhatTheFloatDoesNotHoldGoesToNoSuspense()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var order = RawMessages.Orders(town).First();
        var issuer = new InventedInstructions(town, town.UserBank.Id);
        issuer.Sign(TransferKind.ReturnCredit, order.Request.Value, 9000);
        var bank = town.BankOver("bank-1", issuer);
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(bank.Parked.Single().Reason, Is.EqualTo(BookingOutcome.BeyondFloat));
        var since = bank.Waits.One(WaitingKind.ParkedInstruction).Since;
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromDays(2));
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(bank.Waits.One(WaitingKind.ParkedInstruction).Since, Is.EqualTo(since));
        Assert.That((bank.Parked.Single().InSuspense, bank.Audit.Float.Minor), Is.EqualTo((false, 5000UL)));
        Assert.That(bank.Audit.Run(), Is.Empty);
    }

    /// <summary>
    /// The bank's word on a revision that was replaced comes late. It says nothing of the one that waits, which the bank gets and judges.
    /// </summary>
    [Test, Rule(9)]
    public async Task AFindingOnAnOldRevisionClosesNoNewOne()
    {
        using var town = Towns.Make();
        using var copied = await CopiedCard.Spend(town, ("Cafe", 3000), ("Kiosk", 3000));
        var link = town.UserBankLink();
        var first = (await link.Ask(new DossiersMessage(null), default)).Reply?.Header;
        using var third = copied.Cards[0].Clone();
        await town.Submit(copied.Tills[0], town.Sign(third, copied.Tills[0], 2000));
        var second = (await link.Ask(new DossiersMessage(null), default)).Reply?.Header;
        Assert.That((first!.Revision, second!.Revision), Is.EqualTo((1U, 2U)));
        await link.Call(new DossierOutcomeMessage(first.Coin, 1, Proof.Excess).ToMessage(), default);
        var still = (await link.Ask(new DossiersMessage(null), default)).Reply?.Header;
        Assert.That(still?.Revision, Is.EqualTo(2));
        (await town.UserBank.Run(default)).ThrowIfAny();
        Assert.That(town.UserBank.EvidenceFiles.Single().Dossier.Header.Revision, Is.EqualTo(2));
    }

    /// <summary>Reversals are told to the bank whose case they are of. Another one learns of no coin and no payment by them.</summary>
    [Test, Rule(3), Rule(9)]
    public async Task NoBankIsToldAnothersReversals()
    {
        using var town = Towns.Make();
        using var copied = await CopiedCard.Spend(town, ("Cafe", 3000), ("Kiosk", 3000));
        await town.RunCycle();
        await town.Till(copied.Tills[0]).Refund(copied.Paid[0].Sale.Time, null, town.TillLink(copied.Tills[0]), default).OrRefuse();
        Assert.That((await town.UserBankLink().Ask(new CaseReversalsMessage(0), default)).Reply?.Reversals, Has.Count.EqualTo(1));
        var stranger = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2");
        Assert.That((await stranger.Ask(new CaseReversalsMessage(0), default)).Reply?.Reversals, Is.Empty);
    }
}
