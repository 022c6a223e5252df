using System.Text.Json;
using HierCash.Card.Readers;
using HierCash.Tests.Consoles;
using HierCash.Traces;

namespace HierCash.Tests.Traces;

/// <summary>The trace format of traces.md, its runner and its recordings.</summary>
[Parallelizable]
public sealed class TraceTests
{
    private const string Select = "00 A4 04 00 0A F0 48 49 45 52 43 41 53 48 01 00";
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hiercash-trace-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("(90 00)", "9000", true)]
    [TestCase("(90 00)", "019000", true, Description = "without brackets any data goes")]
    [TestCase("[] (90 00)", "019000", false)]
    [TestCase("[] (90 00, 61 XX)", "6117", true)]
    [TestCase("[] (90 00, 61 XX)", "6217", false)]
    [TestCase("[6F XX 84] (90 00)", "6F15849000", true)]
    [TestCase("[6F XX 84] (90 00)", "6F15859000", false)]
    [TestCase("[6F XX 84] (90 00)", "6F159000", false)]
    [TestCase("[6F XX] (90 00)", "6F15849000", false)]
    [TestCase("[6FX5] (90 00)", "6FF59000", true)]
    [TestCase("[6FX5] (90 00)", "6FF69000", false)]
    [TestCase("[XX*3] (90 00)", "0102039000", true)]
    [TestCase("[XX*3] (90 00)", "01029000", false)]
    [TestCase("[01 * FF] (90 00)", "01FF9000", true)]
    [TestCase("[01 * FF] (90 00)", "0102FF03FF9000", true)]
    [TestCase("[01 * FF] (90 00)", "0102FE9000", false)]
    [TestCase("[01 * FF] (90 00)", "019000", false)]
    [TestCase("[FF FF*2] (63 CX)", "FFFFFF63C2", true)]
    [TestCase("[FF FF*2] (63 CX)", "FFFFFF63D2", false)]
    public void AMaskFitsOrNot(string mask, string response, bool fits)
    {
        Assert.That(ResponseMask.Parse(mask, out var parsed), Is.Null);
        Assert.That(parsed!.Fits(Convert.FromHexString(response)), Is.EqualTo(fits));
    }

    [TestCase("90 00")]
    [TestCase("[6F (90 00)")]
    [TestCase("[6] (90 00)")]
    [TestCase("[* *] (90 00)")]
    [TestCase("[] (90)")]
    [TestCase("[] (*)")]
    [TestCase("[] (90 00")]
    [TestCase("[GG] (90 00)")]
    public void WhatIsNoMaskIsRefused(string mask) => Assert.That(ResponseMask.Parse(mask, out _), Is.Not.Null);

    [TestCase("# we exit here", "line 1: scriptor stops")]
    [TestCase("00 A4\n#!fly", "line 2: '#!fly' is no directive")]
    [TestCase("hello", "line 1: A line of 5 characters is no command")]
    [TestCase("00 A", "line 1: A line of 4 characters is no command")]
    [TestCase("#< (90 00)", "line 1: An expectation stands below its command")]
    [TestCase("00A40400\n#< (90 00)\n#< (61 XX)", "line 3: This command has an expectation already")]
    [TestCase("00A40400\n#< [6F", "The last expectation has no status word")]
    [TestCase("00A40400\n#< [6F\n80100000", "line 3: The expectation before this line")]
    [TestCase("00A40400\n#!card blank", "line 2: '#!card' stands once")]
    [TestCase("#!card ../blank", "line 1: '#!card' names a fixture")]
    [TestCase("00 A4 \\", "The last command has no end")]
    [TestCase("#!secret 00 20", "line 1: '#!secret' is followed by")]
    public void WhatIsNoTraceIsRefusedWithItsLine(string text, string part) =>
        Assert.That(() => TraceReader.Read("t.apdu", text), Throws.TypeOf<TraceException>().With.Message.Contains(part));

    [Test]
    public void AllShippedTracesPassOnTheirFixtures()
    {
        var results = JsonDocument.Parse(Must("apdu", "run", Repository.PathOf("apdu-spec", "traces"), "--json"))
            .RootElement.GetProperty("traces");
        Assert.That(results.GetArrayLength(), Is.GreaterThanOrEqualTo(5));
        Assert.That(
            File.ReadAllText(Repository.PathOf("README.md")), Does.Contain($"\n{results.GetArrayLength()} passed, 0 failed, 0 not run.\n"),
            "what the README shows");
        foreach (var result in results.EnumerateArray())
        {
            Assert.That(result.GetProperty("outcome").GetString(), Is.EqualTo("passed"), result.ToString());
            Assert.That(result.GetProperty("commands").GetInt32(), Is.GreaterThan(4));
        }
    }

    /// <summary>"(90 00" is the mark of an expectation, so that a plain search counts them.</summary>
    [Test]
    public void SuccessInParenthesesStandsOnlyInExpectations()
    {
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("apdu-spec", "traces"), "*.apdu", SearchOption.AllDirectories))
        {
            var lines = File.ReadAllLines(file).Where(l => l.Contains("(90 00", StringComparison.Ordinal)).ToList();
            Assert.That(lines, Is.Not.Empty.And.All.StartsWith("#<"), file);
        }
    }

    [Test]
    public void ADifferenceFailsWithItsLineAndWords()
    {
        Write("wrong.apdu", $"{Select}\n#< [6F 15 84 0A F0 48 49 45 52 43 41 53 48 01 A5 07 DF 2D 01 01 *] (90 00)\n");
        var result = Run("apdu", "run", "wrong.apdu");
        Assert.That(result.Code, Is.EqualTo(1));
        Assert.That(result.Output, Does.Contain("FAILED  wrong.apdu, line 1: SELECT answered 6F 15").And.Contain("differ at byte 20")
            .And.Contain("Version 02"));
        Assert.That(result.Output, Does.Contain("0 passed, 1 failed, 0 not run."));
    }

    /// <summary>Byte by byte: marks stand under what differs and under nothing else.</summary>
    [TestCase("[6F 15 84] (90 00)", "6F15859000", "6F 15 84 90 00", "6F 15 85 90 00", "      ^^")]
    [TestCase("[6F *] (90 00, 61 XX)", "6F01026203", "6F ** ** 61 XX", "6F 01 02 62 03", "         ^^")]
    [TestCase("[6F X5 * 84] (90 00)", "6F8400", "6F X5 84 90 00", "6F -- -- 84 00", "   ^^ ^^ ^^")]
    [TestCase("[] (69 82)", "019000", "-- 69 82", "01 90 00", "^^ ^^ ^^")]
    [TestCase("(69 82)", "016983", "** 69 82", "01 69 83", "      ^^")]
    public void ADifferenceIsShownByteByByte(string mask, string response, string expected, string answered, string marks)
    {
        Assert.That(ResponseMask.Parse(mask, out var parsed), Is.Null);
        var lines = ResponseDifference.Show(parsed!, Convert.FromHexString(response)).Split(Environment.NewLine);
        Assert.That(lines.Select(l => l.Length > 19 ? l[19..] : ""), Is.EqualTo(new[] { expected, answered, marks }));
    }

    /// <summary>Whatever mask and response: all cells fit exactly if the mask does.</summary>
    [Test]
    public void CellsFitIfTheMaskDoes()
    {
        var random = new SeededRandom(3);
        string[] masks = ["[00 XX *] (90 00)", "[* 01] (90 00, 61 XX)", "[00 01 * 0X 1X] (63 CX)", "[] (90 00)", "(6X XX)",
            "[00*3 01] (90 00)"];
        byte[] values = [0x00, 0x01, 0x11, 0x90, 0x61, 0x63, 0xC2];
        int fits = 0;
        for (int i = 0; i < 20_000; i++)
        {
            var response = new byte[2 + random.Next(6)];
            for (int at = 0; at < response.Length; at++)
            {
                response[at] = values[random.Next(values.Length)];
            }

            ResponseMask.Parse(masks[random.Next(masks.Length)], out var mask);
            bool all = mask!.Align(response).All(c => c.Fits);
            Assert.That(all, Is.EqualTo(mask.Fits(response)), $"{mask} {Convert.ToHexString(response)}");
            fits += all ? 1 : 0;
        }

        Assert.That(fits, Is.GreaterThan(100));
    }

    /// <summary>Each trace has a copy of its own: what one does to the card, the next does not see, nor does the image.</summary>
    [Test]
    public void EachTraceRunsOnItsOwnCopyOfTheImage()
    {
        Must("new", "a.card");
        Write("a.apdu", $"{Select}\n80 10 00 00 00\n#< [DD 01 01 *] (90 00)\n{Vectors.SpecVectors.Hex("personalise")}\n#< (90 00)\n80 10 "
            + $"00 00 00\n#< [DD 01 04 *] (90 00)\n");
        File.Copy(Path.Combine(_folder, "a.apdu"), Path.Combine(_folder, "b.apdu"));
        Assert.That(Must("apdu", "run", "a.apdu", "b.apdu", "--card", "a.card"), Does.Contain("2 passed"));
        Assert.That(Must("apdu", "send", Select, "8010000000", "--reader", "emulator:a.card"), Does.Contain("DD 01 01"),
            "the card itself is as it was");
    }

    /// <summary>A recording holds no PIN, and plays again with it.</summary>
    [Test]
    public void ARecordingMasksSecretsAndCanBePlayed()
    {
        Must("new", "r.card");
        string[] commands = [Select, "00200081083030303 0FFFFFFFF", "80 10 00 00 00", "reset", Select];
        var recorded = ConsoleProcess.Run(_folder, "hiercash-card", string.Join('\n', commands) + "\n",
            ["apdu", "record", "r.apdu", "--reader", "emulator:r.card"]);
        Assert.That(recorded.Code, Is.Zero, recorded.Error);
        string text = File.ReadAllText(Path.Combine(_folder, "r.apdu"));
        Assert.That(text, Does.Contain("# ATR: 3B88800148696572436173680").And.Contain("#!secret 00 20 00 81 08").And.Contain("# VERIFY"));
        Assert.That(text.Replace(" ", "", StringComparison.Ordinal), Does.Not.Contain("30303030"), "no PIN");
        Assert.That(Run("apdu", "run", "r.apdu").Output, Does.Contain("not run r.apdu, line").And.Contain("give --pin"));
        Assert.That(Must("apdu", "run", "r.apdu", "--pin", "0000"), Does.Contain("1 passed"));
        Assert.That(Must("apdu", "send", "00200081083030303 0FFFFFFFF", "--reader", "emulator:r.card"),
            Does.Contain("(secret)").And.Not.Contain("30 30 30 30"));
        Assert.That(Run("apdu", "record", "r.apdu", "--reader", "emulator:r.card").Error, Does.Contain("there already"));
    }

    /// <summary>
    /// Neither the activation code nor the PUK that the card answers is in a recording, however the answer is fetched (rule R12).
    /// </summary>
    [Test, Rule(12)]
    public void ARecordingMasksTheActivation()
    {
        Must("new", "n.card");
        string begin = Vectors.SpecVectors.Hex("begin-activation");
        string[] commands = [Select, Vectors.SpecVectors.Hex("personalise"), begin, begin[..^2], "00C0000000",
            Vectors.SpecVectors.Hex("finish-activation")];
        var recorded = ConsoleProcess.Run(_folder, "hiercash-card", string.Join('\n', commands) + "\n",
            ["apdu", "record", "n.apdu", "--reader", "emulator:n.card"]);
        Assert.That(recorded.Code, Is.Zero, recorded.Error);
        string text = File.ReadAllText(Path.Combine(_folder, "n.apdu"));
        Assert.That(text, Does.Contain("#!secret 80 16 00 00 17").And.Contain("#!secret 80 18 00 00").And.Contain("#< [*] (90 00)"));
        Assert.That(text.Replace(" ", "", StringComparison.Ordinal), Does.Not.Contain("DF72").And.Not.Contain("303132333435363738393031"),
            "no code and no PUK");
        Assert.That(Run("apdu", "run", "n.apdu", "--pin", "0000").Output, Does.Contain("not run n.apdu"));
    }

    /// <summary>A terminal sees whole answers, whatever the reader made of Le (T=0); a trace sees each answer as it is.</summary>
    [Test]
    public void ATerminalsChannelEndsWhatTheCardBegan()
    {
        Must("new", "t0.card");
        string reader = "emulator:" + Path.Combine(_folder, "t0.card");
        byte[] withoutLe = Hex.Parse(Select)![..^1];
        var response = new byte[ICardChannel.ResponseRoom];
        using (var raw = CardChannels.OpenRaw(reader, new BclSuite(), TimeSpan.Zero, _ => { }, CancellationToken.None))
        {
            Assert.That(Hex.Spaced(response.AsSpan(0, raw.Transmit(withoutLe, response))), Is.EqualTo("61 17"));
        }

        using var whole = CardChannels.Open(reader, new BclSuite());
        int length = whole.Transmit(withoutLe, response);
        Assert.That(Hex.Spaced(response.AsSpan(0, length)), Does.StartWith("6F 15 84 0A").And.EndsWith("90 00"));
        Assert.That(length, Is.EqualTo(25));
    }

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(_folder, file), text);

    private ConsoleResult Run(params string[] arguments) => ConsoleProcess.Run(_folder, "hiercash-card", arguments);

    private string Must(params string[] arguments)
    {
        var result = Run(arguments);
        Assert.That(result.Code, Is.Zero, result.Error + result.Output);
        return result.Output;
    }

    /// <summary>
    /// A PIN under the wrong class is a slip, and a PIN all the same; a card image is no trace, and nothing of it is quoted.
    /// </summary>
    [Test]
    public void NoSlipTellsASecret()
    {
        byte[] slip = [0x80, 0x20, 0x00, 0x82, 0x04, 0x34, 0x37, 0x31, 0x31];
        Assert.That(WalletVocabulary.Instance.IsSecret(slip) && !WalletVocabulary.Instance.IsSecret([0x80, 0x20, 0x00, 0x00, 0x04])
            && !WalletVocabulary.Instance.IsSecret([0x80, 0x24, 0x00, 0x00, 0x04]));
        using var text = new StringWriter();
        var writer = new TraceWriter(text, WalletVocabulary.Instance);
        writer.Exchange(slip, [0x6E, 0x00]);
        Assert.That(text.ToString(), Does.Not.Contain("34 37 31 31").And.Contain("80 20 00 82 04"));
        Assert.That(() => TraceReader.Read("a.card", "HIERCARD\u0002\u00004711\n"),
            Throws.TypeOf<TraceException>().With.Message.EqualTo("'a.card' is no text, and so no trace."));
    }
}
