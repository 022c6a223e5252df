using System.Text.RegularExpressions;
using HierCash.Traces;

namespace HierCash.Tests.Pcsc;

/// <summary>Programs that we did not write see the card: opensc-tool, pcsc_scan, scriptor.</summary>
[Parallelizable]
public sealed partial class ToolTests
{
    private const string Atr = "3B 88 80 01 48 69 65 72 43 61 73 68 06";
    private const string Select = "00A404000AF048494552434153480100";
    private PcscService _service = null!;
    private InsertedCard _card = null!;

    [OneTimeSetUp]
    public void Insert()
    {
        _service = new PcscService();
        _service.Must("hiercash-card", "new", "tools.card");
        _card = _service.Insert("tools.card");
    }

    [OneTimeTearDown]
    public void TakeOut()
    {
        _card.Dispose();
        _service.Dispose();
    }

    [Test]
    public void OpenscToolSeesTheCard()
    {
        string said = _service.Must("opensc-tool", "-l", "-a");
        Assert.That(said, Does.Match(@"0 +Yes +Virtual PCD 00 00").And.Match("1 +No +Virtual PCD 00 01"));
        Assert.That(said, Does.Contain(Atr.Replace(' ', ':').ToLowerInvariant()));
        string sent = _service.Must("opensc-tool", "-s", Select);
        Assert.That(sent, Does.Contain("SW1=0x90, SW2=0x00").And.Contain("HIERCASH"));
    }

    [Test]
    public void PcscScanSeesTheCard()
    {
        string said = _service.Run("pcsc_scan", "-t", "2", "-n").Output;
        Assert.That(said, Does.Contain("Card inserted").And.Contain(Atr));
    }

    /// <summary>Each answer that scriptor prints fits the mask that stands below its command.</summary>
    [Test]
    public void ScriptorRunsAShippedTrace()
    {
        string file = Repository.PathOf("apdu-spec", "traces", "select.apdu");
        var trace = TraceReader.Read(file, File.ReadAllText(file));
        string said = _service.Must("scriptor", "-r", "Virtual PCD 00 00", file);
        var answers = Answers().Matches(said).Select(m => m.Groups[1].Value).ToList();
        Assert.That(answers, Has.Count.EqualTo(trace.Steps.Count));
        int compared = 0;
        foreach (var (step, answer) in trace.Steps.Zip(answers))
        {
            if (step is SendStep { Expected: { } mask } send)
            {
                Assert.That(mask.Fits(Hex.Parse(answer)), $"line {send.Line}: {answer}");
                compared++;
            }
        }

        Assert.That(compared, Is.GreaterThan(20));
    }

    [Test]
    public void OurOwnRunnerPlaysItInTheReaderToo()
    {
        string folder = Repository.PathOf("apdu-spec", "traces");
        var result = _service.Run("hiercash-card", "apdu", "run", folder, "--reader", "virtual pcd");
        Assert.That(result.Code, Is.Zero, result.Output + result.Error);
        Assert.That(result.Output, Does.Match(@"passed +\S*select\.apdu")
            .And.Match(@"not run \S*pay-fast\.apdu: It begins on the fixture 'withdrawn'"));
    }

    [Test]
    public void InfoReadsTheCardInTheReaderToo() =>
        Assert.That(_service.Must("hiercash-card", "info", "--reader", "Virtual PCD"),
            Does.Contain("Blank wallet").And.Contain(Atr.Replace(" ", "", StringComparison.Ordinal)));

    [Test]
    public void WithoutANameTheFirstReaderWithACardIsMeant()
    {
        string said = _service.Must("hiercash-card", "apdu", "send", Select);
        Assert.That(said, Does.Contain("SELECT").And.Contain("DfName F0484945524341534801").And.Contain("9000 Done."));
    }

    [TestCase("No such reader", "No card reader's name contains 'No such reader'. There are: Virtual PCD 00 00; Virtual PCD 00 01.")]
    [TestCase("Virtual PCD 00 01", "There is no card in 'Virtual PCD 00 01'. Put one in.")]
    public void NoReaderOrNoCardHasItsSentence(string reader, string sentence)
    {
        var result = _service.Run("hiercash-card", "apdu", "send", "8010000000", "--wait", "0", "--reader", reader);
        Assert.That((result.Code, result.Error.Trim()), Is.EqualTo((3, sentence)));
    }

    /// <summary>Another program (pyscard) holds the card: alone, or in a transaction that does not end.</summary>
    [TestCase("SCARD_SHARE_EXCLUSIVE", false)]
    [TestCase("SCARD_SHARE_SHARED", true)]
    public void AnotherProgramsCardHasItsSentence(string share, bool transaction)
    {
        string code = $"""
            from smartcard.scard import *
            import sys
            context = SCardEstablishContext(SCARD_SCOPE_USER)[1]
            card = SCardConnect(context, 'Virtual PCD 00 00', {share}, SCARD_PROTOCOL_T1)[1]
            {(transaction ? "SCardBeginTransaction(card)" : "")}
            print('held', flush=True)
            sys.stdin.read()
            """;
        using var holder = _service.Start("/usr/bin/python3", "-c", code);
        Assert.That(holder.StandardOutput.ReadLine(), Is.EqualTo("held"), "pyscard holds the card");
        var result = _service.Run("hiercash-card", "apdu", "send", "8010000000", "--reader", "Virtual PCD 00 00");
        Assert.That(result.Code, Is.EqualTo(3));
        Assert.That(result.Error, Does.Contain("Another program has the card to itself."));
        holder.StandardInput.Close();
        holder.WaitForExit();
        Assert.That(_service.Run("hiercash-card", "apdu", "send", "8010000000", "--reader", "Virtual PCD 00 00").Code, Is.Zero,
            "and then it is free");
    }

    /// <summary>What was selected, and with it a PIN that was shown to it, is forgotten when the terminal lets go.</summary>
    [Test]
    public void TheCardForgetsThePinBetweenTwoPrograms()
    {
        _service.Must("hiercash-card", "apdu", "send", Select, "8010000000", "--reader", "Virtual PCD 00 00");
        string said = _service.Must("opensc-tool", "-s", "80:42:00:00:00");
        Assert.That(said, Does.Contain("SW1=0x69, SW2=0x99"), "not even the applet is still selected");
    }

    [GeneratedRegex(@"^< (?:OK: )?((?:[0-9A-F]{2} ?\n?)+)", RegexOptions.Multiline)]
    private static partial Regex Answers();
}
