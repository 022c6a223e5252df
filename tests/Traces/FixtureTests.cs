using HierCash.Card.Wallet;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;
using HierCash.Protocol.Traces;
using HierCash.Terminals;
using HierCash.Tests.Vectors;

namespace HierCash.Tests.Traces;

/// <summary>
/// The fixtures under apdu-spec/traces are what an issuer and a bank with the published keys of vectors.json would have done with a seeded
/// card. After a change: HIERCASH_WRITE_FIXTURES=1 dotnet test tests --filter FullyQualifiedName~FixtureTests, and commit them.
/// </summary>
public sealed class FixtureTests
{
    private static readonly BouncyCastleSuite Suite = new(new SeededRandom(1));
    private static readonly Timestamp Start = new(1_790_000_000_000_000);
    private static readonly PartyId Issuer = new(1);
    private static readonly PartyId Bank = new(0x0000_0101);
    private static readonly string Folder = Repository.PathOf("apdu-spec", "traces", "fixtures");

    [TestCase("personalised")]
    [TestCase("withdrawn")]
    public void TheFixtureIsWhatItsKeysMake(string name)
    {
        string file = Path.Combine(Folder, name + ".apdu");
        string made = name == "personalised"
            ? Record("blank", "A card of bank 00000101 in the scheme whose root key is vectors.json's, for euros, 50.00 without PIN.", Personalise)
            : Record("personalised", "The personalised card after withdrawals of 50.00 and 20.00 euros, into slots 0 and 1.", Withdraw);
        if (Environment.GetEnvironmentVariable("HIERCASH_WRITE_FIXTURES") is not null)
        {
            File.WriteAllText(file, made);
        }

        Assert.That(File.ReadAllText(file), Is.EqualTo(made));
        using var card = FixtureCard.Make(name, Folder);
        var wallet = new WalletCard(card);
        wallet.Select();
        Assert.That(wallet.Verify(Pin.Transport).IsSuccess);
        Assert.That(wallet.GetBalance().Total.Minor, Is.EqualTo(name == "withdrawn" ? 7000 : 0));
    }

    private static void Personalise(WalletCard card)
    {
        var root = Suite.Key("root");
        card.Personalise(root.PublicKey, Bank, Currency.Eur, new Amount(5000));
        foreach (var (usage, key) in new[] { (KeyUsage.IssuerEncryption, "encryption"), (KeyUsage.IssuerCoin, "coin"), (KeyUsage.IssuerStatement, "statement") })
        {
            card.PutCertificate(KeyCertificate.Issue(root, usage, Issuer, Start, Start.Plus(TimeSpan.FromDays(1461)), Suite.Key(key).PublicKey));
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
            var request = CashRequest.Decode(Ecies.TryDecrypt(Suite, encryption, begun.EI)!)!;
            var terms = new CoinTerms(Coin.Suite1, GFunction.Sha256, Issuer, coinKey.PublicKey.Id, request.FaceValue, request.Currency, request.TM, new Quarter(235));
            var si = coinKey.Sign(SignedMessage.Coin(terms, OneWay.G(GFunction.Sha256, request.NU)));
            var answer = new CashAnswer(terms.Suite, terms.G, terms.Issuer, terms.IssuerKey, terms.Expiry, si);
            Assert.That(card.FinishWithdrawal(begun.Slot, CashCipher.Encrypt(request.Seed, answer.Encode())).IsSuccess);
        }
    }

    private static string Record(string from, string what, Action<WalletCard> play)
    {
        using var card = FixtureCard.Make(from, Folder);
        using var text = new StringWriter { NewLine = "\n" };
        text.WriteLine($"# {what}");
        text.WriteLine("# Made by tests/Traces/FixtureTests.cs with the keys of vectors/vectors.json; PIN 0000, PUK 00000000. Nothing here is secret.");
        text.WriteLine($"#!card {from}");
        using var channel = new OpenRecorder(card, text);
        var wallet = new WalletCard(channel);
        wallet.Select();
        Assert.That(wallet.Verify(Pin.Transport).IsSuccess);
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
            to.WriteLine($"# {ApduText.DescribeCommand(command)}");
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
