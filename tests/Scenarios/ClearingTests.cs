using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Clearing never stands still (R8): what cannot be booked is parked with a signed reason, and nobody else waits for it.</summary>
[Parallelizable]
public sealed class ClearingTests
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

    /// <summary>Finding 2: a coin copied at four shops; whatever becomes of the claims, another holder's redemption is credited.</summary>
    [Test]
    public async Task ACoinCopiedAtFourShopsKeepsNobodyWaiting()
    {
        using var town = Towns.Make();
        var tills = new[] { "Cafe", "Kiosk", "Bakery", "Florist" }.Select(n => town.AddTill(n)).ToList();
        using var mallory = town.User("Mallory", 5000);
        using var alice = town.User("Alice", 2000);
        for (int i = 0; i < tills.Count; i++)
        {
            using var copy = mallory.Clone();
            town.Pay(tills[i], copy, 3000);
            await town.Settle(tills[i]);
            await town.RunCycle();
        }

        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        await town.Wallet.Redeem(alice.Card, alice.Pin, null, default);
        await town.RunCycle();
        await town.RunCycle();
        Assert.That(town.Account(alice).Minor, Is.EqualTo(100_000), "redeemed and credited");
        Assert.That(town.Issuer.Queues.Unfetched, Is.Zero);
        town.AssertSound(alice);

        // Another month on, every claim is booked, or in the open with its reason.
        town.Clock.Advance(town.Options.Terms.DisputeTerm + TimeSpan.FromHours(1));
        await town.RunCycle();
        await town.RunCycle();
        Assert.That(town.Issuer.Parked.Select(p => (p.Bank, p.Number, p.Reason)),
            Is.EqualTo(town.UserBank.Parked.Select(p => (p.Bank, p.Number, p.Reason))));
        town.AssertSound(alice);
    }

    /// <summary>
    /// The shop's credit for a claim is signed only after the overspender's bank has booked it: clearing pays out nothing that nobody paid
    /// in.
    /// </summary>
    [Test, Rule(8)]
    public async Task AShopIsPaidFromClaimsOnlyOnceTheyAreBooked()
    {
        using var town = Towns.Make();
        await Overspend(town);
        town.Issuer.CloseCycle();
        (await town.ShopBank.Run(default)).ThrowIfAny();
        town.Issuer.CloseCycle();
        (await town.ShopBank.Run(default)).ThrowIfAny();
        Assert.That((town.ShopAccount("Kiosk").Minor, town.ShopBank.Audit.Clearing + town.UserBank.Audit.Clearing), Is.EqualTo((0UL, 0L)),
            "the users' bank has not come yet");
        Assert.That(town.Issuer.Audit.Run(), Is.Empty);
        (await town.UserBank.Run(default)).ThrowIfAny();
        Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-2000));
        town.AssertSound();
        await town.RunCycle();
        Assert.That((town.ShopAccount("Kiosk").Minor, town.ShopBank.Audit.Clearing + town.UserBank.Audit.Clearing),
            Is.EqualTo((2000UL, 0L)));
        town.AssertSound();
    }

    /// <summary>
    /// A shop takes its payment back while the claim for another is under way: the coin pays that one, once, and claims get theirs back.
    /// </summary>
    [TestCase(false)]
    [TestCase(true)]
    [Rule(8)]
    public async Task WhatComesFreeWhileAClaimIsUnderWayIsNotPaidTwice(bool acknowledged)
    {
        using var town = Towns.Make();
        var first = await Overspend(town);
        town.Issuer.CloseCycle();
        if (acknowledged)
        {
            (await town.UserBank.Run(default)).ThrowIfAny();
        }

        await town.ForwardVoid("till-1", first);
        await town.RunCycle();
        await town.RunCycle();
        await town.RunCycle();
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims),
            Is.EqualTo((0UL, 2000UL, 0L)));
        Assert.That((town.UserBank.Parked.Count, town.UserBank.Audit.Clearing + town.ShopBank.Audit.Clearing), Is.EqualTo((0, 0L)));
        town.AssertSound();
    }

    /// <summary>A shop takes a payment back whose promise is claimed and not paid yet: it gets no claim for what it gave back.</summary>
    [TestCase("fetched later")]
    [TestCase("booked, and the word lost")]
    [TestCase("acknowledged")]
    [Rule(2), Rule(8)]
    public async Task WhoTakesItBackWhileItsClaimIsUnderWayGetsNoClaim(string how)
    {
        using var town = Towns.Make();
        await Overspend(town);
        var second = town.UserBank.EvidenceFiles.Single().Dossier.Payments.Single(p => p.Paid.Minor == 2000);
        town.Issuer.CloseCycle();
        if (how == "acknowledged")
        {
            (await town.UserBank.Run(default)).ThrowIfAny();
        }
        else if (how != "fetched later")
        {
            int asked = 0;
            var cut = new Broken(town.UserBankLink(), request => request.Type == MessageType.Instructions && ++asked > 1);
            Assert.That(async () => await town.BankOver("bank-1", cut).FetchInstructions(default), Throws.TypeOf<LinkException>());
            Assert.That(town.UserBank.Audit.Claims, Is.EqualTo(-2000));
        }

        await town.ForwardVoid("till-2", second);
        await town.RunCycle();
        await town.RunCycle();
        await town.RunCycle();
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor, town.UserBank.Audit.Claims),
            Is.EqualTo((5000UL, 0UL, 0L)));
        Assert.That((town.UserBank.Parked.Count, town.UserBank.Audit.Clearing + town.ShopBank.Audit.Clearing), Is.EqualTo((0, 0L)));
        town.AssertSound();
    }

    /// <summary>
    /// A bank that does not book a proven claim, by word or by silence, gets no cash issued after disputeTerm; all else goes on, and it
    /// ends with the debt.
    /// </summary>
    [TestCase("parks it")]
    [TestCase("does not fetch it")]
    [Rule(8)]
    public async Task ABankThatDoesNotBookAProvenClaimIsStoppedFromIssuing(string how)
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 500);
        await Overspend(town);
        town.Issuer.CloseCycle();
        var bank = new BankThatLies(town, "bank-1");
        var claim = (await bank.Fetch()).Single(t => t.Kind == TransferKind.ClaimDebit);
        if (how == "parks it")
        {
            await bank.Say(claim.Number, bank.Sign(claim.Number, BookingOutcome.ClaimNotVerified));
            Assert.That(town.Issuer.Parked.Single().Reason, Is.EqualTo(BookingOutcome.ClaimNotVerified));
        }

        town.Clock.Advance(town.Options.Terms.DisputeTerm - TimeSpan.FromHours(1));
        town.Issuer.CloseCycle();
        Assert.That(town.Withdraw(alice, 200).Outcome, Is.EqualTo(WithdrawalOutcome.Issued), "before the term");
        town.Clock.Advance(TimeSpan.FromHours(2));
        town.Issuer.CloseCycle();
        (await town.ShopBank.Run(default)).ThrowIfAny();
        Assert.That((town.Issuer.Parked.Single().StopsIssuing, town.Issuer.Queues.Alarms, town.ShopAccount("Kiosk").Minor),
            Is.EqualTo((true, 1L, 0UL)));
        var refused = town.Withdraw(alice, 200);
        Assert.That((refused.Outcome, refused.Message.Contains("owes other banks", StringComparison.Ordinal)),
            Is.EqualTo((WithdrawalOutcome.Reversed, true)), refused.Message);
        Assert.That(town.Account(alice).Minor, Is.EqualTo(99_300), "the money is back");

        if (how == "parks it")
        {
            await bank.Say(claim.Number, bank.Sign(claim.Number, BookingOutcome.Booked));
        }

        await town.RunCycle();
        await town.RunCycle();
        Assert.That(town.Withdraw(alice, 200).Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        Assert.That((town.ShopAccount("Kiosk").Minor, town.Issuer.Parked.Count), Is.EqualTo((2000UL, 0)));
        town.AssertSound(alice);
    }

    /// <summary>
    /// A bank that says of a proven case that it proves nothing keeps its claims as little as one that does not book them.
    /// </summary>
    [Test, Rule(8)]
    public async Task ABankThatDeniesAProvenCaseIsClaimedFromAllTheSame()
    {
        using var town = Towns.Make();
        await PayTwice(town);
        var link = town.UserBankLink();
        var header = (await link.Ask(new DossiersMessage(null), default)).Reply!.Header;
        await link.Call(new DossierOutcomeMessage(header!.Coin, header.Revision, Proof.Nothing).ToMessage(), default);
        town.Clock.Advance((town.Options.Terms.DisputeTerm * 2) - TimeSpan.FromHours(1));
        town.Issuer.CloseCycle();
        var bank = new BankThatLies(town, "bank-1");
        Assert.That((await bank.Fetch()).Where(t => t.Kind == TransferKind.ClaimDebit), Is.Empty, "it may still be heard");
        town.Clock.Advance(TimeSpan.FromHours(2));
        town.Issuer.CloseCycle();
        var claim = (await bank.Fetch()).Single(t => t.Kind == TransferKind.ClaimDebit);
        Assert.That(claim.Total.Minor, Is.EqualTo(2000));
        await bank.Say(claim.Number, bank.Sign(claim.Number, BookingOutcome.ClaimNotVerified));
        town.Clock.Advance(town.Options.Terms.DisputeTerm);
        town.Issuer.CloseCycle();
        var parked = town.Issuer.Parked.Single(p => p.Kind == TransferKind.ClaimDebit);
        Assert.That((parked.Reason, parked.StopsIssuing), Is.EqualTo((BookingOutcome.ClaimNotVerified, true)));
        Assert.That(parked.Show(Currency.Eur),
            Does.StartWith($"instruction 1/{claim.Number}, ClaimDebit 20.00 EUR for coin {claim.Reference.ToString()[..16]}, since ")
            .And.Contains("It ends when the bank has found the case proven").And.EndsWith("Until then nothing is issued to this bank."));
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
