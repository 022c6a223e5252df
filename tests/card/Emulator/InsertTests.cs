namespace HierCash.Tests.Pcsc;

/// <summary>hiercash-card insert: removal, reset, re-insertion, a vanished pcscd; what it records.</summary>
[Parallelizable]
public sealed class InsertTests
{
    private const string Select = "00A404000AF048494552434153480100";
    private PcscService _service = null!;

    [SetUp]
    public void Start()
    {
        _service = new PcscService();
        _service.Must("hiercash-card", "new", "a.card");
    }

    [TearDown]
    public void Stop() => _service.Dispose();

    [Test]
    public void AVanishedPcscdIsWaitedFor()
    {
        using var card = _service.Insert("a.card");
        Assert.That(Send(Select).Output, Does.Contain("9000 Done."));
        _service.KillDaemon();
        Assert.That(Send(Select).Error, Does.Contain("The PC/SC service does not run."));
        _service.StartDaemon();
        Assert.That(Eventually(() => Send(Select).Code == 0), "the card came back with the service, by itself");
        Assert.That(card.TakeOut(), Is.Zero, "SIGTERM takes it out cleanly");
    }

    [Test]
    public void InsertMayComeBeforePcscd()
    {
        _service.KillDaemon();
        using var process = _service.StartInside("hiercash-card", "insert", "a.card");
        Assert.That(process.StandardError.ReadLine(), Does.Contain("No vpcd listens at 127.0.0.1:35963."));
        _service.StartDaemon();
        Assert.That(process.StandardOutput.ReadLine(), Does.Contain("'a.card' is in slot 0."));
        process.Kill();
    }

    [Test]
    public void RemovalAndReinsertionAreSeen()
    {
        for (int i = 0; i < 3; i++)
        {
            using var card = _service.Insert("a.card", slot: 1);
            Assert.That(Eventually(() => Send(Select, "Virtual PCD 00 01").Code == 0));
            Assert.That(card.TakeOut(), Is.Zero);
            Assert.That(Eventually(() => Send(Select, "Virtual PCD 00 01").Code == 3));
        }
    }

    [Test]
    public void TheImageIsLockedWhileTheCardIsIn()
    {
        using var card = _service.Insert("a.card");
        var result = _service.Run("hiercash-card", "info", "a.card");
        Assert.That((result.Code, result.Error.Contains("in use by another program", StringComparison.Ordinal)), Is.EqualTo((3, true)));
    }

    [Test]
    public void ASecondCardForOneSlotIsToldSo()
    {
        _service.Must("hiercash-card", "new", "b.card");
        using var card = _service.Insert("a.card");
        using var second = _service.StartInside("hiercash-card", "insert", "b.card");
        Assert.That(second.StandardError.ReadLine(), Does.Contain("Slot 0 does not ask for the card. Another one is in it, most likely"));
        second.Kill();
    }

    /// <summary>What another program does with the card, as a trace without the PIN.</summary>
    [Test]
    public void ARecordingHoldsWhatPassedAndNoPin()
    {
        using (var card = _service.Insert("a.card", 0, "--record", "seen.apdu"))
        {
            _service.Must("opensc-tool", "-s", Select, "-s", "002000810830303030FFFFFFFF", "-s", "8010000000");
            card.TakeOut();
        }

        string text = File.ReadAllText(Path.Combine(_service.Folder, "seen.apdu"));
        Assert.That(text, Does.Contain("# SELECT F0484945524341534801").And.Contain("#!secret 00 20 00 81 08").And.Contain("# GET STATUS"));
        Assert.That(text.Replace(" ", "", StringComparison.Ordinal), Does.Not.Contain("30303030"));
        Assert.That(_service.Must("hiercash-card", "apdu", "run", "seen.apdu", "--pin", "0000"), Does.Contain("1 passed"));
    }

    private Consoles.ConsoleResult Send(string apdu, string reader = "Virtual PCD 00 00") =>
        _service.Run("hiercash-card", "apdu", "send", apdu, "--wait", "0", "--reader", reader);

    private static bool Eventually(Func<bool> condition)
    {
        for (int i = 0; i < 200; i++)
        {
            if (condition())
            {
                return true;
            }

            Task.Delay(100).Wait();
        }

        return false;
    }
}
