using HierCash.Card.Client;
using HierCash.Card.Runtime;
using HierCash.Card.Wallet;
using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Tests.Scenarios;
using HierCash.Tests.Vectors;
using HierCash.Traces;

namespace HierCash.Tests.Instructions;

/// <summary>What the wallet refuses that no honest terminal sends, with the keys of vectors.json around the fixture cards.</summary>
[Parallelizable]
public sealed class RefusalTests
{
    private static readonly string Fixtures = Repository.PathOf("apdu-spec", "traces", "fixtures");
    private static readonly BclSuite Suite = new();
    private static readonly PartyId Issuer = new(1);

    /// <summary>A card that no bank has personalised has nothing to do with money.</summary>
    [Test]
    public void ABlankCardRefusesAllThatIsAboutMoney()
    {
        using var card = FixtureCard.Make(FixtureCard.Blank, Fixtures);
        var wallet = new WalletCard(card);
        wallet.Select();
        var certificate = Certificate(Suite.Key("root"), KeyUsage.IssuerCoin, "coin");
        var till = Suite.Key("till").PublicKey;
        var coin = new CoinId(Digest.Of("no coin"u8));
        var statuses = new Dictionary<string, StatusWord>
        {
            ["PUT CERTIFICATE"] = wallet.Send<PutCertificateCommand, NoReply>(new PutCertificateCommand(certificate), out _),
            ["BEGIN"] = wallet.Send<BeginWithdrawalCommand, BeginWithdrawalReply>(
                new BeginWithdrawalCommand(WithdrawalMode.NewKey, 0, new Amount(1), Currency.Eur, default), out _),
            ["AUTHORISE"] = wallet.Send<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(0, default), out _),
            ["RENOUNCE"] = wallet.Send<RenounceOrderCommand, SignatureReply>(new RenounceOrderCommand(0, default), out _),
            ["FINISH"] = wallet.FinishWithdrawal(0, new byte[CashAnswer.EncipheredSize]),
            ["GET CASH"] = wallet.GetCash(default, new Amount(1), Currency.Eur, out _),
            ["PAY"] = wallet.Pay(PayCommand.Fast(default, Derivations.W(till), new Amount(1), Currency.Eur), out _),
            ["CONFIRM"] = wallet.Confirm(coin, 1),
            ["VOID"] = wallet.Void(coin, 1, till, new byte[64]),
            ["GET COIN"] = wallet.Send<GetCoinCommand, CoinReply>(new GetCoinCommand(0), out _),
            ["GET BALANCE"] = wallet.Send<GetBalanceCommand, BalanceReply>(default, out _),
            ["VERIFY"] = wallet.Verify("0000"),
            ["CHANGE"] = wallet.ChangeHolderPin("0000", "1111"),
            ["RESET"] = wallet.UnblockPin("00000000", "0000"),
            ["READ LOG"] = wallet.Send<ReadLogCommand, LogReply>(new ReadLogCommand(0), out _),
        };
        Assert.That(statuses.Where(s => s.Value != StatusWord.ConditionsNotSatisfied), Is.Empty);
        var noPoint = new byte[65];
        noPoint[0] = 4;
        Assert.That(wallet.Send<PersonaliseCommand, PersonaliseReply>(
            new PersonaliseCommand(noPoint, new PartyId(1), Currency.Eur, default, default), out _), Is.EqualTo(StatusWord.WrongData));
    }

    [Test]
    public void KeysThatTheCardDoesNotTake()
    {
        using var card = FixtureCard.Make("personalised", Fixtures);
        var wallet = Open(card);
        StatusWord Put(KeyCertificate certificate) =>
            wallet.Send<PutCertificateCommand, NoReply>(new PutCertificateCommand(certificate), out _);
        Assert.That(Put(Certificate(Suite.Key("root"), KeyUsage.Bank, "bank")), Is.EqualTo(StatusWord.WrongData));
        Assert.That(Put(Certificate(Suite.Key("bank"), KeyUsage.IssuerCoin, "coin")), Is.EqualTo(WalletStatus.InvalidSignature));
        Assert.That(Put(Certificate(Suite.Key("root"), KeyUsage.Bank, "bank") with { Holder = new PartyId(0x101) }),
            Is.EqualTo(WalletStatus.InvalidSignature), "its own bank's has to be signed too");
    }

    /// <summary>
    /// However many keys come: the card keeps working, with those that came last and those that a pending withdrawal needs (rule R15).
    /// </summary>
    [Test, Rule(15)]
    public void KeysThatNoCoinNeedsMakeRoom()
    {
        using var card = FixtureCard.Make("personalised", Fixtures);
        var wallet = Open(card);
        var first = Suite.Key("encryption").PublicKey.Id;
        var begun = wallet.BeginWithdrawal(new Amount(900), Currency.Eur, first);
        for (int i = 0; i < 40; i++)
        {
            foreach (var usage in new[] { KeyUsage.IssuerEncryption, KeyUsage.IssuerCoin, KeyUsage.IssuerStatement })
            {
                using var next = Suite.GenerateKey();
                wallet.PutCertificate(KeyCertificate.Issue(Suite.Key("root"), usage, Issuer, default, new Timestamp(1), next.PublicKey));
                if (usage == KeyUsage.IssuerEncryption)
                {
                    byte slot = wallet.BeginWithdrawal(new Amount(900), Currency.Eur, next.PublicKey.Id).Slot;
                    Assert.That(slot, Is.LessThan(16));
                    using var statement = Suite.GenerateKey();
                    wallet.PutCertificate(KeyCertificate.Issue(
                        Suite.Key("root"), KeyUsage.IssuerStatement, Issuer, default, new Timestamp(1), statement.PublicKey));
                    var ei = wallet.WithdrawalAgain(slot).EI;
                    var never = NonIssuanceStatement.Sign(
                        statement, Issuer, new PartyId(0x101), new Amount(900), Currency.Eur, new WithdrawalId(Digest.Of(ei)),
                        IssueRefusal.Asked, new Timestamp(1));
                    Assert.That(wallet.ReleaseWithdrawal(slot, never), Is.EqualTo(StatusWord.Success), $"rotation {i}");
                }
            }
        }

        Assert.That(wallet.WithdrawalAgain(begun.Slot).EI, Is.EqualTo(begun.EI), "the key of a pending withdrawal stays");
    }

    /// <summary>E_K that deciphers, and holds what the issuer never signed.</summary>
    [Test]
    public void AnswersThatTheIssuerNeverGave()
    {
        using var card = FixtureCard.Make("personalised", Fixtures);
        var wallet = Open(card);
        var key = Suite.Key("encryption").PublicKey.Id;
        Assert.That(
            wallet.Send<BeginWithdrawalCommand, BeginWithdrawalReply>(
                new BeginWithdrawalCommand(WithdrawalMode.NewKey, 0, default, Currency.Eur, key), out _),
            Is.EqualTo(WalletStatus.AmountZero));
        var begun = wallet.BeginWithdrawal(new Amount(5000), Currency.Eur, key);
        var m = CoinRequest.Decode(Ecies.TryDecrypt(Suite, Suite.Key("encryption"), begun.EI)!)!;
        StatusWord Finish(ISigningKey signer, PartyId issuer, KeyId claimed) =>
            wallet.FinishWithdrawal(begun.Slot, Answer(m, signer, issuer, claimed));
        var coin = Suite.Key("coin");
        Assert.That(Finish(coin, Issuer, new KeyId(1)), Is.EqualTo(WalletStatus.KeyUnknown));
        Assert.That(Finish(coin, new PartyId(2), coin.PublicKey.Id), Is.EqualTo(WalletStatus.KeyUnknown));
        Assert.That(Finish(Suite.Key("bank"), Issuer, coin.PublicKey.Id), Is.EqualTo(WalletStatus.InvalidSignature));
        Assert.That(Finish(coin, Issuer, coin.PublicKey.Id), Is.EqualTo(StatusWord.Success));

        var further = wallet.BeginWithdrawalSameKey(begun.Slot, new Amount(100), Currency.Eur, key);
        var m2 = CoinRequest.Decode(Ecies.TryDecrypt(Suite, Suite.Key("encryption"), further.EI)!)!;
        Assert.That(wallet.FinishWithdrawal(further.Slot, Answer(m2, coin, Issuer, coin.PublicKey.Id)), Is.EqualTo(StatusWord.Success));
        Assert.That(
            wallet.Send<BeginWithdrawalCommand, BeginWithdrawalReply>(
                new BeginWithdrawalCommand(WithdrawalMode.SameKey, further.Slot, new Amount(1), Currency.Eur, key), out _),
            Is.EqualTo(StatusWord.ConditionsNotSatisfied), "only the coin with TM 0 hands out further TM");
    }

    /// <summary>A dead statement restores its own payment, once; any other one restores nothing.</summary>
    [Test, Hole(4)]
    public void ADeadStatementRestoresItsOwnPaymentOnce()
    {
        using var card = FixtureCard.Make("withdrawn", Fixtures);
        var wallet = Open(card);
        var w = Derivations.W(Suite.Key("till").PublicKey);
        wallet.Pay(PayCommand.Fast(new Timestamp(5), w, new Amount(300), Currency.Eur), out var paid);
        wallet.Pay(PayCommand.Fast(new Timestamp(6), w, new Amount(300), Currency.Eur), out var other);
        var h = new CashPayment(paid!.Coin!, paid.Seq, paid.Balance, new Timestamp(5), w, new Amount(300), paid.SU);
        var key = Suite.Key("statement");
        var good = NonSettlementStatement.Sign(key, Issuer, h, DeathBasis.TermOver, new Timestamp(9));
        var wrong = new Dictionary<string, (NonSettlementStatement Statement, StatusWord Status)>
        {
            ["another issuer"] = (NonSettlementStatement.Sign(key, new PartyId(2), h, DeathBasis.TermOver, new Timestamp(9)),
                WalletStatus.KeyUnknown),
            ["another key"] = (NonSettlementStatement.Sign(Suite.Key("bank"), Issuer, h, DeathBasis.TermOver, new Timestamp(9)),
                WalletStatus.InvalidSignature),
            ["another seq"] = (good with { Seq = other!.Seq }, WalletStatus.InvalidSignature),
            ["a payment that is not there"] = (good with { Seq = 77 }, StatusWord.ReferencedDataNotFound),
            ["another amount"] = (NonSettlementStatement.Sign(
                key, Issuer, h with { Paid = new Amount(301) }, DeathBasis.TermOver, new Timestamp(9)), WalletStatus.InvalidSignature),
            ["another basis"] = (good with { Basis = DeathBasis.Voided }, WalletStatus.InvalidSignature),
        };
        foreach (var (what, (statement, status)) in wrong)
        {
            Assert.That(wallet.Restore(statement), Is.EqualTo(status), what);
        }

        Assert.That(wallet.GetBalance().Total.Minor, Is.EqualTo(7000 - 600));
        Assert.That(wallet.Restore(good), Is.EqualTo(StatusWord.Success));
        Assert.That(wallet.Restore(good), Is.EqualTo(StatusWord.Success), "again, and nothing more comes back");
        Assert.That(wallet.Void(h.Coin.Id, h.Seq, Suite.Key("till").PublicKey, Suite.Key("till").Sign(SignedMessage.Void(h.Id, w))),
            Is.EqualTo(StatusWord.Success));
        Assert.That(wallet.GetBalance().Total.Minor, Is.EqualTo(7000 - 300));
        var entry = wallet.ReadLog(0);
        Assert.That((entry.State, entry.Payment!.Proof!.Issuer, entry.Payment.Proof.Basis, entry.Payment.Proof.Date.Microseconds),
            Is.EqualTo((LogState.Restored, Issuer, DeathBasis.TermOver, 9UL)));
        Assert.That(entry.Payment.Proof.Signature, Is.EqualTo(good.Signature), "the wallet can prove it");
        Assert.That(wallet.Pay(PayCommand.Fast(new Timestamp(5), w, new Amount(300), Currency.Eur), out _),
            Is.Not.EqualTo(StatusWord.Success), "its S_U never leaves again");
    }

    /// <summary>seq never goes back and never comes round: after 65,535 payments the coin pays no more.</summary>
    [Test, Hole(24)]
    public void AfterItsLastSeqACoinPaysNoMore()
    {
        using var town = Towns.Make(with: o => o with { Suite = new BclSuite() });
        using var card = town.User("Alice", 100_000);
        var wallet = Open(card.Card);
        wallet.Verify(card.PaymentPin, PinRole.Payment);
        var till = new TillId(Id16.Read(new byte[16]));
        StatusWord Pay(ulong time) => wallet.Pay(PayCommand.Fast(new Timestamp(time), till, new Amount(1), Currency.Eur), out _);
        for (ulong time = 1; time < ushort.MaxValue; time++)
        {
            var status = Pay(time);
            if (status == WalletStatus.LogFull)
            {
                for (byte i = 0; i < WalletApplet.LogSize; i++)
                {
                    wallet.AcknowledgeLog(i, wallet.ReadLog(i).Content);
                }

                status = Pay(time);
            }

            Assert.That(status.IsSuccess, $"payment {time}: {status}");
        }

        Assert.That(card.Coins().Single().Seq, Is.EqualTo(ushort.MaxValue - 1));
        Assert.That(Pay(100_000), Is.EqualTo(WalletStatus.CounterExhausted));
        Assert.That(card.Balance().Minor, Is.EqualTo(100_000 - (ushort.MaxValue - 1)));
        var redeemed = town.Wallet.Redeem(card.Card, card.Pin, null, default).OrRefuse().AsTask().GetAwaiter().GetResult();
        Assert.That(redeemed.Single().Done, "the last seq is kept for redemption, so that no balance is stuck");
        Assert.That(card.Coins().Single().Seq, Is.EqualTo(ushort.MaxValue));
    }

    [TestCase("nowhere", null, "There is no fixture 'nowhere'")]
    [TestCase("self", "#!card self\n", "begins with itself")]
    [TestCase("wrong", "80100000\n#< [] (90 00)\n", "line 1")]
    public void AFixtureThatIsNoneIsTold(string name, string? text, string part)
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-fixture-").FullName;
        try
        {
            if (text is not null)
            {
                File.WriteAllText(Path.Combine(folder, name + ".apdu"), text);
            }

            Assert.That(() => FixtureCard.Make(name, folder), Throws.TypeOf<TraceException>().With.Message.Contains(part));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static WalletCard Open(EmulatedCard card)
    {
        var wallet = new WalletCard(card);
        wallet.Select();
        Assert.That(wallet.Verify(FixtureCard.HolderPin).IsSuccess);
        return wallet;
    }

    private static byte[] Answer(CoinRequest m, ISigningKey signer, PartyId issuer, KeyId claimed)
    {
        var terms = new CoinAttributes(Coin.Suite1, GFunction.Sha256, issuer, claimed, m.FaceValue, m.Currency, m.TM, new Quarter(235));
        var si = signer.Sign(SignedMessage.Coin(terms, Derivations.G(terms.G, m.NU)));
        return CashCipher.Encrypt(m.Seed, new CashAnswer(terms.Suite, terms.G, issuer, claimed, terms.Expiry, si).Encode());
    }

    private static KeyCertificate Certificate(ISigningKey root, KeyUsage usage, string key) =>
        KeyCertificate.Issue(root, usage, Issuer, default, new Timestamp(1), Suite.Key(key).PublicKey);
}
