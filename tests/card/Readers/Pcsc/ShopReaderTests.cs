using System.Diagnostics;
using HierCash.Card.Readers;
using HierCash.Tests.Consoles;

namespace HierCash.Tests.Pcsc;

/// <summary>The first use of all: a card is put into a reader at a shop and pays.</summary>
[Parallelizable]
public sealed class ShopReaderTests
{
    private const string Reader = "Virtual PCD";
    private PcscService _service = null!;
    private NetworkTown _town = null!;

    [OneTimeSetUp]
    public void MakeTown()
    {
        _service = new PcscService(forUs: true);
        _town = new NetworkTown();
        _service.ShowIn(_town.Folder);
        _town.Must("hiercash-card", "new", "Alice.card");
        using var card = Insert("Alice.card");
        _town.OpenAccount("Alice", "1000.00", Reader);
        _town.Must("hiercash-wallet", "withdraw", "300.00", "--reader", Reader, "--pin", "0000", "--bank", _town.North.Address);
    }

    [OneTimeTearDown]
    public void EndTown()
    {
        _town.Dispose();
        _service.Dispose();
    }

    /// <summary>pcscd looks for cards every 0.4 s: one that was just taken out is still there for it.</summary>
    [SetUp]
    public void WaitUntilTheReaderIsEmpty()
    {
        using var watch = CardChannels.Watch(Reader);
        for (int i = 0; i < 300 && watch.Now.Presence != CardPresence.Empty; i++)
        {
            Task.Delay(20).Wait();
        }

        Assert.That(watch.Now.Presence, Is.EqualTo(CardPresence.Empty));
    }

    private InsertedCard Insert(string image) => _service.Insert(Path.Combine(_town.Folder, image));

    [Test]
    public void TheShopTakesThePayment()
    {
        long before = Balance();
        using (Insert("Alice.card"))
        {
            string said = _town.Must("hiercash-shop", "pay", "12.50", "--reader", Reader, "--dir", "cafe");
            Assert.That(said, Does.Contain("Paid 12.50 EUR. Thank you."));
            var claim = _town.Json("hiercash-shop", "pay", "1.00", "--profile", "Claim", "--reader", Reader, "--dir", "cafe");
            Assert.That(claim.GetProperty("paid").Minor(), Is.EqualTo(100));
            Assert.That(_town.Must("hiercash-wallet", "log", "--reader", Reader, "--pin", "0000"), Does.Contain("12.50 EUR"));
            Assert.That(_town.Json("hiercash-wallet", "balance", "--reader", Reader, "--pin", "0000").GetProperty("balance").Minor(),
                Is.EqualTo(before - 1350));
        }

        Assert.That(Balance(), Is.EqualTo(before - 1350));
    }

    [Test]
    public void ACardThatIsNotThereYetIsWaitedFor()
    {
        using var paying = ConsoleProcess.Start(_town.Folder, "hiercash-shop", "pay", "2.00", "--reader", Reader, "--dir", "cafe");
        Assert.That(paying.StandardError.ReadLine(), Is.EqualTo("Put the card into 'Virtual PCD 00 00' or 'Virtual PCD 00 01'."));
        using var card = Insert("Alice.card");
        Assert.That(paying.StandardOutput.ReadLine(), Does.StartWith("Paid 2.00 EUR"));
        paying.WaitForExit();
        Assert.That(paying.ExitCode, Is.Zero);
    }

    [Test]
    public void WaitingEndsWithSigterm()
    {
        using var paying = ConsoleProcess.Start(_town.Folder, "hiercash-shop", "pay", "2.00", "--reader", Reader, "--dir", "cafe");
        paying.StandardError.ReadLine();
        using (var kill = Process.Start("kill", ["-TERM", paying.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        Assert.That(paying.WaitForExit(TimeSpan.FromSeconds(5)));
        Assert.That(paying.ExitCode, Is.EqualTo(1));
    }

    /// <summary>The till sees the card come and go, and does not take the next customer's money from the last one's card.</summary>
    [Test]
    public void TheTillSeesInsertionAndRemoval()
    {
        string session = $"reader-{Environment.ProcessId}";
        using var screen = new TillScreenReader(_town.Folder, session, $"hiercash-shop till --reader '{Reader}' --dir cafe --settle 1");
        screen.Expect("empty", "Amount", "no card in Virtual PCD 00 00 or Virtual PCD 00 01");
        screen.Keys("12.50");
        screen.Keys("Enter");
        screen.Expect("waiting for the card", "Insert the card");
        using (Insert("Alice.card"))
        {
            screen.Expect("paid", "PAID", "Paid 12.50 EUR. Thank you.", "card in Virtual PCD 00 00");
            screen.Keys("1.00");
            screen.Keys("Enter");
            screen.Expect("left in the reader", "Insert the card", "Take the last card out first.");
        }

        screen.Expect("removed", "no card in Virtual PCD 00 00");
        using (Insert("Alice.card"))
        {
            screen.Expect("paid again", "PAID", "Paid 1.00 EUR. Thank you.");
        }

        _service.KillDaemon();
        screen.Expect("the service is gone", "The PC/SC service does not run.");
        _service.StartDaemon();
        screen.Expect("and comes back", "no card in Virtual PCD 00 00");
        screen.Keys("C-c");
        screen.ExpectGone();
    }

    private long Balance()
    {
        var said = _town.Json("hiercash-wallet", "balance", "--reader", "emulator:Alice.card", "--pin", "0000");
        return said.GetProperty("balance").Minor();
    }
}
