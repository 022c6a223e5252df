using HierCash.Tests.Pcsc;

namespace HierCash.Tests.Interop;

/// <summary>
/// A terminal, an issuer and a bank in Python (pyscard, python3-cryptography), written from apdu-spec alone, against a card in a PC/SC
/// reader. Debian's Python, because these packages are Debian's.
/// </summary>
[Parallelizable]
public sealed class InteropTests
{
    private const string Python = "/usr/bin/python3";
    private const int Apdus = 40_000;
    private PcscService _service = null!;

    [OneTimeSetUp]
    public void Start() => _service = new PcscService();

    [OneTimeTearDown]
    public void Stop() => _service.Dispose();

    [Test]
    public void EveryVectorIsWhatTheProseSays()
    {
        var result = _service.Run(Python, Script("vectors.py"));
        Assert.That(result.Code, Is.Zero, result.Output + result.Error);
        Assert.That(result.Output, Does.Contain($"{Vectors.SpecVectors.Names.Count} vectors are what the prose says"));
    }

    /// <summary>
    /// Personalises, withdraws, pays, stops at a bad S_I (rule R14), verifies S_I and S_U, computes E_I again, voids, releases, reads the
    /// log.
    /// </summary>
    [Test]
    public void AStrangersTerminalUsesTheCardFromFirstToLast()
    {
        using var card = Insert("client.card");
        var result = _service.Run(Python, Script("client.py"), "Virtual PCD 00 00");
        TestContext.Out.WriteLine(result.Output);
        Assert.That(result.Code, Is.Zero, result.Output + result.Error);
        Assert.That(result.Output, Does.Contain("all as apdu-spec says")
            .And.Contain("ok: after a bad S_I nothing is sent: neither e nor PAY"));
    }

    [Test]
    public void ManyRandomApdusAreAnsweredAndTheCardPaysAfterwards()
    {
        using var card = Insert("fuzz.card");
        var result = _service.Run(Python, Script("fuzz.py"), "Virtual PCD 00 00",
            Apdus.ToString(System.Globalization.CultureInfo.InvariantCulture));
        TestContext.Out.WriteLine(result.Output);
        Assert.That(result.Code, Is.Zero, result.Output + result.Error);
        Assert.That(result.Output, Does.Contain($"{Apdus} APDUs").And.Contain("then the card paid"));
    }

    private InsertedCard Insert(string image)
    {
        _service.Must("hiercash-card", "new", image);
        return _service.Insert(image);
    }

    private static string Script(string name) => Repository.PathOf("tests", "Interop", name);
}
