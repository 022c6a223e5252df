using HierCash.Shop;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

public sealed partial class CoinLifeTests
{
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
            await _town.Wallet.ReportLost(WalletTerminal.SignLostReport(victim.Card, victim.Pin, Timestamp.Now(_town.Clock)), default)
                .OrRefuse();
            _town.Clock.Advance(TimeSpan.FromHours(2));
            await _town.RunCycle();
            lists.Add((await link.Ask(new HotListMessage((ulong)i, till.W, Timestamp.Now(_town.Clock)), default)).Reply!.List);
            Assert.That(lists[i].Count, Is.EqualTo(1), "a delta");
            (await _town.HearHotList(_till, lists[i])).ThrowIfAny();
            Assert.That(_town.Pay(_till, victim, 10).Outcome, Is.EqualTo(TillOutcome.Refused));
        }

        Assert.That((await _town.HearHotList(_till, lists[0]))?.Sentence, Does.Contain("older"));
        Assert.That((await _town.HearHotList(_till, lists[2] with { Entries = [] }))?.Sentence, Does.Contain("not signed"));
        var whole = (await link.Ask(new HotListMessage(0, till.W, Timestamp.Now(_town.Clock)), default)).Reply!.List;
        (await _town.HearHotList(_till, whole)).ThrowIfAny();
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
        await _town.Wallet.ReportLost(WalletTerminal.SignLostReport(mallory.Card, mallory.Pin, Timestamp.Now(_town.Clock)), default)
            .OrRefuse();
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
        await _town.Wallet.ReportLost(WalletTerminal.SignLostReport(mallory.Card, mallory.Pin, Timestamp.Now(_town.Clock)), default)
            .OrRefuse();
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
}
