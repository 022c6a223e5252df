using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using HierCash.Card.Runtime;
using HierCash.Tests.Scenarios;
using HierCash.Tests.Vectors;

namespace HierCash.Tests.Tidy;

/// <summary>Sizes in the prose of apdu-spec against the code: whoever lays out buffers from the pages has to be right.</summary>
[Parallelizable]
public sealed partial class SizeTests
{
    private const int Aes128Key = 128 / 8;

    /// <summary>What a size in prose is said of, how the pages say it, and what it is in the code.</summary>
    private static readonly (string Name, string Said, Func<int> InCode)[] Sizes =
    [
        ("m", @"\bm, (\d+) bytes:", () => CoinRequest.Size),
        ("E_I", @"\bE_I = R 33, body 144, MAC 32: (\d+) bytes", () => CoinRequest.EncipheredSize),
        ("body of E_I", @"of m, IV zero, PKCS #7 padding: (\d+) bytes", () => Ecies.CiphertextSize(CoinRequest.Size) - Ecies.Overhead),
        ("AES key of E_I", @"(\d+) bytes for AES", () => Aes128Key),
        ("what E_K holds", @"Plaintext, (\d+) bytes:", () => CashAnswer.Size),
        ("body of E_K", @"PKCS #7 padding \((\d+) bytes\)", () => CashCipher.CiphertextSize(CashAnswer.Size) - Digest.Size),
        ("E_K", @"HMAC-SHA-256 of these \(32\): (\d+) bytes", () => CashAnswer.EncipheredSize),
        ("what E_K with SS_U holds", @"SS_U 32 follows: (\d+) bytes", () => CashAnswer.Size + ISigningKey.ScalarSize),
        ("E_K with SS_U", @"E_K (\d+)\.|in E_K, (\d+) bytes in all", () => CashAnswer.EncipheredSizeWithKey),
        ("signature", @"(\d+) bytes r, s", () => ISigningKey.SignatureSize),
        ("N_U", @"hash of the (\d+) bytes N_U|\(g = 1\); (\d+) bytes either way|02 or 03, x, (\d+) bytes", () => PublicKey.CompressedSize),
        ("public key",
            @"04 x y, (\d+) bytes|(?:till key N_W|account key|the public key), (\d+) bytes|holds the (\d+) bytes of the root key", () =>
                PublicKey.Size),
        ("left 16", @"""Left (\d+)""(?= are)|the first (\d+) bytes\.|the left (\d+) bytes of the hash", () => Id16.Size),
        ("Terms", @"Terms, (\d+) bytes:", () => Found(SpecVectors.Bytes("enrolment-grant"), WalletTag.Terms)),
        ("sealed message", @"message type 2, length 2, body, zeros to (\d+) bytes\. The answer", () =>
            CashCipher.SeedSize + 4 + SealedMessage.MaxBody),
        ("sealed answer", @"of type 2, length 2, body, zeros to (\d+) bytes", () => 4 + SealedMessage.MaxBody),
        ("fast payment", @"2 APDUs and (\d+) bytes", FastPayment),
        ("PIN block", @"filled up with FF to (\d+) bytes", () => Pin.BlockSize),
        ("AID", @"its left part, 0 to (\d+) bytes|more than (\d+) bytes \|", LongestAid),
        ("answer to SELECT", @"C0 suite 01 \} \}`, (\d+) bytes", () => SpecVectors.Bytes("select-reply").Length),
        ("nonce", @"(\d+) random bytes that the bank signs", () => Found(SpecVectors.Bytes("get-nonce-reply"), WalletTag.Nonce)),
        ("chain", @"a chain with more than (\d+) bytes of data|bring up to (\d+) bytes of data", () => Constant("CommandChain", "MaxData")),
        ("answer", @"No answer has more than (\d+) bytes of data", () => ICardChannel.ResponseRoom - 2),
        ("room for an answer", @"has room for (\d+), SW1 SW2 included", () => ICardChannel.ResponseRoom),
        ("data of a short command", @"short APDUs \((\d+) bytes of data", () => CommandApdu.MaxShortLength - 6),
        ("frame of a request", @"as much as a frame holds, ([\d,]+) bytes", () => LinkFrame.MaxLength - LinkFrame.HeaderSize),
        ("a signature in a trace", @"`XX\*(\d+)`(?= are)|are (\d+) bytes of any value", () => ISigningKey.SignatureSize),
    ];

    public static IEnumerable<string> Names => Sizes.Select(s => s.Name);

    [TestCaseSource(nameof(Names))]
    public void ThePagesSayTheSizeThatTheCodeHas(string name)
    {
        var (_, said, inCode) = Sizes.Single(s => s.Name == name);
        var found = Pages().SelectMany(p => Regex.Matches(p.Text, said).Select(m => (p.Page, Size: Number(m)))).ToList();
        Assert.That(found, Is.Not.Empty, "no page says it any more: take the row out, or mend its pattern");
        int size = inCode();
        Assert.That(found.Where(f => f.Size != size), Is.Empty, $"{name} has {size} bytes in the code");
    }

    /// <summary>A new sentence about so many bytes gets a row above.</summary>
    [Test]
    public void NoSizeOnThePagesGoesUncompared()
    {
        foreach (var (page, text) in Pages())
        {
            var compared = Sizes.SelectMany(s => Regex.Matches(text, s.Said)).ToList();
            var missed = InBytes().Matches(text)
                .Where(b => !compared.Exists(c => c.Index <= b.Index + b.Length && b.Index <= c.Index + c.Length));
            Assert.That(missed.Select(b => text[Math.Max(0, b.Index - 60)..(b.Index + b.Length)]), Is.Empty, page);
        }
    }

    /// <summary>Where the parts are listed, they make up the whole.</summary>
    [TestCase(@"\bm, (?<all>\d+) bytes: (?<parts>[^.]*)\.", 6)]
    [TestCase(@"Plaintext, (?<all>\d+) bytes: (?<parts>[^.]*)\.", 6)]
    [TestCase(@"E_I = (?<parts>[^:]*): (?<all>\d+) bytes", 3)]
    public void ThePartsMakeUpTheWhole(string said, int parts)
    {
        var match = Pages().Select(p => Regex.Match(p.Text, said)).Single(m => m.Success);
        var sizes = Part().Matches(match.Groups["parts"].Value).Select(p => int.Parse(p.Groups[1].Value, CultureInfo.InvariantCulture))
            .ToList();
        Assert.That(sizes, Has.Count.EqualTo(parts), match.Value);
        Assert.That(sizes.Sum(), Is.EqualTo(int.Parse(match.Groups["all"].Value, CultureInfo.InvariantCulture)), match.Value);
    }

    /// <summary>The constants are what is made: ciphers of the vectors' requests, and a sealed message.</summary>
    [Test]
    public void TheConstantsAreWhatIsMade()
    {
        var suite = new BclSuite();
        using var issuer = suite.GenerateKey();
        var request = CoinRequest.Decode(SpecVectors.Bytes("m"))!;
        Assert.That(request.Encode(), Has.Length.EqualTo(CoinRequest.Size));
        Assert.That(request.Encipher(suite, issuer.PublicKey), Has.Length.EqualTo(CoinRequest.EncipheredSize));
        Assert.That(CashCipher.Encrypt(request.Seed, new byte[CashAnswer.Size]), Has.Length.EqualTo(CashAnswer.EncipheredSize));
        Assert.That(CashCipher.Encrypt(request.Seed, new byte[CashAnswer.Size + ISigningKey.ScalarSize]),
            Has.Length.EqualTo(CashAnswer.EncipheredSizeWithKey));
        var (message, seed) = SealedMessage.Seal(suite, issuer.PublicKey, new(HierCash.Protocol.Link.MessageType.Redeem, []));
        Assert.That(message.Ciphertext, Has.Length.EqualTo(Ecies.CiphertextSize(CashCipher.SeedSize + 4 + SealedMessage.MaxBody)));
        var answer = SealedMessage.SealAnswer(suite, seed, new(HierCash.Protocol.Link.MessageType.Redeem, []));
        Assert.That(answer, Has.Length.EqualTo(16 + CashCipher.CiphertextSize(4 + SealedMessage.MaxBody)));
    }

    /// <summary>The table of tags against every object in the vectors.</summary>
    [Test]
    public void TheTableOfTagsSaysHowLongEachObjectIs()
    {
        var table = Row().Matches(File.ReadAllText(Repository.PathOf("apdu-spec", "README.md")))
            .ToDictionary(m => ushort.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), m =>
                m.Groups[2].Value);
        var seen = SpecVectors.Names.SelectMany(n => Objects(SpecVectors.Bytes(n), table)).ToLookup(o => o.Tag, o => o.Length);
        foreach (var lengths in seen)
        {
            Assert.That(lengths.Where(l => !Fits(table[lengths.Key], l)), Is.Empty, $"{lengths.Key:X}: {table[lengths.Key]}");
        }

        Assert.That(seen, Has.Count.GreaterThan(70), "tags that are in some vector");
    }

    private static IEnumerable<(string Page, string Text)> Pages() => Directory
        .EnumerateFiles(Repository.PathOf("apdu-spec"), "*.md")
        .Where(f => Path.GetFileName(f) is not "switches.md")
        .Select(f => (Path.GetFileName(f), Space().Replace(File.ReadAllText(f), " ")));

    private static int Number(Match match) =>
        int.Parse(match.Groups.Values.Skip(1).Single(g => g.Success).Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static int Constant(string type, string name) =>
        (int)typeof(EmulatedCard).Assembly.GetType($"HierCash.Card.Runtime.{type}", true)!.GetField(
            name, BindingFlags.Public | BindingFlags.Static)!.GetRawConstantValue()!;

    /// <summary>What SELECT takes: one byte more is 6700.</summary>
    private static int LongestAid()
    {
        using var card = new EmulatedCard(new MemoryImage());
        var response = new byte[ICardChannel.ResponseRoom];
        return Enumerable.Range(1, 64).Last(n =>
        {
            card.Transmit([0x00, 0xA4, 0x04, 0x00, (byte)n, .. new byte[n]], response);
            return response[0] != 0x67;
        });
    }

    private static int FastPayment()
    {
        using var town = Towns.Make();
        using var card = town.User("Alice", 5000);
        using var trace = new TracingChannel(card.Card);
        town.Till(town.AddTill("Cafe")).Pay(trace, new Amount(1250));
        return trace.Bytes;
    }

    private static int Found(byte[] bytes, Tag tag) => Objects(bytes, null).First(o => o.Tag == (ushort)tag).Length;

    /// <summary>
    /// Tag and length of each object that is not constructed; none where the bytes, or a command's data, are no objects of the table.
    /// </summary>
    private static List<(ushort Tag, int Length)> Objects(byte[] bytes, Dictionary<ushort, string>? table)
    {
        bool isCommand = bytes.Length > 5 && bytes[0] is 0x00 or 0x80 && (bytes.Length - bytes[4]) is 5 or 6;
        var found = new List<(ushort, int)>();
        return Collect(isCommand ? bytes.AsSpan(5, bytes[4]) : bytes, table, found) ? found : [];
    }

    private static bool Collect(ReadOnlySpan<byte> bytes, Dictionary<ushort, string>? table, List<(ushort Tag, int Length)> found)
    {
        var reader = new BerTlvReader(bytes);
        while (reader.HasMore && reader.ReadAny(out ushort tag, out var value))
        {
            bool isConstructed = ((tag > 0xFF ? tag >> 8 : tag) & 0x20) != 0;
            if ((table is not null && !table.ContainsKey(tag)) || (isConstructed && !Collect(value, table, found)))
            {
                return false;
            }

            if (!isConstructed)
            {
                found.Add((tag, value.Length));
            }
        }

        return reader.Complete;
    }

    /// <summary>As the table says it: "4", "1-64", "112, or 144 with SS_U", "8 each", "up to 1,000", "any".</summary>
    private static bool Fits(string said, int length)
    {
        var numbers = Numbers().Matches(said).Select(m => int.Parse(m.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture))
            .ToList();
        return said == "any"
            || (said.EndsWith(" each", StringComparison.Ordinal) ? length % numbers.Single() == 0
                : said.StartsWith("up to ", StringComparison.Ordinal) ? length <= numbers.Single()
                : said.Contains('-', StringComparison.Ordinal) ? length >= numbers[0] && length <= numbers[1]
                : numbers.Contains(length));
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"\d[\d,]*(?: random| first| left)? bytes\b")]
    private static partial Regex InBytes();

    [GeneratedRegex(@" (\d+)(?: \([^)]*\))?(?:,|$)")]
    private static partial Regex Part();

    [GeneratedRegex(@"^\| ([0-9A-F]{2,4}) \| `\w+` \| ([^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\d+(?:,\d{3})*")]
    private static partial Regex Numbers();
}
