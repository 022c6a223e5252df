using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

public sealed partial class ClearingTests
{
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
        await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse();
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
}
