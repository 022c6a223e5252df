using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Link;
using HierCash.Shop;
using HierCash.Simulation;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Redemption, expiry, lost cards, the hot list, the floor limit, the sealed relay (holes 9 to 12, 23).</summary>
[Parallelizable]
public sealed class CoinLifeTests
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
        var first = await town.Wallet.Redeem(bob.Card, bob.Pin, null, default).OrRefuse().AsTask().ContinueWith(t => t.Exception?.InnerException);
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
        Assert.That(async () => await _town.Wallet.ReportLost(forged, default).OrRefuse(),
            Throws.TypeOf<InvalidOperationException>().With.Message.Contains("not signed"));
        var request = new WithdrawalId(Digest.Of("whatever"u8));
        var other = _town.IssuerLink(new LinkPeer(LinkRole.Bank, _town.ShopBank.Id), "bank-2");
        var order = Cancellation.Sign(_town.BankKey("bank-2"), _town.ShopBank.Id, request, Timestamp.Now(_town.Clock));
        Assert.That((await other.Ask(new CancelMessage(order), default)).Refusal!.Reason, Is.EqualTo(RefusalReason.RequestOfAnother));
        order = order with { Bank = _town.UserBank.Id };
        Assert.That((await other.Ask(new CancelMessage(order), default)).Refusal!.Reason, Is.EqualTo(RefusalReason.NotAllowed));
        Assert.That(_town.Pay(_till, _alice, 100).Outcome, Is.EqualTo(TillOutcome.Accepted));
    }

    /// <summary>
    /// Older lists, unsigned ones and those that build on something else are refused; deltas add up; entries name no coin.
    /// </summary>
    [Test, Hole(11)]
    public async Task TheHotListOnlyGoesForward()
    {
        var till = _town.Till(_till);
        var link = _town.TillLink(_till);
        await till.FetchHotList(link, default).OrRefuse();
        var lists = new List<HotList>();
        var hot = new List<CoinId>();
        for (int i = 0; i < 3; i++)
        {
            using var victim = _town.User($"Victim {i}", 1000);
            hot.Add(victim.Coins().Single().Coin.Id);
            await _town.Wallet.ReportLost(WalletTerminal.SignLostReport(victim.Card, victim.Pin, Timestamp.Now(_town.Clock)), default).OrRefuse();
            _town.Clock.Advance(TimeSpan.FromHours(2));
            await _town.RunCycle();
            lists.Add((await link.Ask(new HotListMessage((ulong)i, till.W, Timestamp.Now(_town.Clock)), default)).Reply!.List);
            Assert.That(lists[i].Count, Is.EqualTo(1), "a delta");
            till.TakeHotList(lists[i]).ThrowIfAny();
            Assert.That(_town.Pay(_till, victim, 10).Outcome, Is.EqualTo(TillOutcome.Refused));
        }

        Assert.That(till.TakeHotList(lists[0])?.Sentence, Does.Contain("older"));
        Assert.That(till.TakeHotList(lists[2] with { Entries = [] })?.Sentence,
            Does.Contain("not signed"));
        var whole = (await link.Ask(new HotListMessage(0, till.W, Timestamp.Now(_town.Clock)), default)).Reply!.List;
        till.TakeHotList(whole).ThrowIfAny();
        Assert.That(whole.Count, Is.EqualTo(3));
        Assert.That(hot.All(whole.Holds) && !whole.Holds(_alice.Coins()[0].Coin.Id));
        Assert.That(lists.SelectMany(l => l.Entries.Chunk(8)).Select(Convert.ToHexString)
            .Intersect(whole.Entries.Chunk(8).Select(Convert.ToHexString)).Count(), Is.EqualTo(1),
            "another version, other entries: nobody follows a coin through the lists (the last delta has the whole list's version)");
        Assert.That(_town.Pay(_till, _alice, 10).Outcome, Is.EqualTo(TillOutcome.Accepted));
    }

    /// <summary>
    /// Five coins were lost, and two fit a list: the till hears of all five before it takes a payment, in lists of two, and so does one
    /// that has a part of them.
    /// </summary>
    [Test, Hole(11)]
    public async Task ALongHotListComesInPartsAndIsWhole([Values(0, 2)] int known)
    {
        _town.Issuer.MostHotCoins = 2;
        var till = _town.Till(_till);
        var link = _town.TillLink(_till);
        var victims = Enumerable.Range(0, 5).Select(i => _town.User($"Victim {i}", 1000)).ToList();
        for (int i = 0; i < victims.Count; i++)
        {
            await _town.Wallet.ReportLost(WalletTerminal.SignLostReport(victims[i].Card, victims[i].Pin, Timestamp.Now(_town.Clock)),
                default).OrRefuse();
            if (i + 1 == known)
            {
                await till.FetchHotList(link, default).OrRefuse();
            }
        }

        for (ulong from = 0; ;)
        {
            var list = (await link.Ask(new HotListMessage(from, till.W, Timestamp.Now(_town.Clock)), default)).Reply!.List;
            Assert.That(list.Count, Is.LessThanOrEqualTo(2));
            if (list.Version == from)
            {
                break;
            }

            from = list.Version;
        }

        await till.FetchHotList(link, default).OrRefuse();
        foreach (var victim in victims)
        {
            Assert.That(_town.Pay(_till, victim, 10).Outcome, Is.EqualTo(TillOutcome.Refused), victim.Owner);
            victim.Dispose();
        }
    }

    /// <summary>Above the floor limit the till settles before OK; without the issuer it takes nothing, and says why.</summary>
    [Test, Hole(12)]
    public void AboveTheFloorLimitItIsSettledBeforeOk()
    {
        _town.Withdraw(_alice, 9000);
        var paid = _town.Pay(_till, _alice, 6000);
        Assert.That(paid.Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That(_town.Till(_till).CoinPayments(paid.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Settled), "before OK");
        _town.Till(_till).Online = null;
        var refused = _town.Pay(_till, _alice, 6000);
        Assert.That((refused.Outcome, refused.Payments.Count), Is.EqualTo((TillOutcome.Refused, 0)), "the card was not asked");
        _town.Till(_till).Online = new ReversalTests.DeadLink();
        var waiting = _town.Pay(_till, _alice, 6000);
        Assert.That(waiting.Outcome, Is.EqualTo(TillOutcome.IssuerGone), "neither OK nor S_W");
        Assert.That(_town.Till(_till).CoinPayments(waiting.Sale.Time).All(p => p.SW is null));
        _town.Till(_till).Online = _town.TillLink(_till);
        Assert.That(_town.Till(_till).Continue(waiting.Sale, _alice.Card).Outcome, Is.EqualTo(TillOutcome.Accepted),
            "the same ticket, paid once");
        Assert.That(_alice.Balance().Minor, Is.EqualTo(16_000 - 12_000));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>A clone above the floor limit: the issuer refuses, and the till gives neither goods nor keeps the money.</summary>
    [Test, Hole(12), Hole(19)]
    public async Task ACloneAboveTheFloorLimitGetsNoGoods()
    {
        using var mallory = _town.User("Mallory", 6000);
        using var clone = mallory.Clone();
        Assert.That(_town.Pay(_till, mallory, 6000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        string other = _town.AddTill("Kiosk");
        var refused = _town.Pay(other, clone, 6000);
        Assert.That((refused.Outcome, refused.Message.Contains("The issuer refuses", StringComparison.Ordinal)),
            Is.EqualTo((TillOutcome.Refused, true)));
        await _town.RunCycle();
        Assert.That(TownAudit.RunQuiet(_town), Is.Empty);
        Assert.That(_town.ShopAccount("Kiosk").IsZero);
    }

    /// <summary>Past hotListMaxAge a till that heard of the list settles everything online.</summary>
    [Test, Hole(11), Hole(12)]
    public async Task WithAnOldHotListEverythingIsSettledOnline()
    {
        await _town.Till(_till).FetchHotList(_town.TillLink(_till), default).OrRefuse();
        var offline = _town.Pay(_till, _alice, 100);
        Assert.That(_town.Till(_till).CoinPayments(offline.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Queued));
        _town.Clock.Advance(TimeSpan.FromHours(25));
        _town.Deafen(_till);
        var online = _town.Pay(_till, _alice, 100);
        Assert.That(_town.Till(_till).CoinPayments(online.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Settled));
        _town.Till(_till).Online = null;
        Assert.That(_town.Pay(_till, _alice, 100).Outcome, Is.EqualTo(TillOutcome.Refused));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>
    /// In the claim profile the till sees the coin before anything is signed: with a coin of its list the card signs nothing.
    /// </summary>
    [Test, Hole(11)]
    public async Task ACardWhoseCoinIsOnTheListIsNotAskedToSign()
    {
        using var mallory = _town.User("Mallory", 5000);
        await _town.Wallet.ReportLost(WalletTerminal.SignLostReport(mallory.Card, mallory.Pin, Timestamp.Now(_town.Clock)), default).OrRefuse();
        await _town.Till(_till).FetchHotList(_town.TillLink(_till), default).OrRefuse();
        mallory.Card.Reset();
        var refused = _town.Till(_till).Pay(mallory.Card, new Amount(1000), mallory.PaymentPin, PaymentProfile.Claim);
        Assert.That((refused.Outcome, refused.Message),
            Is.EqualTo((TillOutcome.Refused, "This card was reported as lost, or copied. Do not give the goods.")));
        Assert.That(mallory.Log(), Is.Empty, "no PAY was sent");
    }

    /// <summary>
    /// The till's list is old, and the issuer away: a payment waits. Meanwhile its coin is reported as lost, and the till hears of it.
    /// Whoever comes back with the card to finish the payment gets no goods.
    /// </summary>
    [Test, Hole(11)]
    public async Task WhatWaitsIsComparedWithTheListThatCameMeanwhile()
    {
        using var mallory = _town.User("Mallory", 5000);
        var till = _town.Till(_till);
        await till.FetchHotList(_town.TillLink(_till), default).OrRefuse();
        Assert.That(_town.Pay(_till, _alice, 100).Outcome, Is.EqualTo(TillOutcome.Accepted), "queued: it goes before what waits");
        _town.Clock.Advance(TimeSpan.FromHours(25));
        till.Online = new ReversalTests.DeadLink();
        var waiting = _town.Pay(_till, mallory, 1000);
        Assert.That((waiting.Outcome, till.HeldPayments.Single().WasSent), Is.EqualTo((TillOutcome.IssuerGone, false)));
        await _town.Wallet.ReportLost(WalletTerminal.SignLostReport(mallory.Card, mallory.Pin, Timestamp.Now(_town.Clock)), default).OrRefuse();
        await till.FetchHotList(_town.TillLink(_till), default).OrRefuse();
        var ended = till.Continue(waiting.Sale, mallory.Card);
        Assert.That((ended.Outcome, ended.Message),
            Is.EqualTo((TillOutcome.Refused, "This card was reported as lost, or copied. Do not give the goods.")));
        Assert.That((mallory.Balance().Minor, till.HeldPayments.Count), Is.EqualTo((5000, 0)), "the card has it again");
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>
    /// The issuer's answer to a payment was lost: it may be a refusal. The till asks again, also when its list is new by then.
    /// </summary>
    [Test, Hole(12)]
    public async Task WhatWasSentIsAcceptedOnTheIssuersWordOnly()
    {
        var till = _town.Till(_till);
        await till.FetchHotList(_town.TillLink(_till), default).OrRefuse();
        _town.Clock.Advance(TimeSpan.FromHours(25));
        till.Online = new ReversalTests.DeadLink();
        var waiting = _town.Pay(_till, _alice, 1000);
        Assert.That((waiting.Outcome, till.HeldPayments.Single().WasSent), Is.EqualTo((TillOutcome.IssuerGone, true)));
        await till.FetchHotList(_town.TillLink(_till), default).OrRefuse();
        Assert.That(till.Continue(waiting.Sale, _alice.Card).Outcome, Is.EqualTo(TillOutcome.IssuerGone),
            "the list is new, and says nothing of what was sent");
        till.Online = _town.TillLink(_till);
        Assert.That(till.Continue(waiting.Sale, _alice.Card).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That(till.CoinPayments(waiting.Sale.Time).Single().State, Is.EqualTo(CoinPaymentState.Settled));
        _town.AssertSoundAfterCycle(_alice);
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
