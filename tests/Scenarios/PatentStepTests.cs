using HierCash.Shop;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// Checks that no other scenario would miss: steps and claims of the patent (patent.md), and words that somebody else signed.
/// </summary>
[Parallelizable]
public sealed class PatentStepTests
{
    /// <summary>
    /// Step 1: somebody on the way adds a key of his own to those that the issuer published. A bank learns only what the root key signed.
    /// </summary>
    [Test, Hole(22)]
    public async Task AKeyThatTheRootKeyDidNotSignIsNotLearnt()
    {
        using var town = Towns.Make();
        using var own = town.Options.Suite.GenerateKey();
        var now = Timestamp.Now(town.Clock);
        var forged = KeyCertificate.Issue(own, KeyUsage.IssuerCoin, town.Issuer.Id, now, now.Plus(TimeSpan.FromDays(99)), own.PublicKey);
        town.Clock.Advance(TimeSpan.FromDays(1));
        var published = town.Issuer.Rotate(KeyUsage.IssuerCoin).OrRefuse();
        var way = new AddingLink(town.IssuerLink(new LinkPeer(LinkRole.Bank, town.UserBank.Id), "bank-1"), forged);
        var bank = town.BankOver("bank-1", way);
        (await bank.Run(default)).ThrowIfAny();
        var told = (await bank.Handle(
            LinkPeer.Wallet, new CertificatesMessage().ToMessage(), default)).As<CertificatesReply>()!.Certificates;
        Assert.That(way.Added, Is.GreaterThan(0));
        Assert.That(told.Select(c => c.Key.Id), Does.Contain(published.Key.Id).And.Not.Contain(own.PublicKey.Id));
    }

    /// <summary>Variant: TM is counted at the coin with TM 0 and at no other, or one would come twice.</summary>
    [Test, Hole(15)]
    public async Task OnlyTheFirstCoinOfAKeyHandsOutFurtherTM()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 1000);
        await town.Wallet.WithdrawSameKey(alice.Card, alice.Pin, 0, new Amount(1000), default);
        Assert.That(alice.Coins().Select(c => c.Coin.Terms.TM), Is.EqualTo(new ushort[] { 0, 1 }));
        Assert.That(
            async () => await town.Wallet.WithdrawSameKey(alice.Card, alice.Pin, 1, new Amount(1000), default),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(StatusWord.ConditionsNotSatisfied));
        Assert.That((alice.Pending(), town.Account(alice).Minor), Is.EqualTo((0, 98_000UL)));
    }

    /// <summary>Step 8: somebody answers the till in the issuer's place. H stays queued until the issuer itself has signed.</summary>
    [Test, Hole(5)]
    public async Task AReceiptThatTheIssuerDidNotSignIsNone()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        town.Pay(till, alice, 700);
        using var own = town.Options.Suite.GenerateKey();
        var settler = town.Till(till).Settler;
        Assert.That((await settler.Settle(new PretendingIssuer(own, town), default)).Refused?.Sentence, Is.Not.Null);
        Assert.That((town.Till(till).Sum(CoinPaymentState.Queued).Minor, town.Till(till).Sum(CoinPaymentState.Settled).Minor),
            Is.EqualTo((700UL, 0UL)));
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>
    /// Step 9a: a coin under a genuine S_I that the issuer does not know. It has a problem, and gets an alarm; nobody is paid, nobody
    /// accused.
    /// </summary>
    [Test, Hole(5)]
    public async Task ACoinThatIsNotRegisteredIsNotSettled()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        using var user = town.Options.Suite.GenerateKey();
        using var issuer = town.CoinKey;
        var unsigned = new Coin(alice.Coins().Single().Coin.Terms, user.PublicKey.Compress(), []);
        var coin = unsigned with { SI = issuer.Sign(unsigned.Message) };
        var h = new CashPayment(coin, 1, new Amount(5000), Timestamp.Now(town.Clock), town.Till(till).W, new Amount(700), []);
        var receipt = (await town.Submit(till, h with { SU = user.Sign(h.Message) })).Single();
        Assert.That((receipt.Verdict, receipt.Share.Credited.IsZero), Is.EqualTo((Verdict.UnknownCoin, true)));
        Assert.That((town.Issuer.Queues.Alarms, town.Issuer.Queues.Cases), Is.EqualTo((1L, 0L)));
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount().IsZero);
    }

    /// <summary>Claim 13: a card that signs more than it was asked for is not to be paid with.</summary>
    [Test, Hole(12)]
    public async Task ACardThatSignsMoreThanItWasAskedForIsRefused()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var coin = await OwnKeyCoin.Withdraw(town, new Amount(5000));
        using var card = coin.Card(seq: 1, x: 5000, more: 1);
        var result = town.Till(till).Pay(card, new Amount(1000));
        Assert.That((result.Outcome, result.Message),
            Is.EqualTo((TillOutcome.Refused,
                "The card signed more than was asked for. Ask for another card. The card must come back to this till to get back what it "
                    + "signed.")));
        Assert.That((town.Till(till).Accepted.Minor, town.Till(till).Sum(CoinPaymentState.Voided).Minor), Is.EqualTo((0UL, 1001UL)));
    }

    /// <summary>A till takes no coin that expired, even from a card that does not look at the date.</summary>
    [Test, Hole(9)]
    public async Task ATillTakesNoExpiredCoin()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var coin = await OwnKeyCoin.Withdraw(town, new Amount(5000));
        town.Clock.Advance(coin.Coin.Terms.Expiry.End.ToDate()!.Value - town.Clock.GetUtcNow());
        using var card = coin.Card(seq: 1, x: 5000);
        var result = town.Till(till).Pay(card, new Amount(1000));
        Assert.That((result.Outcome, result.Message.Contains("expired", StringComparison.Ordinal)), Is.EqualTo((TillOutcome.Refused, true)),
            result.Message);
        Assert.That(town.Till(till).Accepted.IsZero);
    }

    /// <summary>Somebody says in the issuer's place that a payment is taken back: no S_W leaves for that.</summary>
    [Test, Hole(2)]
    public async Task AReversalThatTheIssuerDidNotSignIsNone()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var paid = town.Pay(till, alice, 700);
        await town.Settle(till);
        using var own = town.Options.Suite.GenerateKey();
        Assert.That((await town.Till(till).Refund(paid.Sale.Time, alice.Card, new PretendingIssuer(own, town), default)).Refused?.Sentence,
            Is.Not.Null);
        Assert.That((alice.Balance().Minor, town.Till(till).CoinPayments(paid.Sale.Time).Single().SW), Is.EqualTo((4300UL, (byte[]?)null)));
        await town.Till(till).Synchronise(town.TillLink(till), default).OrRefuse();
        town.Till(till).ComesBack(alice.Card);
        Assert.That(alice.Balance().Minor, Is.EqualTo(5000), "with the issuer's own word");
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>A cancellation in a bank's name that the bank did not sign: the holder pays as before.</summary>
    [Test, Hole(10)]
    public async Task ACancellationThatTheBankDidNotSignIsNone()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var alice = town.User("Alice", 5000);
        var order = town.Records.Wire.Select(w => LinkFrame.Decode(w.Frame.AsSpan(4))!.Message).First(m => m.Type == MessageType.Issue);
        using var own = town.Options.Suite.GenerateKey();
        var forged = Cancellation.Sign(own, town.UserBank.Id, IssueMessage.RequestOf(order)!.Request, Timestamp.Now(town.Clock));
        var bank = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.UserBank.Id), "bank-1");
        Assert.That((await bank.Ask(new CancelMessage(forged), default)).Refusal?.Reason, Is.EqualTo(RefusalReason.BadSignature));
        town.Clock.Advance(TimeSpan.FromDays(3));
        await town.RunCycle();
        town.Pay(till, alice, 700);
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(1));
        town.AssertSoundAfterCycle(alice);
    }

    /// <summary>Claim 9: E_K goes by way of the bank, and nothing that the bank has opens it.</summary>
    [Test, Hole(23)]
    public void TheBankCannotReadWhatItHandsOn()
    {
        using var town = Towns.Make();
        using var alice = town.User("Alice", 5000);
        var passed = town.Records.Wire.Select(w => LinkFrame.Decode(w.Frame.AsSpan(4))!.Message).ToList();
        var order = IssueMessage.RequestOf(passed.First(m => m.Type == MessageType.Issue))!;
        var ek = passed.First(m => m.Type == MessageType.IssueReply).As<IssueReply>()!.Answer.EK!;
        using var key = town.BankKey("bank-1");
        byte[][] has = [new byte[CashCipher.SeedSize], order.Request.Value.ToArray(), order.EI[..CashCipher.SeedSize],
            order.Signature[..CashCipher.SeedSize], key.ExportScalar()];
        foreach (var seed in has)
        {
            Assert.That(CashCipher.TryDecrypt(seed, ek), Is.Null);
        }

        Assert.That(Ecies.TryDecrypt(town.Options.Suite, key, order.EI), Is.Null, "nor E_I, which holds the seed");
    }

    /// <summary>The issuer's answers, with a certificate more.</summary>
    private sealed class AddingLink(ILink issuer, KeyCertificate certificate) : ILink
    {
        public int Added { get; private set; }

        public async ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            var reply = await issuer.Call(request, cancel);
            if (request.Type != MessageType.Certificates)
            {
                return reply;
            }

            Added++;
            return new CertificatesReply([.. reply.As<CertificatesReply>()!.Certificates, certificate]).ToMessage();
        }
    }

    /// <summary>Answers settlements and voids as the issuer would, under a key of its own.</summary>
    private sealed class PretendingIssuer(ISigningKey key, SimulatedTown town) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel)
        {
            // It cannot make up certificates: only the root key signs those.
            if (request.Type == MessageType.Certificates)
            {
                return ValueTask.FromResult(new CertificatesReply(town.Scheme.Certificates).ToMessage());
            }

            if (request.Type == MessageType.NewestBatch)
            {
                return ValueTask.FromResult(new NewestBatchReply(default, null).ToMessage());
            }

            var now = Timestamp.Now(town.Clock);
            if (VoidedPayment.Of(request) is { } brought)
            {
                var reversal = Reversal.Sign(key, town.Issuer.Id, brought.H.Id, brought.H.Paid, brought.H.Paid, now);
                return ValueTask.FromResult(VoidedPayment.Answer(request.Type, reversal));
            }

            var receipts = request.As<SettleMessage>()!.Items.Select(item => CashPayment.Decode(item)!).Select(h => Receipt.Sign(
                key, town.Issuer.Id, h.Id.Value, Verdict.Settled, h.Paid, Currency.Eur,
                new Share(h.Paid, Amount.Zero, Amount.Zero, default), 1, now));
            return ValueTask.FromResult(new SettleReply([.. receipts]).ToMessage());
        }
    }
}
