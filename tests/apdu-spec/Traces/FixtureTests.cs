using HierCash.Card.Wallet;
using HierCash.Tests.Vectors;
using HierCash.Traces;

namespace HierCash.Tests.Traces;

/// <summary>
/// The fixtures under apdu-spec/traces are what an issuer and a bank with the published keys of vectors.json would have done with a seeded
/// card. After a change: HIERCASH_WRITE_FIXTURES=1 dotnet test tests --filter FullyQualifiedName~FixtureTests, and commit them.
/// </summary>
[Parallelizable]
public sealed class FixtureTests
{
    private static readonly BouncyCastleSuite Suite = new(new SeededRandom(1));
    private static readonly Timestamp Start = new(1_790_000_000_000_000);
    private static readonly PartyId Issuer = new(1);
    private static readonly PartyId Bank = new(0x0000_0101);
    private static readonly string Folder = Repository.PathOf("apdu-spec", "traces", "fixtures");

    [TestCase("issued")]
    [TestCase("personalised")]
    [TestCase("withdrawn")]
    [TestCase("paid")]
    public void TheFixtureIsWhatItsKeysMake(string name)
    {
        string file = Path.Combine(Folder, name + ".apdu");
        string made = name == "issued"
            ? Record("blank", "A card of bank 00000101 in the scheme whose root key is vectors.json's, for euros, 50.00 without PIN, as "
                + "its holder gets it.", Personalise)
            : name == "personalised" ? Record("issued", "The same card, activated, and with the issuer's keys.", Activate)
            : name == "withdrawn" ? Record("personalised",
                "The personalised card after withdrawals of 50.00 and 20.00 euros, into slots 0 and 1.", Withdraw)
            : Record("withdrawn", "12.50 paid and confirmed, 3.00 paid and taken back with S_W, all of the smaller coin paid and "
                + "acknowledged; a withdrawal of 9.00 pending in slot 2.", Pay);
        if (Environment.GetEnvironmentVariable("HIERCASH_WRITE_FIXTURES") is not null)
        {
            File.WriteAllText(file, made);
        }

        Assert.That(File.ReadAllText(file), Is.EqualTo(made));
        using var card = FixtureCard.Make(name, Folder);
        var wallet = new WalletCard(card);
        wallet.Select();
        if (name == FixtureCard.Issued)
        {
            Assert.That(wallet.Verify(FixtureCard.HolderPin), Is.EqualTo(WalletStatus.NotActivated));
            return;
        }

        Assert.That(wallet.Verify(FixtureCard.HolderPin).IsSuccess);
        Assert.That(wallet.UnblockPin(FixtureCard.Puk, FixtureCard.HolderPin).IsSuccess, made);
        Assert.That(wallet.Verify(FixtureCard.HolderPin).IsSuccess);
        Assert.That(wallet.GetBalance().Total.Minor, Is.EqualTo(name switch { "personalised" => 0, "withdrawn" => 7000, _ => 5000 }));
    }

    private static void Personalise(WalletCard card)
    {
        var root = Suite.Key("root");
        card.Personalise(root.PublicKey, Bank, Currency.Eur, new Amount(5000), ActivationCode.Parse(FixtureCard.Code)!.Hash);
    }

    private static void Activate(WalletCard card)
    {
        string puk = card.BeginActivation(ActivationCode.Parse(FixtureCard.Code)!);
        Assert.That(card.FinishActivation(puk, FixtureCard.PaymentPin, FixtureCard.HolderPin).IsSuccess);
        Assert.That(puk, Is.EqualTo(FixtureCard.Puk));
        var root = Suite.Key("root");
        foreach (var (usage, key) in new[] { (KeyUsage.IssuerEncryption, "encryption"), (KeyUsage.IssuerCoin, "coin"),
            (KeyUsage.IssuerStatement, "statement") })
        {
            card.PutCertificate(KeyCertificate.Issue(
                root, usage, Issuer, Start, Start.Plus(TimeSpan.FromDays(1461)), Suite.Key(key).PublicKey));
        }
    }

    private static void Withdraw(WalletCard card)
    {
        var encryption = Suite.Key("encryption");
        var coinKey = Suite.Key("coin");
        foreach (uint x in new uint[] { 5000, 2000 })
        {
            var begun = card.BeginWithdrawal(new Amount(x), Currency.Eur, encryption.PublicKey.Id);
            card.AuthoriseWithdrawal(begun.Slot, Start.Plus(TimeSpan.FromHours(1)));
            var request = CoinRequest.Decode(Ecies.TryDecrypt(Suite, encryption, begun.EI)!)!;
            var terms = new CoinAttributes(Coin.Suite1, GFunction.Sha256, Issuer, coinKey.PublicKey.Id, request.FaceValue, request.Currency,
                request.TM, new Quarter(235));
            var si = coinKey.Sign(SignedMessage.Coin(terms, Derivations.G(GFunction.Sha256, request.NU)));
            var answer = new CashAnswer(terms.Suite, terms.G, terms.Issuer, terms.IssuerKey, terms.Expiry, si);
            Assert.That(card.FinishWithdrawal(begun.Slot, CashCipher.Encrypt(request.Seed, answer.Encode())).IsSuccess);
        }
    }

    private static void Pay(WalletCard card)
    {
        var till = Suite.Key("till");
        var w = Derivations.W(till.PublicKey);
        var time = Start.Plus(TimeSpan.FromHours(2));
        foreach (uint y in new uint[] { 1250, 300, 750 })
        {
            time = time.Plus(TimeSpan.FromSeconds(1));
            Assert.That(card.Pay(PayCommand.Fast(time, w, new Amount(y), Currency.Eur), out var paid).IsSuccess);
            var h = new CashPayment(paid!.Coin!, paid.Seq, paid.Balance, time, w, new Amount(y), paid.SU);
            Assert.That(y switch
            {
                1250 => card.Confirm(h.Coin.Id, h.Seq),
                300 => card.Void(h.Coin.Id, h.Seq, till.PublicKey, till.Sign(SignedMessage.Void(h.Id, w))),
                _ => card.AcknowledgeLog(2, card.ReadLog(2).Content),
            }, Is.EqualTo(StatusWord.Success));
        }

        card.BeginWithdrawal(new Amount(900), Currency.Eur, Suite.Key("encryption").PublicKey.Id);
    }

    private static string Record(string from, string what, Action<WalletCard> play)
    {
        using var card = FixtureCard.Make(from, Folder);
        using var text = new StringWriter { NewLine = "\n" };
        text.WriteLine($"# {what}");
        text.WriteLine("# Made by tests/apdu-spec/Traces/FixtureTests.cs with the keys of vectors/vectors.json. Nothing here is secret:");
        text.WriteLine($"# activation code {FixtureCard.Code}, payment PIN {FixtureCard.PaymentPin}, holder PIN {FixtureCard.HolderPin}, "
            + $"PUK {FixtureCard.Puk}.");
        text.WriteLine($"#!card {from}");
        using var channel = new OpenRecorder(card, text);
        var wallet = new WalletCard(channel);
        wallet.Select();
        if (from is not ("blank" or FixtureCard.Issued))
        {
            Assert.That(wallet.Verify(FixtureCard.HolderPin).IsSuccess);
        }

        play(wallet);
        return text.ToString();
    }

    /// <summary>Writes PINs too: those of a fixture are public.</summary>
    private sealed class OpenRecorder(ICardChannel inner, TextWriter to) : ICardChannel
    {
        public ReadOnlyMemory<byte> Atr => inner.Atr;

        public int Transmit(ReadOnlySpan<byte> command, Span<byte> response)
        {
            int length = inner.Transmit(command, response);
            to.WriteLine();
            to.WriteLine($"# {WalletVocabulary.Instance.DescribeCommand(command)}");
            to.WriteLine(Hex.Spaced(command));
            to.WriteLine($"#< {ResponseMask.Exactly(response[..length])}");
            return length;
        }

        public void Reset() => inner.Reset();

        public void Dispose()
        {
        }
    }
}
