using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;

namespace HierCash.Tests.Scenarios;

/// <summary>Clearing never stands still (R8): what cannot be booked is parked with a signed reason, and nobody else waits for it.</summary>
[Parallelizable]
public sealed partial class ClearingTests
{
    private static readonly Digest Nowhere = Digest.Of("nowhere"u8);

    /// <summary>
    /// Each reason of the closed list, by an issuer that signs what it should not; the instruction behind them is booked in the same visit.
    /// </summary>
    [Test, Rule(8)]
    public async Task WhatCannotBeBookedIsParkedAndTheNextAreBooked()
    {
        using var town = Towns.Make();
        town.AddTill("Cafe");
        var cafe = town.AccountOf("Cafe");
        var issuer = new InventedInstructions(town, town.ShopBank.Id);
        issuer.Sign(TransferKind.ClaimDebit, Nowhere, 700);
        issuer.Sign(TransferKind.ShopCredit, Nowhere, 300);
        issuer.Sign(TransferKind.FloatDebit, default, 400);
        issuer.Sign(TransferKind.FloatRestore, default, 200);
        issuer.Sign(TransferKind.ReturnCredit, Nowhere, 100);
        issuer.Sign(TransferKind.ShopDebit, Nowhere, 10);
        issuer.Sign(TransferKind.ClaimRestore, Nowhere, 20);
        issuer.Sign(TransferKind.ShopCredit, cafe, 1000);
        var bank = town.BankOver("bank-2", issuer);
        (await bank.Run(default)).ThrowIfAny();

        Assert.That(bank.Parked.Select(p => (p.Number, p.Reason)), Is.EqualTo(new[]
        {
            (1UL, BookingOutcome.ClaimNotVerified), (2UL, BookingOutcome.NoAccount), (3UL, BookingOutcome.BeyondFloat),
                (5UL, BookingOutcome.NoWithdrawal),
            (6UL, BookingOutcome.NoAccount), (7UL, BookingOutcome.ClaimNotVerified),
        }));
        Assert.That((bank.Audit.LastInstruction, bank.BalanceOfShop(cafe).Minor), Is.EqualTo((8UL, 1000UL)),
            "the numbers go on, and the next are booked");
        Assert.That((bank.Audit.Clearing, bank.Audit.Float.Minor, bank.Audit.Claims), Is.EqualTo((-1200L, 200UL, 0L)),
            "nothing moved for what is parked");
        Assert.That(bank.Audit.Run(), Is.Empty);

        // The issuer heard a signed reason of each, once.
        var key = town.Issuer.Registry.FindBank(bank.Id)!.Key;
        Assert.That(issuer.Heard.Select(s => (s.Number, s.Outcome)), Is.EqualTo(bank.Parked.Select(p => (p.Number, p.Reason))));
        Assert.That(issuer.Heard.All(s => s.Bank == bank.Id && s.Verify(town.Options.Suite, key)));
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(issuer.Heard, Has.Count.EqualTo(6));
    }

    /// <summary>Tried again at each visit, and booked when what was missing is there; also after the term, from suspense.</summary>
    [TestCase(1)]
    [TestCase(40)]
    [Rule(8)]
    public async Task WhatWasParkedIsBookedOnceItCanBe(int days)
    {
        using var town = Towns.Make();
        town.AddTill("Cafe");
        var later = Digest.Of(System.Text.Encoding.UTF8.GetBytes($"shop account {town.ShopBank.Id} Later"));
        var issuer = new InventedInstructions(town, town.ShopBank.Id);
        issuer.Sign(TransferKind.ShopCredit, later, 300);
        issuer.Sign(TransferKind.FloatDebit, default, 400);
        var bank = town.BankOver("bank-2", issuer);
        (await bank.Run(default)).ThrowIfAny();
        town.Clock.Advance(TimeSpan.FromDays(days));
        (await bank.Run(default)).ThrowIfAny();
        bool over = days > 30;
        Assert.That(bank.Parked.Select(p => (p.Number, p.TermOver, p.InSuspense)),
            Is.EqualTo(new[] { (1UL, over, over), (2UL, over, false) }));
        Assert.That((bank.Audit.Clearing, bank.Audit.Suspense, bank.Alarms.Count), Is.EqualTo(over ? (-300L, 300L, 2) : (0L, 0L, 0)));
        Assert.That(bank.Audit.Run(), Is.Empty);

        Assert.That(bank.OpenShopAccount("Later").OrRefuse(), Is.EqualTo(later));
        issuer.Sign(TransferKind.FloatRestore, default, 500);
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(bank.Parked, Is.Empty);
        Assert.That((bank.BalanceOfShop(later).Minor, bank.Audit.Float.Minor, bank.Audit.Clearing, bank.Audit.Suspense),
            Is.EqualTo((300UL, 100UL, -400L, 0L)));
        Assert.That(bank.Audit.Run(), Is.Empty);
        Assert.That(issuer.Heard.Where(s => s.Outcome == BookingOutcome.Booked).Select(s => s.Number), Is.EquivalentTo(new[] { 1UL, 2UL }));
    }

    /// <summary>
    /// Not signed, for another bank, or out of order: no case for parking. Nothing of the message is kept, and the visit goes on.
    /// </summary>
    [TestCase("unsigned")]
    [TestCase("another bank")]
    [TestCase("a gap")]
    [Rule(8)]
    public async Task WhatIsNotTheIssuersNextInstructionIsRefusedAsAWhole(string how)
    {
        using var town = Towns.Make();
        town.AddTill("Cafe");
        var cafe = town.AccountOf("Cafe");
        var issuer = new InventedInstructions(town, town.ShopBank.Id);
        issuer.Sign(TransferKind.ShopCredit, cafe, 1000);
        issuer.Sign(TransferKind.ShopCredit, cafe, 30);
        issuer.Spoil = t => t.Number == 1 ? t : how switch
        {
            "unsigned" => t with { Total = new Amount(31) },
            "another bank" => ClearingInstruction.Sign(
                town.StatementKey, t.Issuer, t.Number, town.UserBank.Id, t.Kind, t.Reference, t.Total, t.Currency, t.Date),
            _ => ClearingInstruction.Sign(town.StatementKey, t.Issuer, 3, t.Bank, t.Kind, t.Reference, t.Total, t.Currency, t.Date),
        };
        town.Issuer.CloseCycle();
        var bank = town.BankOver("bank-2", issuer);
        Assert.That((await bank.Run(default))?.Sentence, Does.StartWith("Instruction"));
        Assert.That((bank.BalanceOfShop(cafe).Minor, bank.Audit.LastInstruction, bank.Parked.Count), Is.EqualTo((0UL, 0UL, 0)));
        Assert.That(bank.Alarms.Single().Kind, Is.EqualTo(how == "a gap" ? "instruction out of order" : "instruction not signed"));
        Assert.That(bank.CirculationStatements, Is.Not.Empty, "the step after it was done");

        issuer.Spoil = null;
        (await bank.Run(default)).ThrowIfAny();
        Assert.That(bank.BalanceOfShop(cafe).Minor, Is.EqualTo(1030));
    }

    /// <summary>
    /// A dossier that cannot be read, or an issuer that does not answer for it, keeps no money waiting; the first error is the one
    /// reported.
    /// </summary>
    [Test, Rule(8)]
    public async Task AFailingStepOfTheVisitKeepsNoOtherFromRunning()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 1000);
        await town.Settle(till);
        town.Issuer.CloseCycle();
        var link = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2");
        var garbled = town.BankOver("bank-2",
            new BrokenStep(link, MessageType.Dossiers, () => new LinkMessage(MessageType.DossiersReply, [1, 2, 3])));
        Assert.That((await garbled.Run(default))?.Sentence, Does.Contain("dossier"));
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(1000));

        town.Pay(till, alice, 200);
        await town.Settle(till);
        town.Issuer.CloseCycle();
        var silent = town.BankOver("bank-2", new BrokenStep(link, MessageType.Certificates, () => throw new LinkException("No answer.")));
        Assert.That(async () => await silent.Run(default), Throws.TypeOf<LinkException>());
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(1200));
    }

    /// <summary>Beyond the float stops a bank after disputeTerm; a shop credit that it parks raises an alarm and stops nobody.</summary>
    [TestCase("bank-1", BookingOutcome.BeyondFloat, true)]
    [TestCase("bank-2", BookingOutcome.NoAccount, false)]
    [Rule(8)]
    public async Task OnlyWhatABankOwesStopsIt(string name, BookingOutcome reason, bool stops)
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 500);
        town.Pay(till, alice, 300);
        await town.Settle(till);
        town.Issuer.CloseCycle();
        var bank = new BankThatLies(town, name);
        await bank.Say(1, bank.Sign(1, reason));
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        town.Issuer.CloseCycle();
        Assert.That(town.Issuer.Parked.Where(p => p.Reason == reason).Select(p => (p.Bank, p.TermOver, p.StopsIssuing)),
            Is.EqualTo(new[] { (town.Banks.Single(b => b.Name == name).Id, true, stops) }));
        Assert.That(town.Issuer.Queues.Alarms, Is.GreaterThan(0));
    }

    /// <summary>A bank's word stands: what it acknowledged as booked it cannot park afterwards; and no bank speaks for another.</summary>
    [Test, Rule(8)]
    public async Task NoBankTakesItsWordBackOrSpeaksForAnother()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 500);
        town.Pay(till, alice, 300);
        await town.Settle(till);
        town.Issuer.CloseCycle();
        var user = new BankThatLies(town, "bank-1");
        var shop = new BankThatLies(town, "bank-2");
        Assert.That(Refusal.Read(await user.Say(1, shop.Sign(1, BookingOutcome.NoAccount)))?.Reason,
            Is.EqualTo(RefusalReason.BadSignature));
        Assert.That(Refusal.Read(await user.Say(
            1, user.Sign(1, BookingOutcome.BeyondFloat) with { Outcome = BookingOutcome.NoAccount }))?.Reason,
            Is.EqualTo(RefusalReason.BadSignature));
        Assert.That(Refusal.Read(await user.Say(0, user.Sign(1, BookingOutcome.BeyondFloat)))?.Reason,
            Is.EqualTo(RefusalReason.BadSignature), "not yet said to be there");
        Assert.That(town.Issuer.Parked, Is.Empty);

        await user.Say(1);
        Assert.That(Refusal.Read(await user.Say(1, user.Sign(1, BookingOutcome.BeyondFloat)))?.Reason,
            Is.EqualTo(RefusalReason.NotAllowed));
        Assert.That(town.Issuer.Parked, Is.Empty);
        Assert.That(town.Issuer.Queues.Alarms, Is.EqualTo(2), "one for each kind of lie");
    }

    /// <summary>
    /// A coin of 50.00 pays 50.00 at the cafe, and its copy 20.00 at the kiosk; the users' bank has found it proven, and the terms are
    /// over.
    /// </summary>
    /// <returns>The payment of 50.00.</returns>
    private static async Task<CashPayment> Overspend(SimulatedTown town)
    {
        var first = await PayTwice(town);
        await town.RunCycle();
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        return first;
    }

    private static async Task<CashPayment> PayTwice(SimulatedTown town)
    {
        string cafe = town.AddTill("Cafe");
        string kiosk = town.AddTill("Kiosk");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        var first = town.Pay(cafe, mallory, 5000).Payments.Single();
        town.Pay(kiosk, copy, 2000);
        await town.Settle(cafe);
        await town.Settle(kiosk);
        return first;
    }
}
