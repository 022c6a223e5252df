using System.Diagnostics;
using HierCash.Card.Readers;

namespace HierCash.Tests.Pcsc;

/// <summary>
/// Both bindings to PC/SC: the one that this build has, and the one over the package PCSC, here over its stand-in, in a program of its own
/// (pcsc-twin). What the package
/// does when a card or a service goes ended programs with a dump (134); their exit codes show that it does so no more.
/// </summary>
[Parallelizable]
public sealed class BindingTests
{
    private const string Reader = "Virtual PCD 00 00";
    private const string Select = "00A404000AF048494552434153480100";
    private const string NoService =
        "The PC/SC service does not run. Start pcscd (on Windows the service 'Smart Card'), or use --reader emulator:FILE.";
    private PcscService _service = null!;

    private static string Twin
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(output.Parent!.Parent!.Parent!.FullName, "PcscSharp", "Twin", "bin", output.Parent.Name, output.Name,
                "pcsc-twin");
        }
    }

    [SetUp]
    public void Start()
    {
        _service = new PcscService();
        _service.Must("hiercash-card", "new", "a.card");
    }

    [TearDown]
    public void Stop() => _service.Dispose();

    /// <summary>
    /// A card is let go of twice: it is reset, another program has it at once, and nothing is thrown, neither then nor by a finaliser.
    /// </summary>
    [Test]
    public void TheTwinLetsGoOfACard()
    {
        using var card = _service.Insert("a.card");
        for (int i = 0; i < 2; i++)
        {
            var sent = _service.Run(Twin, "send", Reader, "5", Select, "8010000000", "reset", "8010000000", Select);
            Assert.That((sent.Code, sent.Error), Is.EqualTo((0, "")), sent.Output);
            var lines = sent.Output.Split('\n');
            Assert.That(lines[0], Is.EqualTo("3B 88 80 01 48 69 65 72 43 61 73 68 06"));
            Assert.That(lines[1], Does.StartWith("6F 15").And.EndsWith("90 00"));
            Assert.That(lines[3], Is.EqualTo("69 99"), "after a reset nothing is selected");
        }

        string said = _service.Must("opensc-tool", "-s", "80:10:00:00:00");
        Assert.That(said, Does.Contain("SW1=0x69, SW2=0x99"), "and a reset comes when it lets go");
    }

    /// <summary>No other program comes in ahead of that reset: the transaction lasts until then.</summary>
    [Test]
    public void TheTwinHoldsTheCardUntilItIsReset()
    {
        using var card = _service.Insert("a.card");
        const string code = """
            from smartcard.scard import *
            import sys
            context = SCardEstablishContext(SCARD_SCOPE_USER)[1]
            card = SCardConnect(context, 'Virtual PCD 00 00', SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1)[1]
            print('connected', flush=True)
            sys.stdin.readline()
            print('asks', flush=True)
            print(hex(SCardBeginTransaction(card) & 0xFFFFFFFF), flush=True)
            """;
        using var other = _service.Start("/usr/bin/python3", "-c", code);
        Line(other, "connected");
        using var twin = _service.Start(Twin, "send", Reader, "5", Select, "pause");
        Line(twin, "paused");
        other.StandardInput.WriteLine();
        other.StandardInput.Flush();
        Line(other, "asks");
        var got = other.StandardOutput.ReadLineAsync();
        Assert.That(got.Wait(TimeSpan.FromMilliseconds(300)), Is.False, "the card is held");
        twin.StandardInput.Close();
        twin.WaitForExit();
        Assert.That(twin.ExitCode, Is.Zero, twin.StandardError.ReadToEnd());
        Assert.That(got.Wait(TimeSpan.FromSeconds(10))
            && got.Result == "0x80100068", $"it comes in after the reset, and is told: {(got.IsCompleted ? got.Result : "nothing")}");
        other.WaitForExit();
    }

    /// <summary>
    /// The card is pulled, or the service dies, between two commands: a sentence and 3, and what is let go of after that does not throw.
    /// </summary>
    [TestCase(true)]
    [TestCase(false)]
    public void TheTwinLosesACardOrTheService(bool service)
    {
        using var card = _service.Insert("a.card");
        using var twin = _service.Start(Twin, "send", Reader, "5", Select, "pause", Select);
        Line(twin, "paused");

        if (service)
        {
            _service.KillDaemon();
        }
        else
        {
            card.Pull();
        }

        twin.StandardInput.Close();
        twin.WaitForExit();
        string said = twin.StandardError.ReadToEnd();
        Assert.That((twin.ExitCode, said.Trim().Contains('\n', StringComparison.Ordinal), said.Length > 20), Is.EqualTo((3, false, true)),
            said);
    }

    /// <summary>pcscd dies while a card is waited for: the sentence about the service, and 3, over either binding.</summary>
    [TestCase("own")]
    [TestCase("twin")]
    public void AServiceThatDiesDuringAWaitHasItsSentence(string binding)
    {
        using var waiting = binding == "twin"
            ? _service.Start(Twin, "send", Reader, "30", Select)
            : _service.Start("hiercash-card", "apdu", "send", Select, "--reader", Reader, "--wait", "30");
        Assert.That(waiting.StandardError.ReadLine(), Is.EqualTo($"Put the card into '{Reader}'."));
        Task.Delay(200).Wait();
        _service.KillDaemon();
        Assert.That(waiting.WaitForExit(TimeSpan.FromSeconds(10)), "it does not go on waiting");
        Assert.That((waiting.ExitCode, waiting.StandardError.ReadToEnd().Trim(), waiting.StandardOutput.ReadToEnd()),
            Is.EqualTo((3, NoService, "")));
    }

    /// <summary>
    /// The same for one who follows a reader: the thread outlives the service, more than once, and sees the card when both are back.
    /// </summary>
    [Test]
    public void TheTwinsWatchOutlivesTheService()
    {
        using var card = _service.Insert("a.card");
        using var watch = _service.Start(Twin, "watch", Reader);
        for (int i = 0; i < 2; i++)
        {
            Assert.That(Line(watch, "Present"), Does.EndWith(Reader));
            _service.KillDaemon();
            Assert.That(Line(watch, "NoReader"), Does.EndWith(NoService));
            _service.StartDaemon();
        }

        Line(watch, "Present");
        watch.StandardInput.Close();
        watch.WaitForExit();
        Assert.That((watch.ExitCode, watch.StandardError.ReadToEnd()), Is.EqualTo((0, "")));
    }

    /// <summary>The longest answer of all, by short and extended Le, over pcscd: whole, and the card has done it once.</summary>
    [TestCase("800E000000")]
    [TestCase("800E0000000000")]
    public void TheTwinGetsTheLongestAnswer(string command)
    {
        using var card = InsertLongAnswers(_service);
        var sent = _service.Run(Twin, "send", Reader, "5", "00A4040005F000000001", command, "8005000101");
        Assert.That((sent.Code, sent.Error), Is.EqualTo((0, "")));
        var lines = sent.Output.TrimEnd().Split('\n');
        Assert.That(lines[2].Split(' '), Has.Length.EqualTo(ICardChannel.ResponseRoom));
        Assert.That(lines[2], Does.StartWith("01 5A 5A").And.EndsWith("5A 90 00"));
        Assert.That(lines[3], Is.EqualTo("01 90 00"));
        End(card);
    }

    /// <summary>This build's binding, in this process; and a caller without room for it is told before the card hears anything.</summary>
    [TestCase("800E000000")]
    [TestCase("800E0000000000")]
    public void OurOwnGetsTheLongestAnswer(string command)
    {
        using var service = new PcscService(forUs: true);
        using var inserted = InsertLongAnswers(service);
        using (var card = CardChannels.Open(Reader, new BclSuite(), TimeSpan.FromSeconds(10), _ => { }, CancellationToken.None))
        {
            var response = new byte[ICardChannel.ResponseRoom];
            card.Transmit(Convert.FromHexString("00A4040005F000000001"), response);
            Assert.That(() => card.Transmit(Convert.FromHexString(command), new byte[258]),
                Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(card.Transmit(Convert.FromHexString(command), response), Is.EqualTo(response.Length));
            Assert.That(Convert.ToHexString(response), Does.StartWith("015A5A").And.EndsWith("5A9000"), "done once");
            card.Dispose();
        }

        End(inserted);
    }

    private static Process InsertLongAnswers(PcscService service)
    {
        var card = service.StartInside(Twin, "insert");
        Assert.That(card.StandardOutput.ReadLine(), Is.EqualTo("Inserted"));
        return card;
    }

    private static void End(Process card)
    {
        card.StandardInput.Close();
        card.WaitForExit();
        Assert.That(card.ExitCode, Is.Zero, card.StandardError.ReadToEnd());
    }

    /// <summary>The next line that begins so.</summary>
    private static string Line(Process process, string begin)
    {
        while (true)
        {
            var read = process.StandardOutput.ReadLineAsync();
            string? line = read.Wait(TimeSpan.FromSeconds(20)) ? read.Result : throw new TimeoutException($"no line '{begin}'");
            if (line is null)
            {
                process.WaitForExit();
                Assert.Fail($"it ended with {process.ExitCode}: {process.StandardError.ReadToEnd()}");
            }

            if (line!.StartsWith(begin, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }
}
