using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Holes 7, 15, 16, 20: withdrawals that are lost, repeated, stolen, or ask for what they must not.</summary>
[Parallelizable]
public sealed class WithdrawalTests
{
    /// <summary>Each message of a withdrawal is lost once, on the way there and on the way back; the user tries again.</summary>
    [Test, Hole(7)]
    public void ALostMessageIsMadeGoodByRepeating(
        [Values("wallet", "bank-1")] string from, [Values(LinkFault.LoseRequest, LinkFault.LoseReply)] LinkFault fault)
    {
        bool lose = false;
        using var town = Towns.Make(with: o =>
            o with { Faults = (f, _, m) => lose && f == from && m.Type != MessageType.Certificates ? fault : LinkFault.None });
        using var card = town.User("Alice");
        lose = true;
        try
        {
            Assert.That(town.Withdraw(card, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        }
        catch (LinkException)
        {
            Assert.That(from, Is.EqualTo("wallet"));
        }

        lose = false;
        Assert.That(card.Pending(), Is.EqualTo(1));
        var resumed = Resume(town, card);
        Assert.That(resumed.Single().Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        Assert.That((card.Balance().Minor, town.Account(card).Minor), Is.EqualTo((5000UL, 95000UL)), "debited once");
        town.AssertSound(card);
    }

    /// <summary>The issuer stays silent past requestTerm: the bank has it withheld, and only then gives the money back.</summary>
    [Test, Hole(7)]
    public async Task AnUnansweredWithdrawalIsReversedOnTheIssuersWordAndNeverIssuedAfter()
    {
        bool silent = false;
        IssueRequest? asked = null;
        using var town = Towns.Make(with: o => o with
        {
            Faults = (_, to, m) =>
            {
                if (m.Type == MessageType.Issue)
                {
                    asked = IssueMessage.RequestOf(m);
                }

                return silent && to == "issuer" ? LinkFault.LoseRequest : LinkFault.None;
            },
        });
        using var card = town.User("Alice");
        await town.RunCycle();
        silent = true;
        Assert.That(town.Withdraw(card, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        Assert.That(town.Account(card).Minor, Is.EqualTo(95000));
        silent = false;
        town.Clock.Advance(town.Options.Terms.RequestTerm + TimeSpan.FromMinutes(1));
        await town.RunCycle();
        Assert.That(town.Account(card).Minor, Is.EqualTo(100000), "given back");

        // The first request turns up after all, freshly dated by a bank that wants both: the tombstone stands.
        var bank = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.UserBank.Id), "bank-1");
        town.Clock.Advance(-town.Options.Terms.RequestTerm);
        town.Issuer.AcceptClock();
        var late = (await bank.Ask(new IssueMessage(asked!), default)).Reply!.Answer;
        Assert.That(late.EK, Is.Null);
        Assert.That(late.Never!.Reason, Is.EqualTo(IssueRefusal.Asked));
        Assert.That(Resume(town, card).Single().Outcome, Is.EqualTo(WithdrawalOutcome.Reversed));
        Assert.That(card.Pending(), Is.Zero, "the card's slot is free");
        town.AssertSound(card);
    }

    [Test, Hole(7)]
    public async Task WhatWasIssuedIsNeverSaidToBeNeverIssued()
    {
        using var town = Towns.Make();
        var (order, bank) = await IssueOne(town);
        var answer = (await bank.Ask(new WithholdMessage(order), default)).Reply!.Answer;
        Assert.That(answer.Never, Is.Null);
        Assert.That(answer.EK, Is.Not.Null);
        var again = (await bank.Ask(new IssueMessage(order), default)).Reply!.Answer;
        Assert.That(again.EK, Is.EqualTo(answer.EK), "one answer only");
        Assert.That(town.Issuer.CoinCounts.Open, Is.EqualTo(1));
    }

    /// <summary>The same request many times at once: one coin, one answer.</summary>
    [Test, Hole(7)]
    public async Task TheSameRequestAtOnceIsIssuedOnce()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        var bank = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.UserBank.Id), "bank-1");
        const int Rounds = 10;
        for (int round = 0; round < Rounds; round++)
        {
            using var user = town.Options.Suite.GenerateKey();
            var request = CoinRequest.Create(user, PE(town).Id, new byte[32], new Amount(5000), Currency.Eur, 0);
            var message = new IssueMessage(Order(town, request, "bank-1", new Amount(5000))).ToMessage();
            using var start = new Barrier(4);
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return bank.Call(message, default).AsTask().GetAwaiter().GetResult();
                },
                default, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.That(answers.Select(a => Convert.ToHexString(a.Body)).Distinct().Count(), Is.EqualTo(1));
        }

        Assert.That(town.Issuer.Registry.FindBank(town.UserBank.Id)!.Circulation.Issued.Minor, Is.EqualTo(5000 * Rounds));
    }

    [Test, Hole(7)]
    public async Task AnotherBanksOrUsersEIIsRefused()
    {
        var suite = new Suite.KeepingSuite(new BclSuite());
        using var town = Towns.Make(with: o => o with { Suite = suite });
        var (order, _) = await IssueOne(town);
        var thief = town.IssuerLink(new LinkPeer(LinkRole.Bank, town.ShopBank.Id), "bank-2");
        var notOwn = (await thief.Ask(new IssueMessage(order), default)).Refusal;
        Assert.That(notOwn?.Reason, Is.EqualTo(RefusalReason.NotAllowed), "in the other bank's name");
        var forged = order with { Bank = town.ShopBank.Id };
        Assert.That((await thief.Ask(new IssueMessage(forged), default)).Refusal?.Reason, Is.EqualTo(RefusalReason.BadSignature));

        using var key = town.BankKey("bank-2");
        var signed = forged with { Signature =
            key.Sign(SignedMessage.IssueRequest(forged.Bank, forged.FaceValue, forged.Currency, forged.Key, forged.Request, forged.Date)) };
        var given = (await thief.Ask(new IssueMessage(signed), default)).Reply!.Answer;
        Assert.That((given.EK, given.Never?.Reason, given.Never?.Bank),
            Is.EqualTo(((byte[]?)null, (IssueRefusal?)IssueRefusal.KeyReused, (PartyId?)forged.Bank)), "signed by it: never");

        var stolen = town.Records.Wire.Select(w => LinkFrame.Decode(w.Frame.AsSpan(4))!.Message).First(m => m.Type == MessageType.Withdraw);
        var original = stolen.As<WithdrawMessage>()!.Order;
        using var eve = town.NewCard("Eve");
        var account = town.OpenAccount(eve, new Amount(100_000));
        var asEve = original with { User = account.User };
        var reply = await town.UserBank.Handle(LinkPeer.Wallet, new WithdrawMessage(asEve).ToMessage(), default);
        Assert.That(Refusal.Read(reply)?.Reason, Is.EqualTo(RefusalReason.BadSignature));

        // Eve's card signs whatever she likes: an order of her own over the E_I of another's.
        using var evesKey = suite.SecretOf(account.Key.Compress());
        var own = asEve with { Date = Timestamp.Now(town.Clock) };
        own = own with { Signature = evesKey.Sign(own.Message) };
        Assert.That(Refusal.Read(await town.UserBank.Handle(
            LinkPeer.Wallet, new WithdrawMessage(own).ToMessage(), default))?.Reason, Is.EqualTo(RefusalReason.RequestOfAnother));
        Assert.That(town.Account(eve).Minor, Is.EqualTo(100_000));
    }

    /// <summary>A bank that is told "never" by somebody else keeps the money where it is.</summary>
    [Test, Hole(7)]
    public void AForgedNeverIssuedMovesNoMoney()
    {
        using var town = Towns.Make(with: o =>
            o with { Faults = (f, t, _) => f == "bank-1" && t == "issuer" ? LinkFault.LoseRequest : LinkFault.None });
        using var card = town.User("Alice");
        Assert.That(town.Withdraw(card, 5000).Outcome, Is.EqualTo(WithdrawalOutcome.Pending));
        var order = town.Records.Wire.Select(w => LinkFrame.Decode(w.Frame.AsSpan(4))!.Message).First(m => m.Type == MessageType.Withdraw);
        var request = order.As<WithdrawMessage>()!.Order;
        using var forger = town.Options.Suite.GenerateKey();
        var forged = NonIssuanceStatement.Sign(
            forger, town.Issuer.Id, town.UserBank.Id, request.FaceValue, request.Currency, request.Request, IssueRefusal.Asked,
            Timestamp.Now(town.Clock));
        var client = new WalletCard(card.Card);
        client.Select();
        client.PutCertificate(town.Scheme.Certificates.First(c => c.Usage == KeyUsage.IssuerStatement));
        Assert.That(client.ReleaseWithdrawal(0, forged), Is.EqualTo(WalletStatus.InvalidSignature), "the card");
        Assert.That(card.Pending(), Is.EqualTo(1));
        var bank = town.BankOver("bank-1", new ForgingLink(new IssueReply(new(null, forged)).ToMessage()));
        Assert.That(async () => await bank.Handle(LinkPeer.Wallet, order, default), Throws.Nothing);
        Assert.That(town.Account(card).Minor, Is.EqualTo(95_000), "the bank");
    }

    [Test, Hole(7)]
    public async Task AnOldRequestIsRefused()
    {
        using var town = Towns.Make();
        var (order, bank) = await IssueOne(town);
        town.Clock.Advance(town.Options.Terms.RequestTerm + TimeSpan.FromSeconds(1));
        Assert.That((await bank.Ask(new IssueMessage(order), default)).Refusal?.Reason, Is.EqualTo(RefusalReason.OutOfDate));
    }

    [Test, Hole(15)]
    public async Task SeveralCoinsUnderOneKeyAreToldApartByTM()
    {
        using var town = Towns.Make();
        string till = town.AddTill("Cafe");
        using var card = town.User("Alice", 1000);
        for (int i = 1; i <= 2; i++)
        {
            var result = await town.Wallet.WithdrawSameKey(card.Card, card.Pin, 0, new Amount(1000), default);
            Assert.That(result.Outcome, Is.EqualTo(WithdrawalOutcome.Issued));
        }

        var coins = card.Coins().Select(c => c.Coin).ToList();
        Assert.That(coins.Select(c => c.Terms.TM), Is.EqualTo(new ushort[] { 0, 1, 2 }));
        Assert.That(coins.Select(c => Convert.ToHexString(c.NU)).Distinct().Count(), Is.EqualTo(1));
        Assert.That(coins.Select(c => c.Id).Distinct().Count(), Is.EqualTo(3));
        Assert.That(town.Pay(till, card, 3000).Payments, Has.Count.EqualTo(3));
        Assert.That((await town.Settle(till)).Settled, Is.EqualTo(3));
        await town.RunCycle();
        town.AssertSound(card);
    }

    [Test, Hole(15)]
    public void ACoinsExpiryIsTheEndOfAQuarter()
    {
        using var town = Towns.Make();
        using var one = town.User("Alice", 1000);
        town.Clock.Advance(TimeSpan.FromDays(9));
        using var two = town.User("Bob", 1000);
        Assert.That(two.Coins().Single().Coin.Terms.Expiry, Is.EqualTo(one.Coins().Single().Coin.Terms.Expiry),
            "nothing finer tells them apart");
    }

    /// <summary>(n, TM) is unique, and a further TM comes only from the bank of the first.</summary>
    [TestCase(0, "bank-1", IssueRefusal.KeyReused)]
    [TestCase(1, "bank-2", IssueRefusal.KeyReused)]
    [TestCase(1, "bank-1", null)]
    [Hole(15)]
    public async Task AKeyIsReusedOnlyWithAFreshTMAndByItsBank(int tm, string bank, IssueRefusal? refusal)
    {
        using var town = Towns.Make();
        using var user = town.Options.Suite.GenerateKey();
        Assert.That((await Ask(town, user, 0, "bank-1", seed: 1)).EK, Is.Not.Null);
        var answer = await Ask(town, user, (ushort)tm, bank, seed: 2);
        Assert.That(answer.Never?.Reason, Is.EqualTo(refusal));
        Assert.That(answer.EK is null, Is.EqualTo(refusal is not null));
    }

    [Test, Hole(16)]
    public async Task AnXThatDiffersFromTheBanksIsRefusedAndReversed()
    {
        using var town = Towns.Make();
        using var user = town.Options.Suite.GenerateKey();
        var answer = await Ask(town, user, 0, "bank-1", seed: 1, asked: new Amount(9999));
        Assert.That((answer.EK, answer.Never?.Reason), Is.EqualTo(((byte[]?)null, (IssueRefusal?)IssueRefusal.AmountDiffers)));
        Assert.That(town.Issuer.Registry.FindBank(town.UserBank.Id)!.Circulation.Issued, Is.EqualTo(Amount.Zero));
    }

    [TestCase(0u, 0x9410)]
    [TestCase(5001u, 0x9411)]
    [TestCase(uint.MaxValue, 0x9411)]
    [Hole(16)]
    public void ACardRefusesAmountsThatItCannotPay(uint y, int status)
    {
        using var town = Towns.Make();
        using var card = town.User("Alice", 5000);
        var client = new WalletCard(card.Card);
        client.Select();
        Assert.That(client.Verify(card.PaymentPin, PinRole.Payment).IsSuccess);
        var pay = PayCommand.Fast(Timestamp.Now(town.Clock), default, new Amount(y), Currency.Eur);
        Assert.That(client.Pay(pay, out _).Value, Is.EqualTo(status));
        Assert.That(client.GetCash(default, new Amount(y), Currency.Eur, out _).Value, Is.EqualTo(status));
        Assert.That((card.Balance().Minor, card.Coins().Single().Seq), Is.EqualTo((5000UL, (ushort)0)));
    }

    /// <summary>Whoever does not hold SS_U gets no cash under N_U: else a stranger could be framed.</summary>
    [Test, Hole(20)]
    public async Task SomebodyElsesNUIsRefused()
    {
        using var town = Towns.Make();
        using var victim = town.Options.Suite.GenerateKey();
        using var thief = town.Options.Suite.GenerateKey();
        var honest = CoinRequest.Create(thief, PE(town).Id, new byte[32], new Amount(5000), Currency.Eur, 0);
        var answer = await Ask(town, honest with { NU = victim.PublicKey.Compress() }, "bank-1", new Amount(5000));
        Assert.That((answer.EK, answer.Never?.Reason), Is.EqualTo(((byte[]?)null, (IssueRefusal?)IssueRefusal.Undecipherable)));
    }

    /// <summary>A bank that passes its own PE could read N_U; the card takes only keys that the pinned root vouches for.</summary>
    [Test, Hole(20)]
    public void ABankThatSwapsPEIsRefusedByTheCard()
    {
        using var town = Towns.Make();
        using var card = town.User("Alice");
        using var bank = town.Options.Suite.GenerateKey();
        var now = Timestamp.Now(town.Clock);
        var swapped = KeyCertificate.Issue(bank, KeyUsage.IssuerEncryption, town.Issuer.Id, now, now.Plus(TimeSpan.FromDays(1)),
            bank.PublicKey);
        var client = new WalletCard(card.Card);
        client.Select();
        client.Verify(card.Pin);
        Assert.That(() => client.PutCertificate(swapped),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(WalletStatus.InvalidSignature));
        Assert.That(
            () => client.BeginWithdrawal(new Amount(5000), Currency.Eur, bank.PublicKey.Id),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(WalletStatus.KeyUnknown));
        Assert.That(
            () => client.Personalise(bank.PublicKey, town.UserBank.Id, Currency.Eur, Amount.Zero, default),
            Throws.TypeOf<CardRefusedException>().With.Property("Status").EqualTo(WalletStatus.AlreadyDone), "the pinned key stays");
    }

    [Test]
    public void AnOrderThatTheAccountCannotPayChangesNothingAndFreesTheCard()
    {
        using var town = Towns.Make();
        using var card = town.User("Alice");
        var result = town.Withdraw(card, 100_001);
        Assert.That(result.Outcome, Is.EqualTo(WithdrawalOutcome.Refused));
        Assert.That(result.Message, Does.Contain("balance is too small"));
        Assert.That((town.Account(card).Minor, card.Pending()), Is.EqualTo((100_000UL, 0)));
        town.AssertSound(card);
    }

    [Test, Hole(17)]
    public void ABanksCapHoldsAlsoUnderConcurrency()
    {
        using var town = Towns.Make(with: o => o with { Cap = new Amount(10_000), Suite = new BclSuite() });
        var cards = Enumerable.Range(0, 8).Select(i => town.User($"User {i}")).ToList();
        var results = cards.AsParallel().WithDegreeOfParallelism(4).Select(c => town.Withdraw(c, 3000).Outcome).ToList();
        Assert.That(results.Count(r => r == WithdrawalOutcome.Issued), Is.EqualTo(3));
        Assert.That(results.Count(r => r == WithdrawalOutcome.Reversed), Is.EqualTo(5));
        town.AssertSound([.. cards]);
    }

    internal static PublicKey PE(SimulatedTown town) => town.Scheme.EncryptionKey(Timestamp.Now(town.Clock))!;

    private static List<WithdrawalResult> Resume(SimulatedTown town, TownCard card) =>
        town.Wallet.Resume(card.Card, card.Pin, default).OrRefuse().AsTask().GetAwaiter().GetResult();

    private static async Task<(IssueRequest Order, ILink Bank)> IssueOne(SimulatedTown town)
    {
        using var card = town.User("Alice", 5000);
        await Task.CompletedTask;
        var issue = town.Records.Wire.Select(w => LinkFrame.Decode(w.Frame.AsSpan(4))!.Message).First(m => m.Type == MessageType.Issue);
        return (IssueMessage.RequestOf(issue)!, town.IssuerLink(new LinkPeer(LinkRole.Bank, town.UserBank.Id), "bank-1"));
    }

    private static Task<WithdrawalAnswer> Ask(SimulatedTown town, ISigningKey user, ushort tm, string bank, byte seed, Amount? asked = null)
    {
        var amount = new Amount(5000);
        var request = CoinRequest.Create(user, PE(town).Id, Enumerable.Repeat(seed, 32).ToArray(), amount, Currency.Eur, tm);
        return Ask(town, request, bank, asked ?? amount);
    }

    /// <summary>A request straight to the issuer, signed with the bank's real key.</summary>
    private static async Task<WithdrawalAnswer> Ask(SimulatedTown town, CoinRequest request, string bank, Amount asked)
    {
        var order = Order(town, request, bank, asked);
        var reply = await town.IssuerLink(new LinkPeer(LinkRole.Bank, order.Bank), bank).Call(new IssueMessage(order).ToMessage(), default);
        return reply.As<IssueReply>()!.Answer;
    }

    private static IssueRequest Order(SimulatedTown town, CoinRequest request, string bank, Amount asked)
    {
        var ei = request.Encipher(town.Options.Suite, PE(town));
        var id = town.Banks.Single(b => b.Name == bank).Id;
        var now = Timestamp.Now(town.Clock);
        using var key = town.BankKey(bank);
        var message = SignedMessage.IssueRequest(id, asked, Currency.Eur, PE(town).Id, new WithdrawalId(Digest.Of(ei)), now);
        return new IssueRequest(id, asked, Currency.Eur, PE(town).Id, ei, now, key.Sign(message));
    }

    private sealed class ForgingLink(LinkMessage answer) : ILink
    {
        public ValueTask<LinkMessage> Call(LinkMessage request, CancellationToken cancel) => ValueTask.FromResult(answer);
    }
}
