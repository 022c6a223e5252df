using HierCash.Shop;
using HierCash.Tests.Cheating;
using HierCash.Tests.Suite;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Answers under the issuer's genuine signature that are about something else, and requests that are not who they say they are: till, bank,
/// wallet, issuer.
/// </summary>
[Parallelizable]
public sealed class LyingAnswersTests
{
    /// <summary>
    /// A till takes no receipt of another payment, sum, issuer or currency, and no answer with fewer receipts than payments: all stays
    /// queued.
    /// </summary>
    [TestCase("payment")]
    [TestCase("sum")]
    [TestCase("issuer")]
    [TestCase("currency")]
    [TestCase("count")]
    [Hole(5)]
    public async Task ATillTakesNoReceiptOfSomethingElse(string lie)
    {
        using var town = Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 1250);
        town.Pay(till, alice, 1000);
        using var key = town.StatementKey;
        var other = new Amount(9);
        Receipt Say(Receipt r, Receipt another) => lie switch
        {
            "payment" => Sign(key, r with { Subject = another.Subject }),
            "sum" => Sign(key, r with { Paid = other, Share = new Share(other, Amount.Zero, Amount.Zero, default) }),
            "issuer" => Sign(key, r with { Issuer = new PartyId(99) }),
            "currency" => Sign(key, r with { Currency = new Currency(840) }),
            _ => r,
        };
        var lying = new ChangedAnswer(town.TillLink(till), MessageType.Settle, reply =>
        {
            var receipts = reply.As<SettleReply>()!.Receipts;
            return lie == "count" && receipts.Count > 1
                ? new SettleReply([receipts[0]]).ToMessage()
                : new SettleReply([.. receipts.Select((r, i) => Say(r, receipts[^(i + 1)]))]).ToMessage();
        });
        Assert.That((await town.Till(till).Settler.Settle(lying, default)).Refused?.Sentence, Is.Not.Null);
        Assert.That((town.Till(till).Sum(CoinPaymentState.Queued).Minor, town.Till(till).Sum(CoinPaymentState.Settled).Minor),
            Is.EqualTo((2250UL, 0UL)));
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(2));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// S_W leaves on the issuer's reversal of this payment: one of another payment, of another sum or by another issuer is none.
    /// </summary>
    [TestCase("payment")]
    [TestCase("sum")]
    [TestCase("issuer")]
    [Hole(2), Hole(3)]
    public async Task ATillGivesNothingBackOnAReversalOfSomethingElse(string lie)
    {
        using var town = Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var paid = town.Pay(till, alice, 1250);
        var other = town.Pay(till, alice, 1250);
        await town.Settle(till);
        using var key = town.StatementKey;
        var lying = new Instead(town.TillLink(till), MessageType.ForwardVoid, request => VoidedPayment.Answer(request.Type, Reversal.Sign(
            key, lie == "issuer" ? new PartyId(99) : town.Issuer.Id, (lie == "payment" ? other : paid).Payments.Single().Id,
            new Amount(lie == "sum" ? 1UL : 1250UL), Amount.Zero, Timestamp.Now(town.Clock))));
        Assert.That((await town.Till(till).Refund(paid.Sale.Time, alice.Card, lying, default)).Refused?.Sentence, Is.Not.Null);
        Assert.That((alice.Balance().Minor, town.Till(till).CoinPayments(paid.Sale.Time).Single().SW), Is.EqualTo((2500UL, (byte[]?)null)),
            "no S_W: the issuer still counts it");
        Assert.That((await town.Submit(till, paid.Payments.Single())).Single().Verdict, Is.EqualTo(Verdict.Settled));
    }

    /// <summary>
    /// A hot list under the issuer's signature that does not build on what the till has, or is of an earlier version, whatever its date: it
    /// would hide coins that are on it.
    /// </summary>
    [TestCase("base")]
    [TestCase("version")]
    [Hole(11)]
    public async Task ATillTakesNoListThatDoesNotGoOn(string lie)
    {
        using var town = Make();
        string till = town.AddTill("Cafe");
        using var carol = town.User("Carol", 1000);
        await town.Wallet.ReportLost(WalletTerminal.SignLostReport(carol.Card, carol.Pin, Timestamp.Now(town.Clock)), default).OrRefuse();
        town.Clock.Advance(TimeSpan.FromHours(2));
        await town.RunCycle();
        await town.Till(till).FetchHotList(town.TillLink(till), default).OrRefuse();
        var now = Timestamp.Now(town.Clock);
        using var key = town.StatementKey;
        var wrong = lie == "base" ? HotList.Sign(key, town.Issuer.Id, 3, 2, now, [])
            : HotList.Sign(key, town.Issuer.Id, 0, 0, now.Plus(TimeSpan.FromHours(1)), []);
        Assert.That((await town.HearHotList(till, wrong))?.Sentence, Does.Contain("older"));
        Assert.That(town.Pay(till, carol, 10).Outcome, Is.EqualTo(TillOutcome.Refused), "the till keeps what it has");
    }

    /// <summary>
    /// The cash was issued, and somebody shows the bank a genuine "never issued" of another withdrawal, amount, bank, issuer or currency.
    /// </summary>
    [TestCase("request")]
    [TestCase("X")]
    [TestCase("bank")]
    [TestCase("issuer")]
    [TestCase("currency")]
    [Hole(7)]
    public async Task ABankGivesNothingBackOnANeverIssuedOfSomethingElse(string lie)
    {
        bool silent = true;
        using var town = Make(o => o with { Faults = (from, _, m) =>
            silent && from == "bank-1" && m.Type == MessageType.Issue ? LinkFault.LoseRequest : LinkFault.None });
        using var alice = town.User("Alice");
        Assert.That(town.Withdraw(alice, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        silent = false;
        using var key = town.StatementKey;
        var request = RawMessages.Orders(town).Last().Request;
        var never = NonIssuanceStatement.Sign(
            key, lie == "issuer" ? new PartyId(99) : town.Issuer.Id, lie == "bank" ? town.ShopBank.Id
                : town.UserBank.Id, new Amount(lie == "X" ? 4000UL : 5000UL),
            lie == "currency" ? new Currency(840) : Currency.Eur, lie == "request" ? new WithdrawalId(Digest.Of("another"u8))
                : request, IssueRefusal.Asked, Timestamp.Now(town.Clock));
        (await town.BankOver("bank-1", new ChangedAnswer(
            town.UserBankLink(), MessageType.Issue, _ => new IssueReply(new(null, never)).ToMessage())).Run(default)).ThrowIfAny();
        Assert.That(town.Account(alice).Minor, Is.EqualTo(95_000), "the cash may be out");
        await town.RunCycle();
        Assert.That((await town.Wallet.Resume(alice.Card, alice.Pin, default).OrRefuse()).Single().Outcome,
            Is.EqualTo(WithdrawalOutcome.Issued));
        town.AssertSound(alice);
    }

    /// <summary>
    /// Orders under the account's genuine signature that are old or of tomorrow, for another bank, in another currency or of nothing:
    /// nothing is debited.
    /// </summary>
    [TestCase("old", RefusalReason.OutOfDate)]
    [TestCase("of tomorrow", RefusalReason.OutOfDate)]
    [TestCase("bank", RefusalReason.OtherBank)]
    [TestCase("currency", RefusalReason.OtherCurrency)]
    [TestCase("nothing", RefusalReason.AmountZero)]
    [Hole(7)]
    public async Task ABankTakesNoOrderForSomethingElse(string lie, RefusalReason reason)
    {
        var suite = new KeepingSuite(new BclSuite());
        using var town = Make(o => o with { Suite = suite });
        using var alice = town.User("Alice");
        var account = town.UserBank.Accounts.Single();
        using var key = suite.SecretOf(account.Key.Compress());
        using var holder = suite.GenerateKey();
        var amount = lie == "nothing" ? Amount.Zero : new Amount(5000);
        var currency = lie == "currency" ? new Currency(840) : Currency.Eur;
        var pe = WithdrawalTests.PE(town);
        var now = Timestamp.Now(town.Clock);
        var day = town.Options.Terms.RequestTerm + TimeSpan.FromMinutes(1);
        var date = lie == "old" ? new Timestamp(now.Microseconds - (ulong)day.TotalMicroseconds) : lie == "of tomorrow" ? now.Plus(day)
            : now;
        var ei = CoinRequest.Create(holder, pe.Id, new byte[32], amount, currency, 0).Encipher(suite, pe);
        var order = new WithdrawalOrder(account.User, lie == "bank" ? town.ShopBank.Id
            : town.UserBank.Id, amount, currency, pe.Id, ei, 1, date, []);
        var reply = await town.UserBank.Handle(
            LinkPeer.Wallet, new WithdrawMessage(order with { Signature = key.Sign(order.Message) }).ToMessage(), default);
        // The number of an old one is closed on the issuer's word that it never issues it (rule R27).
        Assert.That(Refusal.Read(reply)?.Reason, Is.EqualTo(lie == "old" ? null : (RefusalReason?)reason));
        Assert.That(lie == "old" ? reply.As<WithdrawReply>()?.Answer.Never?.Request : null, Is.EqualTo(
            lie == "old" ? order.Request : (WithdrawalId?)null));
        Assert.That((town.Account(alice).Minor, town.Rows("bank-1")["withdrawal"], town.Issuer.CoinCounts.Open),
            Is.EqualTo((100_000UL, 0L, 0L)));
    }

    /// <summary>A holder's genuine report for another bank cancels nothing here.</summary>
    [Test, Hole(10)]
    public async Task AReportForAnotherBankCancelsNothing()
    {
        var suite = new KeepingSuite(new BclSuite());
        using var town = Make(o => o with { Suite = suite });
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 1000);
        var account = town.UserBank.Accounts.Single();
        using var key = suite.SecretOf(account.Key.Compress());
        var now = Timestamp.Now(town.Clock);
        var report = new LostCardReport(account.User, town.ShopBank.Id, now,
            key.Sign(SignedMessage.LostCard(account.User, town.ShopBank.Id, now)));
        Assert.That((await town.Wallet.ReportLost(report, default)).Refused?.Sentence,
            Does.Contain("not signed"));
        town.Clock.Advance(TimeSpan.FromDays(2));
        await town.RunCycle();
        Assert.That(town.Pay(till, alice, 100).Outcome, Is.EqualTo(TillOutcome.Accepted));
    }

    /// <summary>
    /// An issuer answers a redemption with the receipt of another one: the card's entry stays open, and the money is asked for again.
    /// </summary>
    [Test, Hole(9)]
    public async Task AWalletTakesNoReceiptOfAnotherRedemption()
    {
        using var town = Make();
        using var alice = town.User("Alice", 5000);
        using var key = town.StatementKey;
        var lying = new LyingBehindTheRelay(town, MessageType.Redeem, _ => new RedeemReply(Receipt.Sign(
            key, town.Issuer.Id, Digest.Of("another"u8), Verdict.Settled, new Amount(5000), Currency.Eur, new Share(
                new Amount(5000), Amount.Zero, Amount.Zero, default), 1, Timestamp.Now(town.Clock))).ToMessage());
        var wallet = new WalletTerminal(lying, town.Options.Suite, town.Clock, NoCrashPoints.Instance);
        Assert.That((await wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).Single().Done, Is.False);
        Assert.That((await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).Single().Done);
        await town.RunCycle();
        Assert.That(town.Account(alice).Minor, Is.EqualTo(100_000));
        town.AssertSound(alice);
    }

    /// <summary>
    /// The issuer knows nothing of a coin for a while, or cannot read the payment: no last word, and the money is asked for again.
    /// </summary>
    [Test, Hole(9)]
    public async Task AWalletAsksAgainForWhatTheIssuerDidNotKnow(
        [Values(Verdict.UnknownCoin, Verdict.BadSignature, Verdict.Malformed)] Verdict verdict)
    {
        using var town = Make();
        using var alice = town.User("Alice", 5000);
        using var key = town.StatementKey;
        var amiss = new LyingBehindTheRelay(town, MessageType.Redeem, m => new RedeemReply(Receipt.Sign(
            key, town.Issuer.Id, CashPayment.Decode(m.Body)!.Id.Value, verdict, new Amount(5000), Currency.Eur, default, 1,
            Timestamp.Now(town.Clock))).ToMessage());
        var wallet = new WalletTerminal(amiss, town.Options.Suite, town.Clock, NoCrashPoints.Instance);
        Assert.That((await wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).Single().Message,
            Does.Contain($"not redeemed: {verdict}").And.Contain("asks again"));
        Assert.That((await town.Wallet.Redeem(alice.Card, alice.Pin, null, default).OrRefuse()).Single().Done);
        await town.RunCycle();
        Assert.That(town.Account(alice).Minor, Is.EqualTo(100_000));
        town.AssertSound(alice);
    }

    /// <summary>
    /// An issuer stamps something else than the holder shows: such a stamp would prove nothing, so the wallet does not keep it.
    /// </summary>
    [Test, Rule(5)]
    public async Task AWalletKeepsNoStampOfSomethingElse()
    {
        using var town = Make();
        using var alice = town.User("Alice", 5000);
        await BlameTests.SettledAllTheSame(town, alice, town.AddTill("Cafe"));
        using var key = town.StatementKey;
        var lying = new LyingBehindTheRelay(town, MessageType.StampRebuttal, _ => new StampRebuttalReply(
            Stamp.Sign(key, town.Issuer.Id, StampRole.Issuer, Digest.Of("another"u8), Timestamp.Now(town.Clock))).ToMessage());
        var wallet = new WalletTerminal(lying, town.Options.Suite, town.Clock, NoCrashPoints.Instance);
        var shown = (await wallet.Rebut(alice.Card, alice.Pin, default)).Single();
        Assert.That(shown.Rebuttal.Stamps.Select(s => s.Role), Is.EqualTo(new[] { StampRole.Bank }));
    }

    /// <summary>
    /// A shop that took a payment back on the card has settled it all the same. The holder's bank, or who has its key, refuses to carry her
    /// S_W, as if the issuer had spoken: it goes to the issuer at the next contact.
    /// </summary>
    [Test, Rule(4)]
    public async Task ABanksOwnWordIsNotTheIssuers([Values] RefusalReason reason)
    {
        using var town = Make();
        using var alice = town.User("Alice", 10_000);
        string cafe = town.AddTill("Cafe");
        await town.Submit(cafe, town.SignAndVoid(alice, cafe, 2000));
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        var lying = new WalletTerminal(new RefusingRelay(town, reason), town.Options.Suite, town.Clock, NoCrashPoints.Instance, records);
        await lying.Resume(alice.Card, alice.Pin, default).OrRefuse();
        Assert.That(() => lying.Redeem(alice.Card, alice.Pin, null, default).OrRefuse(), Throws.TypeOf<LinkException>(),
            "the issuer was not reached");
        await town.WalletWith(records).Resume(alice.Card, alice.Pin, default).OrRefuse();
        await town.RunCycles();
        Assert.That(town.ShopAccount().Minor, Is.Zero, "Cafe gives back what it has no goods for");
        town.AssertSound(alice);
    }

    /// <summary>
    /// A shop knows its customer's coin, and redeems it with a signature of its own: her next payment would be an excess.
    /// </summary>
    [Test, Hole(9)]
    public async Task NobodyRedeemsAnothersCoin()
    {
        using var town = Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var known = town.Pay(till, alice, 1000).Payments.Single();
        await town.Settle(till);
        using var own = town.TillKey(till);
        var forged = Forged(known, own, town.Scheme.RedemptionTill, CashPayment.CloseSeq, 4000);
        Assert.That(
            Refusal.Read(SealedMessage(town, new RedeemMessage(forged).ToMessage()))?.Reason, Is.EqualTo(RefusalReason.BadSignature));
        Assert.That(town.Pay(till, alice, 4000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
        Assert.That((town.Issuer.Queues.Cases, town.ShopAccount().Minor), Is.EqualTo((0L, 5000UL)));
    }

    /// <summary>
    /// The same shop has a payment pronounced dead that she never signed: it would be the second message under a seq, and cancel her coin.
    /// </summary>
    [Test, Hole(4), Rule(2)]
    public async Task NobodyHasPronouncedDeadWhatNobodySigned()
    {
        using var town = Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var known = town.Pay(till, alice, 1000).Payments.Single();
        await town.Settle(till);
        using var own = town.Options.Suite.GenerateKey();
        var forged = Forged(known, own, Derivations.W(own.PublicKey), known.Seq, 900);
        Assert.That(Refusal.Read(
            SealedMessage(town, new NonSettlementStatementMessage(forged).ToMessage()))?.Reason, Is.EqualTo(RefusalReason.BadSignature));
        town.AssertSoundAfterCycle(alice);
        Assert.That((town.Issuer.Queues.Cases, town.Rows("issuer")["dead_payment"], town.Rows("issuer")["hot"]), Is.EqualTo((0L, 0L, 0L)));
    }

    /// <summary>
    /// A copy's second message under a seq that only comes to be pronounced dead: the coin was copied all the same, and is cancelled.
    /// </summary>
    [Test, Rule(2)]
    public async Task AMessageThatOnlyComesToBePronouncedDeadShowsTheCopy()
    {
        using var town = Make();
        string till = town.AddTill("Cafe");
        using var mallory = town.User("Mallory", 5000);
        using var copy = mallory.Clone();
        town.Pay(till, mallory, 1000);
        await town.Settle(till);
        using var nobody = town.Options.Suite.GenerateKey();
        Assert.That(RawMessages.Pay(copy, Timestamp.Now(town.Clock), Derivations.W(nobody.PublicKey), 900, copy.PaymentPin), Is.Not.Null);
        Assert.That((await town.Wallet.Recover(copy.Card, copy.Pin, null, default).OrRefuse()).Single().Done,
            "no till of the scheme was paid");
        Assert.That(town.Rows("issuer")["hot"], Is.EqualTo(1));
        Assert.That(town.Pay(till, mallory, 100).Outcome, Is.EqualTo(TillOutcome.Accepted), "the till was not told yet");
        await town.Till(till).FetchHotList(town.TillLink(till), default).OrRefuse();
        Assert.That(town.Pay(till, mallory, 100).Outcome, Is.EqualTo(TillOutcome.Refused));
    }

    private static SimulatedTown Make(Func<TownOptions, TownOptions>? with = null) =>
        Towns.Make(with: o => with is null ? o with { Suite = new BclSuite() } : with(o with { Suite = new BclSuite() }));

    private static Receipt Sign(ISigningKey key, Receipt r) =>
        Receipt.Sign(key, r.Issuer, r.Subject, r.Verdict, r.Paid, r.Currency, r.Share, r.Revision, r.Date);

    /// <summary>What somebody without the coin's key makes of a payment that they know.</summary>
    private static CashPayment Forged(CashPayment known, ISigningKey own, TillId till, int seq, ulong minor)
    {
        var unsigned = known with { Seq = (ushort)seq, Balance = known.Balance - known.Paid, Till = till, Paid = new Amount(minor) };
        return unsigned with { SU = own.Sign(unsigned.Message) };
    }

    private static LinkMessage SealedMessage(SimulatedTown town, LinkMessage request)
    {
        var issuer = town.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerEncryption).Key;
        var (message, seed) = Protocol.Cash.SealedMessage.Seal(town.Options.Suite, issuer, request);
        var reply = RawMessages.Call(new ToBank(town), new RelayMessage(message).ToMessage());
        return Protocol.Cash.SealedMessage.OpenAnswer(seed, reply.As<RelayReply>()!.Answer)!;
    }

    /// <summary>Answers one type of request by itself.</summary>
    private sealed class Instead(ILink honest, MessageType type, Func<LinkMessage, LinkMessage> answer) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) =>
            request.Type == type ? ValueTask.FromResult(answer(request)) : honest.Call(request, cancel);
    }

    /// <summary>A bank that refuses itself what is for the issuer.</summary>
    private sealed class RefusingRelay(SimulatedTown town, RefusalReason reason) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) => request.Type == MessageType.Relay
            ? ValueTask.FromResult(new Refusal(reason, "The terms of this payment's coin are over.", reason == RefusalReason.KeyRevoked
            ? default(Timestamp) : null).ToMessage())
            : town.UserBank.Handle(LinkPeer.Wallet, request, cancel);
    }

    /// <summary>
    /// A wallet's way to its bank, with an issuer behind it that opens one type of sealed message and answers as it likes.
    /// </summary>
    private sealed class LyingBehindTheRelay(SimulatedTown town, MessageType type, Func<LinkMessage, LinkMessage> answer) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            using var secret = town.DecryptionKey;
            var suite = town.Options.Suite;
            return request.Type == MessageType.Relay && request.As<RelayMessage>()!.Sealed.Open(suite, secret) is { } opened
                && opened.Message.Type == type
                ? ValueTask.FromResult(new RelayReply(Protocol.Cash.SealedMessage.SealAnswer(suite, opened.Seed, answer(opened.Message)))
                .ToMessage())
                : town.UserBank.Handle(LinkPeer.Wallet, request, cancel);
        }
    }
}
