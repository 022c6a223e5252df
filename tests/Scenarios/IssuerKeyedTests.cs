using HierCash.Card.Wallet;
using HierCash.Shop;
using HierCash.Terminals;
using HierCash.Tests.Suite;
using HierCash.Tests.Traces;
using HierCash.Wallet;

namespace HierCash.Tests.Scenarios;

/// <summary>Rule R7: what an issuer can do with keys that it made (claim 2), and what a holder can do who let it make them.</summary>
[Parallelizable]
public sealed class IssuerKeyedTests
{
    /// <summary>
    /// An issuer that kept the keys it made overspends coins of an honest holder, with a shop that is its friend: nobody is named, nobody
    /// is paid.
    /// </summary>
    [Test, Rule(7), Hole(14)]
    public async Task AnIssuerThatSignsWithTheKeyThatItMadeFramesNobody()
    {
        var kept = new KeepingSuite(new BouncyCastleSuite(new SeededRandom(7)));
        using var town = Make(kept);
        string friend = town.AddTill("Friend");
        using var alice = await Keyed(town, "Alice", 2000);

        // A further coin under that key would name N_U in its opening, as if Alice alone could sign.
        StatusWord? said = null;
        try
        {
            await town.Wallet.WithdrawSameKey(alice.Card, alice.Pin, 0, new Amount(3000), default);
        }
        catch (CardRefusedException e)
        {
            said = e.Status;
        }

        foreach (var (coin, _, _) in alice.Coins())
        {
            await Forge(town, kept, friend, coin);
        }

        await Days(town, 40);
        Assert.That(town.UserBank.EvidenceFiles.Select(f => f.Name), Is.Empty, "nobody is named");
        Assert.That(said, Is.EqualTo(StatusWord.ConditionsNotSatisfied), "the card asks for no further coin");
        Assert.That(town.ShopAccount("Friend").Minor, Is.LessThanOrEqualTo(2000), "what is beyond X is paid by nobody");
        Assert.That(town.Issuer.Alarms.Select(a => a.Kind), Is.EqualTo(new[] { "issuer-keyed excess" }));
    }

    /// <summary>
    /// The same, but the issuer writes the dossier by hand, with an opening that names N_U: its own signature says whose key it is.
    /// </summary>
    [Test, Rule(7), Hole(14)]
    public void ADossierAboutAnIssuerKeyedCoinProvesNothingWhateverItOpens()
    {
        var suite = new BouncyCastleSuite(new SeededRandom(7));
        using var root = suite.GenerateKey();
        using var encryption = suite.GenerateKey();
        using var coinKey = suite.GenerateKey();
        using var statement = suite.GenerateKey();
        using var made = suite.GenerateKey();
        var issuer = new PartyId(1);
        var from = new Timestamp(1_790_000_000_000_000);
        KeyCertificate Certify(KeyUsage usage, ISigningKey key) =>
            KeyCertificate.Issue(root, usage, issuer, from, from.Plus(TimeSpan.FromDays(400)), key.PublicKey);
        var m = CoinRequest.Create(made, encryption.PublicKey.Id, new byte[32], new Amount(2000), Currency.Eur, 0);
        Proof Proves(bool keyed)
        {
            var terms = new CoinAttributes(Coin.Suite1, GFunction.Sha256, issuer, coinKey.PublicKey.Id, m.FaceValue, m.Currency, m.TM,
                new Quarter(235), keyed);
            var coin = new Coin(terms, m.NU, []);
            coin = coin with { SI = coinKey.Sign(coin.Message) };
            var entries = Enumerable.Range(1, 2).Select(seq =>
            {
                // To W0: a redemption has no submission.
                var h = Signed(made, coin, (ushort)seq, new Amount(2000), from, Derivations.W(root.PublicKey));
                var share = seq == 1 ? new Share(h.Paid, Amount.Zero, Amount.Zero, default)
                    : new Share(Amount.Zero, Amount.Zero, h.Paid, default);
                return new DossierEntry(h, null, Receipt.Sign(
                    statement, issuer, h.Id.Value, seq == 1 ? Verdict.Settled : Verdict.Excess, h.Paid, Currency.Eur, share, 1, from));
            });
            var header = new DossierHeader(
                issuer, coin.Id, 1, from, TimeSpan.FromDays(30), TimeSpan.FromDays(1), m.FaceValue, Amount.Zero, m.Encode(),
                Certify(KeyUsage.IssuerEncryption, encryption), Certify(KeyUsage.IssuerCoin, coinKey),
                [Certify(KeyUsage.IssuerStatement, statement)], [], []);
            return Dossier.Sign(statement, header, entries).Check(suite, root.PublicKey, m.Encipher(suite, encryption.PublicKey));
        }

        Assert.That((Proves(keyed: false), Proves(keyed: true)), Is.EqualTo((Proof.Excess, Proof.OtherCoin)));
    }

    /// <summary>
    /// An issuer makes a key and hides it, or claims to have made one that it does not know: the card takes neither coin.
    /// </summary>
    [Test, Rule(7), Hole(14)]
    public void AnIssuerThatHidesWhoseKeyItIsGetsNoCoinOntoTheCard()
    {
        using var card = FixtureCard.Make("personalised", Repository.PathOf("apdu-spec", "traces", "fixtures"));
        using var signer = Ladders.Key("coin");
        var wallet = new WalletCard(card);
        wallet.Select();
        wallet.Verify("0000");
        var without = wallet.BeginWithdrawalWithoutKey(new Amount(900), Currency.Eur, Ladders.PE);
        Assert.That(wallet.FinishWithdrawal(without.Slot, Ladders.AnswerWithKey(without.EI, signer, said: false)),
            Is.EqualTo(WalletStatus.InvalidSignature), "hidden");
        var own = wallet.BeginWithdrawal(new Amount(900), Currency.Eur, Ladders.PE);
        Assert.That(wallet.FinishWithdrawal(own.Slot, Slander(own.EI, signer)), Is.EqualTo(WalletStatus.InvalidSignature), "slandered");
        Assert.That(wallet.FinishWithdrawal(without.Slot, Ladders.AnswerWithKey(without.EI, signer)), Is.EqualTo(StatusWord.Success));
        Assert.That(wallet.GetCoin(without.Slot).Cash!.Coin.Terms.IssuerKeyed, "and the card shows it");
    }

    /// <summary>
    /// A holder copies a card with issuer-keyed cash and spends it twice: no guarantee, no evidence, an alarm; the copy ends on the hot
    /// list.
    /// </summary>
    [Test, Rule(7), Hole(14)]
    public async Task ACopiedIssuerKeyedCardGetsNobodyNamedAndNobodyPaid()
    {
        using var town = Make(new BouncyCastleSuite(new SeededRandom(7)));
        string one = town.AddTill("Cafe");
        string two = town.AddTill("Kiosk");
        using var mallory = await Keyed(town, "Mallory", 2000);
        using var copy = mallory.Clone();
        Assert.That(town.Pay(one, mallory, 2000).Outcome, Is.EqualTo(TillOutcome.Accepted));
        var second = town.Pay(two, copy, 1500);
        Assert.That(second.Outcome, Is.EqualTo(TillOutcome.Accepted), "offline it cannot be known");
        await town.Settle(one);
        await town.Settle(two);
        var receipt = town.Till(two).CoinPayments(second.Sale.Time).Single().Receipt!;
        Assert.That((receipt.Share.Guaranteed, town.Till(two).CoinPayments(second.Sale.Time).Single().State),
            Is.EqualTo((Amount.Zero, CoinPaymentState.Waiting)), "nothing is promised");
        await Days(town, 40);
        Assert.That(town.UserBank.EvidenceFiles, Is.Empty);
        Assert.That(town.Issuer.Queues.Cases, Is.Zero, "no case waits for ever");
        Assert.That(town.Issuer.Alarms.Select(a => a.Kind), Is.EqualTo(new[] { "issuer-keyed excess" }));
        Assert.That((town.ShopAccount("Cafe").Minor, town.ShopAccount("Kiosk").Minor), Is.EqualTo((2000, 0)));
        Assert.That(TownAudit.RunQuiet(town), Is.Empty);

        await town.Till(one).Synchronise(town.TillLink(one), default).OrRefuse();
        Assert.That(town.Pay(one, copy, 100).Message, Does.StartWith("This card was reported as lost, or copied."));
    }

    /// <summary>
    /// A holder with a broken card asks for a further coin under the key, past the card: the issuer knows the key as one that it made.
    /// </summary>
    [Test, Rule(7), Hole(14)]
    public async Task NoFurtherCoinIsIssuedUnderAKeyThatTheIssuerMade()
    {
        var kept = new KeepingSuite(new BouncyCastleSuite(new SeededRandom(7)));
        using var town = Make(kept);
        using var mallory = await Keyed(town, "Mallory", 2000);
        using var secret = kept.SecretOf(mallory.Coins().Single().Coin.NU);
        var key = WithdrawalTests.PE(town);
        var ei = CoinRequest.Create(secret, key.Id, new byte[32], new Amount(500), Currency.Eur, 1).Encipher(kept, key);
        using var bank = town.BankKey("bank-1");
        var now = Timestamp.Now(town.Clock);
        var request = new IssueRequest(town.UserBank.Id, new Amount(500), Currency.Eur, key.Id, ei, now, []);
        request = request with { Signature =
            bank.Sign(SignedMessage.IssueRequest(request.Bank, request.FaceValue, request.Currency, request.Key, request.Request, now)) };
        var answer = await town.IssuerLink(
            new LinkPeer(LinkRole.Bank, town.UserBank.Id), "bank-1").Call(new IssueMessage(request).ToMessage(), default);
        Assert.That(answer.As<IssueReply>()!.Answer.Never?.Reason, Is.EqualTo(IssueRefusal.KeyReused));
    }

    /// <summary>The till says what it is before OK; one that does not take it gives the card its money back.</summary>
    [Test, Rule(7), Hole(14)]
    public async Task ATillSaysItBeforeOkOrRefusesIt()
    {
        using var town = Make(new BouncyCastleSuite(new SeededRandom(7)));
        string till = town.AddTill("Cafe");
        using var alice = await Keyed(town, "Alice", 2000);
        string? said = null;
        town.Till(till).BeforeOk = notice =>
        {
            Assert.That(town.Till(till).OpenSales, Has.Count.EqualTo(1), "before OK");
            said = notice;
        };
        var paid = town.Pay(till, alice, 700);
        Assert.That((said, paid.Message), Is.EqualTo((IssuerKeyed.ForShop, $"{IssuerKeyed.ForShop} Paid 7.00 EUR. Thank you.")));
        Assert.That(town.Till(till).Explain(paid.Sale), Has.Some.Contains("Issuer-keyed"));
        Assert.That(town.UserBank.Explain(town.UserBank.Accounts.Single().User).Single(), Does.EndWith(IssuerKeyed.ForHolder));

        town.Till(till).RefusesIssuerKeyed = true;
        town.Restart(till);
        var refused = town.Pay(till, alice, 700);
        Assert.That((refused.Outcome, refused.Message),
            Is.EqualTo((TillOutcome.Refused, "The card's cash is issuer-keyed, which this till does not take. Ask for another card.")));
        Assert.That(alice.Balance().Minor, Is.EqualTo(1300), "the card has it back at once");
        await town.Settle(till);
        town.AssertSoundAfterCycle(alice);
        Assert.That(town.ShopAccount().Minor, Is.EqualTo(700));
    }

    internal static SimulatedTown Make(ICashSuite suite) =>
        Towns.Make(with: o => o with { Suite = suite, Terms = new SchemeParameters { IssuerKeys = true } });

    internal static async Task<TownCard> Keyed(SimulatedTown town, string name, ulong minor)
    {
        var card = town.User(name);
        var withdrawn = await town.Wallet.WithdrawIssuerKeyed(card.Card, card.Pin, new Amount(minor), default);
        Assert.That((withdrawn.Outcome, withdrawn.Message),
            Is.EqualTo((WithdrawalOutcome.Issued, $"{new Amount(minor).Show(Currency.Eur)} are on the card. {IssuerKeyed.ForHolder}")));
        return card;
    }

    /// <summary>The issuer signs with SS_U at a till that is its friend: more than X, within every limit of the guarantee.</summary>
    private static async Task Forge(SimulatedTown town, KeepingSuite kept, string till, Coin coin)
    {
        using var secret = kept.SecretOf(coin.NU);
        var now = Timestamp.Now(town.Clock);
        var forged = Enumerable.Range(1, 2).Select(
            seq => Signed(secret, coin, (ushort)seq, coin.Terms.FaceValue, new Timestamp(now.Microseconds + (ulong)seq),
                town.Till(till).W));
        await town.Submit(till, [.. forged]);
    }

    private static CashPayment Signed(ISigningKey secret, Coin coin, ushort seq, Amount y, Timestamp time, TillId till)
    {
        var unsigned = new CashPayment(coin, seq, y, time, till, y, []);
        return unsigned with { SU = secret.Sign(unsigned.Message) };
    }

    private static async Task Days(SimulatedTown town, int days)
    {
        for (int i = 0; i < days; i++)
        {
            town.Clock.Advance(TimeSpan.FromDays(1));
            await town.RunCycle();
        }
    }

    /// <summary>An answer to who has a key of its own that says the issuer had made it.</summary>
    private static byte[] Slander(byte[] ei, ISigningKey signer)
    {
        var m = CoinRequest.Decode(Ecies.TryDecrypt(Ladders.Crypto, Ladders.Key("encryption"), ei)!)!;
        var terms = new CoinAttributes(Coin.Suite1, GFunction.Sha256, Ladders.IssuerId, signer.PublicKey.Id, m.FaceValue, m.Currency, m.TM,
            new Quarter(235), IssuerKeyed: true);
        var coin = new Coin(terms, m.NU, []);
        return CashCipher.Encrypt(m.Seed, CashAnswer.Of(coin with { SI = signer.Sign(coin.Message) }).Encode());
    }
}
