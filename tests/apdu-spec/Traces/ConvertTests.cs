using System.Xml.Linq;
using HierCash.Tests.Consoles;
using HierCash.Traces;

namespace HierCash.Tests.Traces;

/// <summary>Traces of other tools, in and out; lint; JUnit XML.</summary>
[Parallelizable]
public sealed class ConvertTests
{
    private const string Ours = """
        00 A4 04 00 02 3F 00 00
        #< [6F XX] (90 00, 61 XX)
        80 10 00 00
        #< [] (67 00)
        reset
        80 10 00 00 05
        #< [01 02] (90 00)
        80 12 00 00 01 AA
        """;

    /// <summary>As their own documents write it.</summary>
    private const string Apdutool = """
        powerup;
        // SELECT
        0x00 0xA4 0x04 0x00 0x02 0x3F 0x00 0x00;
        0x80 0x10 0x00 0x00
          0x00 0x7F;
        powerdown;
        powerup;
        0x80 0x10 0x00 0x00 0x00 0x05;
        0x80 0x12 0x00 0x00 0x01 0xAA 0x7F;
        powerdown;
        """;

    private const string Etsi = """
        RST
        CMD 00 A4 04 00 02 3F 00 00 [6F XX] (90 00, 61 XX)
        CMD 80 10 00 00 [] (67 00)
        RST
        CMD 80 10 00 00 05 [01 02] (90 00)
        CMD 80 12 00 00 01 AA
        """;

    private static readonly string[] Commands = ["00A40400023F0000", "80100000", "8010000005", "80120000" + "01AA"];

    [TestCase(TraceFormat.Hiercash, Ours)]
    [TestCase(TraceFormat.Apdutool, Apdutool)]
    [TestCase(TraceFormat.Etsi, Etsi)]
    [TestCase(TraceFormat.Opensc, "opensc-tool -s 00:A4:04:00:02:3F:00:00 -s 80:10:00:00 \\\n  -s 80:10:00:00:05 -s 80:12:00:00:01:AA")]
    [TestCase(TraceFormat.Apdu4j, "# ATR: 3B80\n# PROTOCOL: T=1\n00A40400023F0000\n6F159000\n80100000\n6700\n8010000005\n01029000\n8012000001AA\n9000\n")]
    public void ATraceOfAnotherToolIsRead(TraceFormat format, string text)
    {
        var trace = TraceConverter.Read(format, "t", text);
        Assert.That(trace.Steps.OfType<SendStep>().Select(s => Convert.ToHexString(s.Command)), Is.EqualTo(Commands));
        bool masks = format is TraceFormat.Hiercash or TraceFormat.Etsi;
        Assert.That(trace.Steps.OfType<SendStep>().First().Expected?.Fits([0x61, 0x17]),
            Is.EqualTo(masks ? false : format == TraceFormat.Apdu4j ? false : null));
        Assert.That(trace.Steps.OfType<ResetStep>().Count(), Is.EqualTo(format is TraceFormat.Opensc or TraceFormat.Apdu4j ? 0 : 1));
    }

    [Test]
    public void ThereAndBackCommandsStayTheSame([Values] TraceFormat format)
    {
        var trace = TraceReader.Read("t", Ours);
        var back = TraceConverter.Read(format, "t", TraceConverter.Write(format, trace, WalletVocabulary.Instance));
        Assert.That(back.Steps.OfType<SendStep>().Select(s => Convert.ToHexString(s.Command)), Is.EqualTo(Commands));
        if (format is TraceFormat.Etsi or TraceFormat.Hiercash)
        {
            Assert.That(back.Steps.OfType<SendStep>().Select(s => s.Expected?.Text),
                Is.EqualTo(trace.Steps.OfType<SendStep>().Select(s => s.Expected?.Text)));
        }
    }

    [TestCase(TraceFormat.Apdutool, "0x00 A4;", "statement 1: a word of 2 characters is no byte")]
    [TestCase(TraceFormat.Apdu4j, "hello", "line 1: it is not hexadecimal")]
    [TestCase(TraceFormat.Etsi, "CMD 00 A4 04 00 (90)", "no status word")]
    public void WhatIsNotOfTheFormatIsRefused(TraceFormat format, string text, string part) =>
        Assert.That(() => TraceConverter.Read(format, "t", text), Throws.TypeOf<TraceException>().With.Message.Contains(part));

    [Test]
    public void TheConsoleConvertsLintsAndReports()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-convert-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "theirs.scr"), Apdutool);
            var converted = ConsoleProcess.Run(folder, "hiercash-card", "apdu", "convert", "theirs.scr", "--from", "Apdutool");
            Assert.That((converted.Code, converted.Output),
                Is.EqualTo((0, "00 A4 04 00 02 3F 00 00\n80 10 00 00\nreset\n80 10 00 00 05\n80 12 00 00 01 AA\n")));
            File.WriteAllText(Path.Combine(folder, "ours.apdu"), converted.Output);
            var lint = ConsoleProcess.Run(folder, "hiercash-card", "apdu", "lint", "ours.apdu");
            Assert.That(lint.Code, Is.EqualTo(1));
            Assert.That(lint.Output, Does.Contain("line 1: nothing says what the answer").And.Contain("4 faults."));
            var cut = ConsoleProcess.Run(folder, "hiercash-card", "apdu", "lint", "ours.apdu", "nowhere");
            Assert.That((cut.Code, cut.Output), Is.EqualTo((1, lint.Output.Replace("4 faults.\n", "", StringComparison.Ordinal))),
                "each as it is found");
            Assert.That(cut.Error, Does.StartWith("There is no trace and no folder 'nowhere'."));
            Assert.That(ConsoleProcess.Run(folder, "hiercash-card", "apdu", "lint", Repository.PathOf("apdu-spec", "traces")).Output,
                Is.EqualTo("All well-formed.\n"));

            File.WriteAllText(Path.Combine(folder, "bad.apdu"), "80100000\n#< [] (90 00)\n");
            ConsoleProcess.Run(folder, "hiercash-card", "apdu", "run", "bad.apdu", "ours.apdu", "--junit", "junit.xml");
            var suite = XDocument.Load(Path.Combine(folder, "junit.xml")).Root!;
            Assert.That((suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value), Is.EqualTo(("2", "1")));
            Assert.That(suite.Descendants("failure").Single().Attribute("message")!.Value, Does.Contain("line 1"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// A holder gives the file with a PUK or a PIN where a trace belongs: what a screen or a log then shows holds no digit of it.
    /// </summary>
    [TestCase("58772420\n")]
    [TestCase("# my PUK\n58772420\n")]
    [TestCase("4711\n0815\n")]
    [TestCase("12345")]
    [TestCase("pin 4711\n")]
    [TestCase("0105 3200 4737 2127 0408\n")]
    [TestCase("0105-3200-4737-2127-0408\n")]
    [TestCase("To Alice.\n\nActivation code: 0105 3200 4737 2127 0408\n")]
    public void NoSecretThatIsTakenForATraceIsSaid(string text)
    {
        string digits = string.Concat(text.Where(char.IsAsciiDigit));
        foreach (var format in Enum.GetValues<TraceFormat>())
        {
            string said = Assert.Throws<TraceException>(() => TraceConverter.Read(format, "t", text), $"{format}")!.Message;
            string shown = string.Concat(said.Where(char.IsAsciiDigit));
            Assert.That(digits.Chunk(4).Select(c => new string(c)).Where(c => shown.Contains(c, StringComparison.Ordinal)), Is.Empty,
                $"{format}: {said}");
        }

        Assert.That(() => TraceReader.Read("t", text), Throws.TypeOf<TraceException>());
    }

    [Test]
    public void ACommandOfDecimalDigitsIsOneWhereItsBytesStandApart() =>
        Assert.That(TraceReader.Read("t", "80 10 00 00\n").Steps, Has.Count.EqualTo(1));

    [Test]
    public void WhatHoldsNoCommandIsNotConverted([Values] TraceFormat format) =>
        Assert.That(() => TraceConverter.Read(format, "t", "# nothing\n"), Throws.TypeOf<TraceException>());

    /// <summary>
    /// A slip in the name of the report costs nobody a card, a database or a letter; yesterday's report is what it replaces.
    /// </summary>
    [Test, Rule(20)]
    public void AReportTakesOnlyAnEarlierReportsPlace()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-junit-").FullName;
        try
        {
            ConsoleResult Report(string file) =>
                ConsoleProcess.Run(folder, "hiercash-card", "apdu", "run", Repository.PathOf("apdu-spec", "traces", "select.apdu"),
                    "--junit", file);
            Assert.That(ConsoleProcess.Run(folder, "hiercash-card", "new", "spare.card").Code, Is.Zero);
            File.WriteAllText(Path.Combine(folder, "alice.letter"), "To Alice.\n");
            File.WriteAllText(Path.Combine(folder, "other.xml"), "<?xml version=\"1.0\"?><books/>");
            Directory.CreateDirectory(Path.Combine(folder, "north"));
            foreach (string file in new[] { "spare.card", "alice.letter", "other.xml" })
            {
                var before = File.ReadAllBytes(Path.Combine(folder, file));
                var refused = Report(file);
                Assert.That((refused.Code, refused.Output, refused.Error), Is.EqualTo(
                    (1, "", $"'{file}' is there already, and is no JUnit report. Choose another name, or take that file away first.\n")),
                    "before any trace runs");
                Assert.That(File.ReadAllBytes(Path.Combine(folder, file)), Is.EqualTo(before));
            }

            Assert.That(Report("nodir/x.xml").Error,
                Is.EqualTo("The report 'nodir/x.xml' cannot be written. There is no folder for 'nodir/x.xml'. Check the path.\n"));
            Assert.That(Report("north").Error, Is.EqualTo(
                "The report 'north' cannot be written. 'north' is a folder, and a new file is wanted here. Choose another name.\n"));
            File.WriteAllText(Path.Combine(folder, "mine.xml"), "");
            foreach (string file in new[] { "junit.xml", "mine.xml", "junit.xml" })
            {
                Assert.That(Report(file).Code, Is.Zero);
                Assert.That(XDocument.Load(Path.Combine(folder, file)).Root!.Name.LocalName, Is.EqualTo("testsuite"));
            }

            Assert.That(ConsoleProcess.Run(folder, "hiercash-card", "apdu", "run", "nosuch.apdu", "--junit", "none.xml").Code,
                Is.EqualTo(1));
            Assert.That(File.Exists(Path.Combine(folder, "none.xml")), Is.False, "of no run no report");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
