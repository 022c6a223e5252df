using HierCash.Shop;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Redemption, expiry, lost cards, the hot list, the floor limit, the sealed relay (holes 9 to 12, 23).</summary>
[Parallelizable]
public sealed partial class CoinLifeTests
{
    private SimulatedTown _town = null!;
    private TownCard _alice = null!;
    private string _till = null!;

    [SetUp]
    public void MakeTown()
    {
        _town = Towns.Make();
        _alice = _town.User("Alice", 5000, 2000);
        _till = _town.AddTill("Cafe");
    }

    [TearDown]
    public void EndTown()
    {
        _alice.Dispose();
        _town.Dispose();
    }

    [Test, Hole(9)]
    public async Task RedeemedCashIsOnTheAccountAndNowhereElse()
    {
        _town.Pay(_till, _alice, 1250);
        await _town.Settle(_till);
        var before = _town.Account(_alice);
        var redeemed = await _town.Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse();
        Assert.That(redeemed.Select(r => (r.Done, r.Amount.Minor)), Is.EquivalentTo(new[] { (true, 750UL), (true, 5000UL) }));
        Assert.That(_alice.Balance().IsZero);
        await _town.RunCycle();
        Assert.That((_town.Account(_alice) - before).Minor, Is.EqualTo(5750));
        Assert.That(_town.Issuer.Registry.FindBank(_town.UserBank.Id)!.Circulation.Redeemed.Minor, Is.EqualTo(5750));
        _town.AssertSound(_alice);
        Assert.That(await _town.Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse(), Is.Empty);
        await _town.RunCycle();
        Assert.That((_town.Account(_alice) - before).Minor, Is.EqualTo(5750), "once");
    }

    /// <summary>An offline payment of before the redemption arrives after it: both count, up to X.</summary>
    [Test, Hole(9)]
    public async Task ARedemptionThatRacesAnOfflinePaymentHarmsNobody()
    {
        _town.Pay(_till, _alice, 1250);
        await _town.Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse();
        Assert.That((await _town.Settle(_till)).Settled, Is.EqualTo(1));
        _town.AssertSoundAfterCycle(_alice);
        Assert.That((_town.ShopAccount().Minor, _town.Account(_alice).Minor), Is.EqualTo((1250UL, 100_000UL - 1250)));
        Assert.That(_town.UserBank.EvidenceFiles, Is.Empty);
    }

    /// <summary>The answer to a redemption is lost: what the card signed is in its log, and the next run ends it.</summary>
    [Test, Hole(9)]
    public async Task ALostAnswerToARedemptionLosesNothing()
    {
        bool lost = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (_, to, message) =>
                message.Type == MessageType.RelaySealed && !lost && (lost = true) ? LinkFault.LoseReply : LinkFault.None });
        using var bob = town.User("Bob", 3000);
        var first = await town.Wallet.Redeem(bob.Card, bob.Pin, null, default).OrRefuse().AsTask().ContinueWith(t =>
            t.Exception?.InnerException);
        Assert.That(first, Is.TypeOf<LinkException>());
        Assert.That(bob.Balance().IsZero, "the card has signed");
        Assert.That((await town.Wallet.Redeem(bob.Card, bob.Pin, null, default).OrRefuse()).Single().Done);
        town.AssertSoundAfterCycle(bob);
        Assert.That(town.Account(bob).Minor, Is.EqualTo(100_000));
    }

    /// <summary>A copied card redeems after it paid: excess, with the same evidence as any payment.</summary>
    [Test, Hole(9), Hole(19)]
    public async Task ACloneThatRedeemsIsTraced()
    {
        using var clone = _alice.Clone();
        _town.Pay(_till, _alice, 2000);
        await _town.Settle(_till);
        var redeemed = await _town.Wallet.Redeem(clone.Card, clone.Pin, c => c.Coin.Terms.FaceValue.Minor == 2000, default).OrRefuse();
        Assert.That(redeemed.Single().Done, Is.False);
        await _town.RunCycle();
        var finding = _town.UserBank.EvidenceFiles.Single().Check(_town.Options.Suite, _town.Scheme.Root);
        Assert.That((finding.Culprit, finding.Spent.Minor), Is.EqualTo((Culprit.User, 4000UL)));
        Assert.That(TownAudit.RunQuiet(_town), Is.Empty);
    }

    /// <summary>
    /// A copy pays, the card redeems all that it shows: that waits, and ends with a word when what was left has come back.
    /// </summary>
    [Test, Rule(2), Hole(9)]
    public async Task ARedemptionThatCannotBePaidWholeDoesNotWaitForEver()
    {
        using var mallory = _town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        string cafe = _town.AddTill("Cafe");
        _town.Pay(cafe, copy, 3000);
        await _town.Settle(cafe);
        async Task<RecoveryResult> Redeem() => (await _town.Wallet.Redeem(mallory.Card, mallory.Pin, null, default).OrRefuse()).Single();
        Assert.That(await Redeem(), Has.Property("Done").False.And.Property("Message").Contain("wait at the issuer"));
        Assert.That((await Redeem()).Done, Is.False, "asked again, it waits still");
        _town.Clock.Advance(TimeSpan.FromDays(9));
        await _town.RunCycle();
        await _town.RunCycle();
        Assert.That(_town.Account(mallory).Minor, Is.EqualTo(97_000));
        Assert.That(await Redeem(), Has.Property("Done").True.And.Property("Message").StartWith("50.00 EUR wait no more"));
        Assert.That(await _town.Wallet.Redeem(mallory.Card, mallory.Pin, null, default).OrRefuse(), Is.Empty);
        _town.AssertSound();
    }

    /// <summary>No balance dies silently: what is left of an expired coin comes back by itself after its terms.</summary>
    [Test, Hole(9)]
    public async Task WhatIsLeftOfAnExpiredCoinComesBackByItself()
    {
        _town.Pay(_till, _alice, 1250);
        await _town.Settle(_till);
        await _town.RunCycle();
        var end = _alice.Coins().Max(c => c.Coin.Terms.Expiry.End);
        _town.Clock.Advance(end.ToDate()!.Value - _town.Clock.GetUtcNow() + TimeSpan.FromDays(6));
        await _town.RunCycle();
        Assert.That(_town.Account(_alice).Minor, Is.EqualTo(100_000 - 7000), "settleTerm is not over");
        _town.Clock.Advance(TimeSpan.FromDays(2));
        await _town.RunCycle();
        Assert.That(_town.Account(_alice).Minor, Is.EqualTo(100_000 - 1250));
        await _town.RunCycle();
        Assert.That(_town.Account(_alice).Minor, Is.EqualTo(100_000 - 1250), "once");
        Assert.That(_town.Issuer.Registry.FindBank(_town.UserBank.Id)!.Circulation.Outstanding.IsZero);
        Assert.That(TownAudit.RunQuiet(_town), Is.Empty);
    }

    /// <summary>Expired and within its terms: the holder redeems under a moment at which it was good.</summary>
    [Test, Hole(9)]
    public async Task AnExpiredCoinIsRedeemedWithinItsTerms()
    {
        var end = _alice.Coins().Max(c => c.Coin.Terms.Expiry.End);
        _town.Clock.Advance(end.ToDate()!.Value - _town.Clock.GetUtcNow() + TimeSpan.FromDays(2));
        Assert.That(_town.Pay(_till, _alice, 100).Outcome, Is.EqualTo(TillOutcome.Refused));
        var redeemed = await _town.Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse();
        Assert.That(redeemed.All(r => r.Done) && redeemed.Count == 2);
        _town.AssertSoundAfterCycle(_alice);
        Assert.That(_town.Account(_alice).Minor, Is.EqualTo(100_000));
    }

    /// <summary>The card is lost: what it paid before counts, the finder's payments do not, and the rest comes back.</summary>
    [Test, Hole(10), Hole(11)]
    public async Task ALostCardIsCancelledAndItsRestComesBack()
    {
        string deaf = _town.AddTill("Kiosk");
        _town.Deafen(deaf);
        _town.Pay(_till, _alice, 1250);
        var report = WalletTerminal.SignLostReport(_alice.Card, _alice.Pin, Timestamp.Now(_town.Clock));
        using var found = _alice.Clone();
        _town.Clock.Advance(TimeSpan.FromHours(2));
        Assert.That(await _town.Wallet.ReportLost(report, default).OrRefuse(), Is.EqualTo(2UL));
        Assert.That(await _town.Wallet.ReportLost(report, default).OrRefuse(), Is.EqualTo(2UL), "again, and nothing more");
        await _town.RunCycle();
        // Tills that heard of it refuse the finder offline; one that did not is paid within hotListMaxAge, and not after.
        var heard = await _town.Till(_till).FetchHotList(_town.TillLink(_till), default).OrRefuse();
        Assert.That(heard.Settled, Is.EqualTo(1), "Alice's own of before is settled before the list is fetched");
        var refused = _town.Till(_till).Pay(found.Card, new Amount(100));
        Assert.That((refused.Outcome, refused.Message.Contains("reported as lost", StringComparison.Ordinal)),
            Is.EqualTo((TillOutcome.Refused, true)));
        Assert.That(_town.Till(deaf).Pay(found.Card, new Amount(100)).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await _town.Settle(deaf)).Settled, Is.EqualTo(1));
        _town.Clock.Advance(TimeSpan.FromHours(25));
        var late = _town.Till(deaf).Pay(found.Card, new Amount(100));
        Assert.That(late.Outcome, Is.EqualTo(TillOutcome.Refused), "its list is too old: it asks before OK");
        Assert.That(_town.Till(deaf).CoinPayments(late.Sale.Time).Single().Receipt!.Verdict, Is.EqualTo(Verdict.Cancelled),
            "unpaid, and no accusation");

        _town.Clock.Advance(TimeSpan.FromDays(9));
        await _town.RunCycle();
        Assert.That(_town.Account(_alice).Minor, Is.EqualTo(100_000 - 1250 - 100));
        Assert.That(TownAudit.RunQuiet(_town), Is.Empty);
        Assert.That(_town.UserBank.EvidenceFiles, Is.Empty);
        Assert.That(() => _town.Withdraw(_alice, 100).Outcome, Is.EqualTo(WithdrawalOutcome.Refused), "the finder withdraws nothing");
    }

    [Test, Hole(10)]
    public async Task OnlyTheHolderAndTheOwnBankCancel()
    {
        using var mallory = _town.User("Mallory", 1000);
        var alices = WalletTerminal.SignLostReport(_alice.Card, _alice.Pin, Timestamp.Now(_town.Clock));
        var forged = WalletTerminal.SignLostReport(mallory.Card, mallory.Pin, Timestamp.Now(_town.Clock)) with { User = alices.User };
        Assert.That((await _town.Wallet.ReportLost(forged, default)).Refused?.Sentence,
            Does.Contain("not signed"));
        var request = new WithdrawalId(Digest.Of("whatever"u8));
        var other = _town.IssuerLink(new LinkPeer(LinkRole.Bank, _town.ShopBank.Id), "bank-2");
        var order = Cancellation.Sign(_town.BankKey("bank-2"), _town.ShopBank.Id, request, Timestamp.Now(_town.Clock));
        Assert.That((await other.Ask(new CancelMessage(order), default)).Refusal!.Reason, Is.EqualTo(RefusalReason.RequestOfAnother));
        order = order with { Bank = _town.UserBank.Id };
        Assert.That((await other.Ask(new CancelMessage(order), default)).Refusal!.Reason, Is.EqualTo(RefusalReason.NotAllowed));
        Assert.That(_town.Pay(_till, _alice, 100).Outcome, Is.EqualTo(TillOutcome.Accepted));
    }

    /// <summary>The bank relays redemptions and cannot read them: always one size, no N_U, no coin in its traffic.</summary>
    [Test, Hole(23)]
    public async Task TheBankRelaysWhatItCannotRead()
    {
        var coins = _alice.Coins();
        await _town.Wallet.Redeem(_alice.Card, _alice.Pin, null, default).OrRefuse();
        _town.Pay(_till, _alice, 1);
        var frames = _town.Records.Wire.Where(f => f.From == "bank-1" || f.To == "bank-1").Select(f => f.Frame).ToList();
        Assert.That(frames, Has.Count.GreaterThan(10));
        foreach (var (coin, _, _) in coins)
        {
            Assert.That(frames.All(f => f.AsSpan().IndexOf(coin.NU) < 0 && f.AsSpan().IndexOf(coin.Id.Value.ToArray()) < 0),
                "neither N_U nor the coin");
        }

        var relayed = _town.Records.Wire.Where(
            f => f.From == SimulatedTown.WalletName && LinkFrame.Decode(f.Frame.AsSpan(4))!.Message.Type == MessageType.Relay).ToList();
        Assert.That(relayed, Has.Count.EqualTo(2));
        Assert.That(relayed.Select(f => f.Frame.Length).Distinct().Count(), Is.EqualTo(1), "padded");
        var suite = _town.Options.Suite;
        var issuer = _town.Scheme.EncryptionKey(Timestamp.Now(_town.Clock))!;
        int Size(int body) => SealedMessage.Seal(suite, issuer, new LinkMessage(MessageType.Redeem, new byte[body]))
            .Message.Ciphertext.Length;
        int AnswerSize(int body) => SealedMessage.SealAnswer(suite, new byte[32], new LinkMessage(MessageType.RedeemReply, new byte[body]))
            .Length;
        Assert.That((Size(1), AnswerSize(1)), Is.EqualTo((Size(SealedMessage.MaxBody), AnswerSize(SealedMessage.MaxBody))),
            "whatever is said");
        var nonsense = new SealedMessage(_town.Scheme.EncryptionKey(Timestamp.Now(_town.Clock))!.Id, new byte[700]);
        var link = _town.IssuerLink(new LinkPeer(LinkRole.Bank, _town.UserBank.Id), "bank-1");
        Assert.That((await link.Ask(new RelaySealedMessage(nonsense), default)).Refusal!.Reason, Is.EqualTo(RefusalReason.Malformed));
    }
}
