using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>Refunds, lying shops, payments that were never settled (holes 2 to 4), and a shop's lost disk.</summary>
[Parallelizable]
public sealed class ReversalTests
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

    /// <summary>A settled payment is refunded: Y, float and shop are as before, and so is the card.</summary>
    [Test, Hole(3)]
    public async Task ARefundAfterSettlementPutsEverythingBack([Values(1250UL, 2000UL)] ulong y)
    {
        var paid = _town.Pay(_till, _alice, y);
        await _town.Settle(_till);
        await _town.RunCycle();
        Assert.That(_town.ShopAccount().Minor, Is.EqualTo(y));
        var refund = await _town.Till(_till).Refund(paid.Sale.Time, _alice.Card, _town.TillLink(_till), default).OrRefuse();
        Assert.That(refund.Message, Does.EndWith("are on the card again."));
        Assert.That(_alice.Balance().Minor, Is.EqualTo(7000));
        await _town.RunCycle();
        Assert.That(_town.ShopAccount().IsZero);
        Assert.That(_town.Issuer.Registry.FindBank(_town.UserBank.Id)!.Circulation,
            Is.EqualTo(new Circulation(new Amount(7000), Amount.Zero, Amount.Zero, Amount.Zero)));
        _town.AssertSound(_alice);
        Assert.That(_town.Issuer.CoinCounts, Is.EqualTo((2L, 0L)), "a coin that was used up is registered again");

        // The coin goes on, and nothing of it is an accusation.
        Assert.That(_town.Pay(_till, _alice, 2000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await _town.Settle(_till)).Settled, Is.EqualTo(1));
        _town.AssertSoundAfterCycle(_alice);
        Assert.That(_town.UserBank.EvidenceFiles, Is.Empty);
    }

    /// <summary>What never left the till is voided at once, without the issuer.</summary>
    [Test, Hole(3)]
    public async Task ARefundBeforeSettlementNeedsNobody()
    {
        var paid = _town.Pay(_till, _alice, 1250);
        await _town.Till(_till).Refund(paid.Sale.Time, _alice.Card, new DeadLink(), default).OrRefuse();
        Assert.That(_alice.Balance().Minor, Is.EqualTo(7000));
        Assert.That((await _town.Settle(_till)).Settled, Is.Zero);
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>The issuer does not answer: neither OK nor S_W. When it does, the refund ends.</summary>
    [Test, Hole(2), Hole(3)]
    public async Task WithoutTheIssuersWordNoVoidLeaves()
    {
        var paid = _town.Pay(_till, _alice, 1250);
        await _town.Settle(_till);
        Assert.That(async () => await _town.Till(_till).Refund(paid.Sale.Time, _alice.Card, new DeadLink(), default).OrRefuse(),
            Throws.TypeOf<LinkException>());
        Assert.That(_alice.Balance().Minor, Is.EqualTo(5750), "no S_W");
        Assert.That(_town.Till(_till).CoinPayments(paid.Sale.Time).Single().SW, Is.Null);
        _town.Restart(_till);
        await _town.Till(_till).Synchronise(_town.TillLink(_till), default).OrRefuse();
        _town.Till(_till).ComesBack(_alice.Card);
        Assert.That(_alice.Balance().Minor, Is.EqualTo(7000));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>
    /// Half of a payment was taken back when the line broke, and for the other half it is too late: that half stays with the shop, and the
    /// rest goes on.
    /// </summary>
    [Test, Hole(3)]
    public async Task ARefundOfWhichHalfIsTooLateKeepsThatHalf()
    {
        Assert.That(_town.Withdraw(_alice, 3000).Outcome, Is.EqualTo(Wallet.WithdrawalOutcome.Issued));
        var both = _town.Pay(_till, _alice, 9000);
        var other = _town.Pay(_till, _alice, 500);
        await _town.Settle(_till);
        Assert.That(async () => await _town.Till(_till).Refund(both.Sale.Time, null, new BreaksAfter(_town.TillLink(_till), 1), default)
            .OrRefuse(),
            Throws.TypeOf<LinkException>());
        _town.Clock.Advance(TimeSpan.FromDays(80));
        await _town.Till(_till).Synchronise(_town.TillLink(_till), default).OrRefuse();
        var parts = _town.Till(_till).CoinPayments(both.Sale.Time);
        var kept = new Amount(9000) - parts.Single(p => p.State == CoinPaymentState.Reversed).H.Paid;
        Assert.That(parts, Has.Some.Property("State").EqualTo(CoinPaymentState.Settled));
        Assert.That(_town.Till(_till).Accepted, Is.EqualTo(kept + other.Sale.Amount), "the payment counts with what is left of it");
        _town.Till(_till).ComesBack(_alice.Card);
        _town.AssertSoundAfterCycle(_alice);
        Assert.That(_town.ShopAccount(), Is.EqualTo(kept + other.Sale.Amount));
    }

    /// <summary>A lying shop gives S_W and settles all the same: the forwarded void, or the user's, makes it dead.</summary>
    [Test, Hole(2)]
    public async Task AShopThatSignsNgAndSettlesGetsNothing()
    {
        var (h, sw, key) = VoidedAtALyingTill();
        var statement = VoidStatement.Of(h, key.PublicKey.Bytes, sw);
        var reply = await _town.TillLink(_till).Call(new ForwardVoidMessage(new(h, statement)).ToMessage(), default);
        Assert.That(VoidedPayment.ReversalOf(reply), Is.Not.Null.And.Property("Moved").EqualTo(Amount.Zero));
        Assert.That((await _town.Submit(_till, h)).Single().Verdict, Is.EqualTo(Verdict.Dead));
        Assert.That(_alice.Balance().Minor, Is.EqualTo(7000));
        _town.AssertSoundAfterCycle(_alice);
        Assert.That(_town.ShopAccount().IsZero);
    }

    /// <summary>It settles first and keeps the void to itself: an excess comes up, and the user's S_W names the shop.</summary>
    [Test, Hole(2), Hole(19)]
    public async Task AShopThatSettlesFirstIsNamedByTheUsersVoid()
    {
        var (h, sw, key) = VoidedAtALyingTill();
        Assert.That((await _town.Submit(_till, h)).Single().Verdict, Is.EqualTo(Verdict.Settled));
        string honest = _town.AddTill("Kiosk");
        Assert.That(_town.Pay(honest, _alice, 2000).Payments.Single().Coin.Id, Is.EqualTo(h.Coin.Id), "all of that coin, in good faith");
        await _town.Settle(honest);
        await _town.RunCycle();
        var file = _town.UserBank.EvidenceFiles.Single();
        Assert.That(file.Check(_town.Options.Suite, _town.Scheme.Root).IsProven, "on the payments alone it looks like Alice");
        var rebuttal = await _town.Wallet.MakeRebuttal(_alice.Card, _alice.Pin, default);
        var finding = (await _town.UserBank.Rebut(h.Coin.Id, rebuttal, default)).OrRefuse();
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, Culprit.ShopToAnswer)), "it was not asked yet");
        Assert.That(finding.Finding, Does.Contain("both settled and took back 12.50 EUR").And.Not.Contain("all the same"));
        Assert.That(sw, Is.EqualTo(rebuttal.Voids.Single().SW));
        Assert.That(key.PublicKey.Bytes.ToArray(), Is.EqualTo(rebuttal.Voids.Single().TillKey));

        // No claim is booked against her, whatever time passes.
        _town.Clock.Advance(TimeSpan.FromDays(70));
        await _town.RunCycle();
        Assert.That(_town.UserBank.Audit.Claims, Is.Zero);
        Assert.That(TownAudit.RunQuiet(_town), Is.Empty);
    }

    /// <summary>The void arrives after the next payment was settled: the sum counts what stands, and nobody is accused.</summary>
    [Test, Hole(3)]
    public async Task ARefundWhoseVoidArrivesLateAccusesNobody()
    {
        var first = _town.Pay(_till, _alice, 2000);
        await _town.Settle(_till);
        await _town.Till(_till).Refund(first.Sale.Time, null, _town.TillLink(_till), default).OrRefuse();
        Assert.That(_town.Pay(_till, _alice, 5000).Outcome, Is.EqualTo(TillOutcome.Accepted), "from the other coin meanwhile");
        await _town.Settle(_till);
        _town.Till(_till).ComesBack(_alice.Card);
        Assert.That(_town.Pay(_till, _alice, 2000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await _town.Settle(_till)).Refused, Is.Zero);
        _town.AssertSoundAfterCycle(_alice);
        Assert.That(_town.UserBank.EvidenceFiles, Is.Empty);
        Assert.That(_town.ShopAccount().Minor, Is.EqualTo(7000));
    }

    /// <summary>A till's disk is lost before it settled: after the term the user gets the money back, once, and not before.</summary>
    [Test, Hole(4)]
    public async Task WhatAShopNeverSettledComesBackAfterTheTerm()
    {
        var paid = _town.Pay(_till, _alice, 1250);
        var early = (await _town.Wallet.Recover(_alice.Card, _alice.Pin, null, default).OrRefuse()).Single();
        Assert.That((early.Done, early.Message.Contains("Ask again after", StringComparison.Ordinal)), Is.EqualTo((false, true)));
        _town.Clock.Advance(TimeSpan.FromDays(8));
        var late = (await _town.Wallet.Recover(_alice.Card, _alice.Pin, null, default).OrRefuse()).Single();
        Assert.That(late.Done, late.Message);
        Assert.That(_alice.Balance().Minor, Is.EqualTo(7000));
        Assert.That(await _town.Wallet.Recover(_alice.Card, _alice.Pin, null, default).OrRefuse(), Is.Empty, "once");

        // The disk turns up again: dead is refused for ever, and never evidence.
        _town.Clock.Advance(TimeSpan.FromDays(-8));
        _town.Issuer.AcceptClock();
        Assert.That((await _town.Submit(_till, paid.Payments.Single())).Single().Verdict, Is.EqualTo(Verdict.Dead));
        Assert.That((await _town.Settle(_till)).Refused, Is.EqualTo(1));
        _town.AssertSoundAfterCycle(_alice);
        Assert.That(_town.Pay(_till, _alice, 2000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await _town.Till(_till).Settler.Settle(_town.TillLink(_till), default).OrRefuse()).Settled, Is.EqualTo(1));
        Assert.That(_town.UserBank.EvidenceFiles, Is.Empty);
    }

    /// <summary>A user who asks for the money of what was settled, or invents a payment of long ago, gets nothing.</summary>
    [Test, Hole(4)]
    public async Task ADeadStatementForWhatWasSettledIsRefused()
    {
        _town.Pay(_till, _alice, 1250);
        await _town.Settle(_till);
        _town.Clock.Advance(TimeSpan.FromDays(30));
        var settled = (await _town.Wallet.Recover(_alice.Card, _alice.Pin, null, default).OrRefuse()).Single();
        Assert.That((settled.Done, settled.Message.Contains("was settled on", StringComparison.Ordinal)), Is.EqualTo((false, true)));

        // An old TIME, signed today: its term is over, so it is dead at once. The card debits for it first, so nothing is won.
        var wallet = new WalletCard(_alice.Card);
        wallet.Select();
        wallet.Verify(_alice.Pin);
        var old = Timestamp.Now(_town.Clock).Plus(TimeSpan.Zero);
        var invented = PayCommand.Fast(new Timestamp(old.Microseconds - (ulong)TimeSpan.FromDays(20).TotalMicroseconds),
            _town.Till(_till).W, new Amount(300), Currency.Eur);
        Assert.That(wallet.Pay(invented, out var reply).IsSuccess);
        Assert.That(_alice.Balance().Minor, Is.EqualTo(7000 - 1250 - 300));
        var h = new CashPayment(reply!.Coin!, reply.Seq, reply.Balance, invented.Time, invented.Till, new Amount(300), reply.SU);
        Assert.That((await _town.Wallet.Recover(_alice.Card, _alice.Pin, e => e.Time == invented.Time, default).OrRefuse()).Single().Done);
        Assert.That(_alice.Balance().Minor, Is.EqualTo(7000 - 1250));
        Assert.That((await _town.Submit(_till, h)).Single().Verdict, Is.EqualTo(Verdict.Dead));
        _town.AssertSoundAfterCycle(_alice);
    }

    /// <summary>Only the shop that was paid takes a payment back, and only genuine ones.</summary>
    [Test, Rule(4), Hole(3)]
    public async Task StrangersReverseNothing()
    {
        var h = _town.Pay(_till, _alice, 1250).Payments.Single();
        await _town.Settle(_till);
        string other = _town.AddTill("Kiosk");
        using var own = _town.TillKey(_till);
        using var strange = _town.TillKey(other);
        VoidedPayment Void(CashPayment payment, ISigningKey key) => new(
            payment, VoidStatement.Sign(key, payment));
        async Task<RefusalReason> Refused(ILink link, VoidedPayment voided, MessageType type) =>
            Refusal.Read(await link.Call(new LinkMessage(type, new BankVoidMessage(voided).ToMessage().Body), default))!.Reason;
        var kiosk = _town.TillLink(other);
        var bank = _town.IssuerLink(new LinkPeer(LinkRole.Bank, _town.UserBank.Id), "bank-1");
        Assert.That(await Refused(kiosk, Void(h, own), MessageType.ForwardVoid), Is.EqualTo(RefusalReason.NotAllowed),
            "another shop's payment");
        Assert.That(await Refused(kiosk, Void(h, strange), MessageType.ForwardVoid), Is.EqualTo(RefusalReason.BadSignature),
            "S_W by another till");
        Assert.That(await Refused(bank, Void(h, strange), MessageType.BankVoid), Is.EqualTo(RefusalReason.BadSignature));
        Assert.That(await Refused(bank, Void(h, own), MessageType.ForwardVoid), Is.EqualTo(RefusalReason.NotAllowed), "a bank is no shop");
        Assert.That(await Refused(_town.TillLink(_till), Void(h with { Paid = new Amount(1) }, own), MessageType.ForwardVoid),
            Is.EqualTo(RefusalReason.BadSignature), "not signed by the card");
        _town.AssertSoundAfterCycle(_alice);
        Assert.That(_town.ShopAccount().Minor, Is.EqualTo(1250));
    }

    /// <summary>Alice's payment at a till that voids it, with what a lying shop keeps of it.</summary>
    private (CashPayment H, byte[] SW, ISigningKey Key) VoidedAtALyingTill()
    {
        var key = _town.TillKey(_till);
        var wallet = new WalletCard(_alice.Card);
        wallet.Select();
        var time = Timestamp.Now(_town.Clock);
        var w = Derivations.W(key.PublicKey);
        Assert.That(wallet.Pay(PayCommand.Fast(time, w, new Amount(1250), Currency.Eur), out var reply).IsSuccess);
        var h = new CashPayment(reply!.Coin!, reply.Seq, reply.Balance, time, w, new Amount(1250), reply.SU);
        var sw = key.Sign(SignedMessage.Void(h.Id, w));
        Assert.That(wallet.Void(h.Coin.Id, h.Seq, key.PublicKey, sw).IsSuccess);
        return (h, sw, key);
    }

    /// <summary>A line that breaks after some answers.</summary>
    private sealed class BreaksAfter(ILink inner, int answers) : ILink
    {
        private int _left = answers;

        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            _left-- > 0 ? inner.Call(request, cancel) : throw new LinkException("the line broke");
    }

    internal sealed class DeadLink : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) => throw new LinkException("no network");
    }
}
