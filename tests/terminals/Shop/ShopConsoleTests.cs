using System.Diagnostics;
using HierCash.Tests.Faults;
using Microsoft.Data.Sqlite;

namespace HierCash.Tests.Consoles;

/// <summary>
/// A shop at its console on a bad day: money that is held, a clock that ran ahead, a full disk, and somebody who changes their mind at a
/// prompt.
/// </summary>
[Parallelizable]
public sealed class ShopConsoleTests
{
    private static readonly string[] Alice = ["--reader", "emulator:Alice.card"];
    private NetworkTown _town = null!;

    [OneTimeSetUp]
    public void MakeTown()
    {
        _town = new NetworkTown();
        _town.OpenAccount("Alice", "200.00");
        _town.Must("hiercash-wallet", ["withdraw", "150.00", .. Alice, "--pin", "0000", "--bank", _town.North.Address]);
    }

    [OneTimeTearDown]
    public void EndTown() => _town.Dispose();

    /// <summary>
    /// Above the floor limit while the issuer is away: the card is short, and every screen says so until 'cancel' has ended it.
    /// </summary>
    [Test, Rule(4), Hole(12)]
    public void HeldMoneyIsShownAndCancelled()
    {
        long before = Balance();
        _town.Issuer.Kill();
        var paid = _town.Run("hiercash-shop", ["pay", "60,00", .. Alice, "--pin", "1111", "--dir", "cafe"]);
        Assert.That((paid.Code, paid.Output), Is.EqualTo((3, "")), paid.Error);
        Assert.That(Balance(), Is.EqualTo(before - 6000));
        var held = _town.Json("hiercash-shop", "status", "--dir", "cafe");
        Assert.That((held.GetProperty("held").Minor(), held.GetProperty("owed").Minor(), held.GetProperty("accepted").Minor()),
            Is.EqualTo((6000L, 0L, 0L)));
        string receipt = held.GetProperty("heldPayments")[0].GetProperty("time").GetString()!;
        var waits = held.GetProperty("waits").EnumerateArray().Single(w => w.GetProperty("kind").GetString() == "heldPayment");
        Assert.That((waits.GetProperty("what").GetString(), waits.GetProperty("since").GetString()),
            Is.EqualTo(("60.00 EUR that a card signed", receipt)));
        Assert.That(waits.GetProperty("reason").GetString(), Is.EqualTo("The issuer has not answered."));
        Assert.That(waits.GetProperty("ends").GetString(), Does.StartWith($"'hiercash-shop cancel {receipt}' ends it"));
        string cancel = $"'hiercash-shop cancel {receipt}'";
        Assert.That(paid.Error, Does.Contain("The issuer does not answer").And.Contain(cancel));
        Assert.That(
            _town.Must("hiercash-shop", "status", "--dir", "cafe"),
            Does.Contain("Held 60.00 EUR, which is neither the shop's nor on the card:")
                .And.Contain($"waits for the issuer; {cancel} ends it."));
        Assert.That(_town.Must("hiercash-shop", "explain", receipt, "--dir", "cafe"),
            Does.Contain("waits for the issuer").And.Contain(cancel).And.Contain("Held: the issuer may have it."));

        // It may have been sent: no S_W before the issuer's answer.
        var away = _town.Run("hiercash-shop", ["cancel", receipt, .. Alice, "--dir", "cafe"]);
        Assert.That((away.Code, away.Error.Contains("the card gets its money back after its answer", StringComparison.Ordinal)),
            Is.EqualTo((3, true)), away.Error);
        Assert.That(Balance(), Is.EqualTo(before - 6000));
        Assert.That(_town.Must("hiercash-shop", "status", "--dir", "cafe"),
            Does.Contain("given up; 'hiercash-shop settle' asks the issuer"));
        _town.Issuer.Start();
        _town.Must("hiercash-shop", "settle", "--dir", "cafe");
        Assert.That(_town.Must("hiercash-shop", "status", "--dir", "cafe"),
            Does.Contain("Nothing is held.").And.Contain("Cards get back 60.00 EUR"));
        Assert.That(_town.Must("hiercash-shop", ["cancel", receipt, .. Alice, "--dir", "cafe"]),
            Does.Contain("60.00 EUR are on the card again."));
        Assert.That(Balance(), Is.EqualTo(before));
        Assert.That(_town.Must("hiercash-shop", "status", "--dir", "cafe"),
            Does.Contain("Nothing is held.").And.Not.Contain("Cards get back"));
        Assert.That(_town.Must("hiercash-shop", "explain", receipt, "--dir", "cafe"), Does.Contain("The card has it."));
        _town.AssertAudits();
    }

    /// <summary>
    /// Somebody's clock is 30 hours ahead: wallet and shop stop before anything is signed, and go on where somebody says so.
    /// </summary>
    [Test, Rule(26)]
    public void WhoKnowsThatHisClockIsRightGoesOn()
    {
        using var clock = new SharedNumbers(Path.Combine(_town.Folder, "ahead"), 1);
        clock[0] = (int)TimeSpan.FromHours(30).TotalSeconds;
        string[] wallet = [.. Alice, "--pin", "0000", "--bank", _town.North.Address];
        foreach (string[] command in new string[][] { ["hiercash-wallet", "withdraw", "1.00", .. wallet],
            ["hiercash-shop", "settle", "--dir", "cafe"] })
        {
            ConsoleResult Ahead(params string[] more) =>
                _town.Run("env", [$"LD_PRELOAD={FaultTools.WrongClock}", $"HIERCASH_CLOCK={clock.Path}", .. command, .. more]);
            if (command[0] == "hiercash-shop")
            {
                _town.Must("hiercash-shop", ["pay", "1.00", .. Alice, "--dir", "cafe"]);
            }

            var stopped = Ahead();
            Assert.That((stopped.Code, stopped.Error.Contains("Nothing was signed. Set the wrong clock right", StringComparison.Ordinal)),
                Is.EqualTo((1, true)), stopped.Error);
            Assert.That(Ahead("--despite-clock").Error, Does.Not.Contain("Nothing was signed."), "the other side has the last word");
        }

        _town.Must("hiercash-wallet", ["resume", "--all", .. wallet]);
        _town.Must("hiercash-shop", "settle", "--dir", "cafe");
        _town.AssertAudits();
    }

    /// <summary>
    /// A till that forgot what a card signed, as if the card had gone before its answer: the card is asked, and has its money back.
    /// </summary>
    [Test, Rule(31)]
    public void TheCardIsAskedForAnOpenTicket()
    {
        long before = Balance();
        string receipt = _town.Json("hiercash-shop", ["pay", "2.00", .. Alice, "--dir", "cafe"]).GetProperty("time").GetString()!;
        using (var store = new SqliteConnection($"Data Source={Path.Combine(_town.Folder, "cafe", "shop.db")};Pooling=False"))
        {
            store.Open();
            using var forget = store.CreateCommand();
            forget.CommandText = "DELETE FROM part WHERE time = (SELECT max(time) FROM ticket); UPDATE ticket SET state = 'Open', accepted "
                + "= 0 WHERE time = (SELECT max(time) FROM ticket)";
            Assert.That(forget.ExecuteNonQuery(), Is.EqualTo(2));
        }

        Assert.That(_town.Must("hiercash-shop", "tickets", "--dir", "cafe"),
            Does.StartWith(receipt).And.Contain("2.00 EUR").And.Contain("'hiercash-shop tickets ask'"));
        Assert.That(_town.Json("hiercash-shop", ["tickets", "ask", .. Alice, "--dir", "cafe"]).GetProperty("givenBack").Minor(),
            Is.EqualTo(200));
        Assert.That(Balance(), Is.EqualTo(before));
        Assert.That(_town.Must("hiercash-shop", "tickets", "--dir", "cafe"), Does.Contain("No card went before its answer came."));
    }

    /// <summary>What is settled before OK is called settled, and what waits is called queued.</summary>
    [Test]
    public void AReceiptSaysWhetherItIsSettled()
    {
        _town.AddShop("Jeweller", "jeweller");
        Assert.That(_town.Must("hiercash-shop", ["pay", "1.00", .. Alice, "--dir", "jeweller"]),
            Does.EndWith("; queued for settlement.\n"));
        _town.Must("hiercash-shop", "settle", "--dir", "jeweller");
        string receipt = _town.Must("hiercash-shop", ["pay", "60.00", .. Alice, "--pin", "1111", "--dir", "jeweller"]);
        Assert.That(receipt, Does.EndWith("; settled with the issuer.\n"));
        Assert.That(_town.Must("hiercash-shop", "status", "--dir", "jeweller"), Does.Contain("Queued 0.00 EUR."));
        _town.Must("hiercash-shop", ["refund", receipt.Split("Receipt ")[1].Split(';')[0], .. Alice, "--dir", "jeweller"]);
    }

    /// <summary>
    /// The issuer changed its coin key after this till's last visit: the till says what it knows and the way on; where the issuer answers,
    /// it asks by itself.
    /// </summary>
    [Test, Hole(22)]
    public void MoneyOfANewKeyIsTakenOnceTheIssuerWasAsked()
    {
        string[] rita = ["--reader", "emulator:Rita.card"];
        _town.OpenAccount("Rita", "10.00");
        _town.AddShop("Bakery", "bakery");
        _town.Must("hiercash-issuer", "rotate", "coin", "--dir", "issuer");

        // The bank may hand on an answer under the new key before it has fetched its certificate: then the withdrawal is gone on with.
        long Has() => _town.Json("hiercash-wallet", ["balance", .. rita, "--pin", "0000"]).GetProperty("balance").Minor();
        _town.Run("hiercash-wallet", ["withdraw", "5.00", .. rita, "--pin", "0000", "--bank", _town.North.Address]);
        var started = Stopwatch.GetTimestamp();
        while (Has() != 500)
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(TimeSpan.FromSeconds(30)), "the withdrawal is gone on with");
            _town.Run("hiercash-wallet", ["resume", .. rita, "--pin", "0000", "--bank", _town.North.Address]);
        }

        _town.Issuer.Kill();
        foreach (string profile in new[] { "Fast", "Claim" })
        {
            var refused = _town.Run("hiercash-shop", ["pay", "1.00", .. rita, "--profile", profile, "--dir", "bakery"]);
            Assert.That((refused.Code, refused.Output), Is.EqualTo((1, "")));
            Assert.That(refused.Error, Does.Contain(
                "This till does not know the key that signed the card's cash. Run 'hiercash-shop settle'"));
        }

        _town.Issuer.Start();
        Assert.That(_town.Must("hiercash-shop", ["pay", "1.00", .. rita, "--dir", "bakery"]), Does.StartWith("Paid 1.00 EUR."));
        Assert.That(Has(), Is.EqualTo(400), "paid once");
        _town.Must("hiercash-shop", "settle", "--dir", "bakery");
        _town.AssertAudits();
    }

    /// <summary>
    /// Beside the till's screen, which holds the folder: whoever only looks needs not stop it, whoever changes something does.
    /// </summary>
    [Test]
    public void LookingNeedsNoTillToBeStopped()
    {
        string receipt = _town.Json("hiercash-shop", ["pay", "1.00", .. Alice, "--dir", "cafe"]).GetProperty("time").GetString()!;
        using var screen = new FileStream(Path.Combine(_town.Folder, "cafe", "shop.lock"), FileMode.Open, FileAccess.ReadWrite,
            FileShare.None);
        Assert.That(_town.Must("hiercash-shop", "status", "--dir", "cafe"), Does.StartWith("Till "));
        Assert.That(_town.Must("hiercash-shop", "journal", "--dir", "cafe"), Does.Contain(receipt));
        Assert.That(_town.Must("hiercash-shop", "explain", receipt, "--dir", "cafe"), Does.Contain("1.00 EUR"));
        foreach (string[] line in new string[][] { ["refund", receipt, .. Alice], ["pay", "1.00", .. Alice] })
        {
            var refused = _town.Run("hiercash-shop", [.. line, "--dir", "cafe"]);
            Assert.That((refused.Code, refused.Error),
                Is.EqualTo((1, "Another process serves the shop in 'cafe'. Stop that one first.\n")));
        }
    }

    /// <summary>
    /// The issuer hangs: its process is stopped, and its connections stay. A settlement waits for it, and the till goes on selling
    /// meanwhile; a second settlement is told of the first. Then everything is settled once.
    /// </summary>
    [Test, Rule(31)]
    public void AShopSellsWhileASettlementWaitsForAHungIssuer()
    {
        _town.AddShop("Corner", "corner");
        _town.Must("hiercash-shop", "settle", "--dir", "corner");
        _town.Must("hiercash-shop", ["pay", "1.00", .. Alice, "--dir", "corner"]);
        long before = Balance();
        _town.Issuer.Signal("STOP");
        using var settling = ConsoleProcess.Start(_town.Folder, "hiercash-shop", "settle", "--dir", "corner");
        try
        {
            // It has its lock when it says whom it waits for.
            Assert.That(settling.StandardError.ReadLine(), Does.Contain("issuer"));
            for (int i = 0; i < 2; i++)
            {
                Assert.That(_town.Must("hiercash-shop", ["pay", "1.00", .. Alice, "--dir", "corner"]),
                    Does.StartWith("Paid 1.00 EUR.").And.Contain("queued for settlement"));
            }

            var second = _town.Run("hiercash-shop", "settle", "--dir", "corner");
            Assert.That((second.Code, second.Error),
                Is.EqualTo((1, "Another process settles the shop in 'corner', and sends all that is queued. Wait until it is done.\n")));
        }
        finally
        {
            _town.Issuer.Signal("CONT");
        }

        string said = settling.StandardOutput.ReadToEnd();
        settling.WaitForExit();
        Assert.That((settling.ExitCode, said.Contains("0 refused, 0 still queued.", StringComparison.Ordinal)), Is.EqualTo((0, true)),
            said);
        _town.Must("hiercash-shop", "settle", "--dir", "corner");
        var status = _town.Json("hiercash-shop", "status", "--dir", "corner");
        Assert.That((Balance(), status.GetProperty("queued").Minor()), Is.EqualTo((before - 200, 0L)));
        Assert.That(status.GetProperty("settled").Minor(), Is.EqualTo(status.GetProperty("accepted").Minor()));
    }

    /// <summary>
    /// The machine's clock ran 40 days ahead for one payment. The old folder takes nothing more, settles and refunds; a further till takes
    /// the next.
    /// </summary>
    [Test, Rule(21)]
    public void ATillWhoseClockRanAheadSaysSoAndWhatToDo()
    {
        _town.AddShop("Kiosk", "kiosk");
        string receipt = _town.Json("hiercash-shop", ["pay", "2.00", .. Alice, "--dir", "kiosk"]).GetProperty("time").GetString()!;
        using (var store = new SqliteConnection($"Data Source={Path.Combine(_town.Folder, "kiosk", "shop.db")};Pooling=False"))
        {
            store.Open();
            using var ahead = store.CreateCommand();
            ahead.CommandText = "UPDATE till SET last_time = last_time + 40 * 86400000000";
            Assert.That(ahead.ExecuteNonQuery(), Is.EqualTo(1));
        }

        long before = Balance();
        var refused = _town.Run("hiercash-shop", ["pay", "2.00", .. Alice, "--dir", "kiosk"]);
        Assert.That((refused.Code, refused.Output), Is.EqualTo((1, "")));
        Assert.That(refused.Error, Does.Match("^This till takes no payment for (38 days and 23|39 days and 0) hours, until ")
            .And.Contain("'hiercash-shop init'").And.Contain("still settles, refunds and cancels"));
        Assert.That(refused.Error.Trim().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(_town.Must("hiercash-shop", "status", "--dir", "kiosk"), Does.Match("This till takes no payment for 3[89] days"));
        Assert.That(_town.Json("hiercash-shop", "status", "--dir", "cafe").GetProperty("takesNone").ValueKind,
            Is.EqualTo(System.Text.Json.JsonValueKind.Null));
        Assert.That(Balance(), Is.EqualTo(before));

        _town.Must("hiercash-shop", "settle", "--dir", "kiosk");
        _town.Must("hiercash-shop", ["refund", receipt, .. Alice, "--dir", "kiosk"]);
        Assert.That(Balance(), Is.EqualTo(before + 200), "the old key still settles and takes back");
        _town.AddShop("Kiosk", "kiosk2");
        _town.Must("hiercash-shop", ["pay", "3.00", .. Alice, "--dir", "kiosk2"]);
        Assert.That(_town.Must("hiercash-shop", "settle", "--dir", "kiosk2"), Does.StartWith("1 payment settled"));
    }

    /// <summary>The request of 'init' went to a full disk: the party is there, and prints it again.</summary>
    [TestCase("hiercash-bank", "bank")]
    [TestCase("hiercash-shop", "shop")]
    public void TheRequestOfInitIsPrintedAgain(string console, string role)
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Ignore("This system has no /dev/full.");
        }

        var full = Shell($"{console} init --name Lost --dir lost-{role} > /dev/full");
        Assert.That((full.Code, full.Error.Contains($"'{console} request --dir lost-{role}' prints it again.", StringComparison.Ordinal)),
            Is.EqualTo((1, true)), full.Error);
        string request = _town.Must(console, "request", "--dir", $"lost-{role}");
        Assert.That(request, Does.StartWith("-----BEGIN HIERCASH REQUEST-----"));
        Assert.That(_town.Must(console, "request", "--dir", $"lost-{role}"), Has.Length.EqualTo(request.Length),
            "for the same key, as often as it is wanted");
        File.WriteAllText(Path.Combine(_town.Folder, $"lost-{role}.request"), request);
        if (role == "bank")
        {
            Assert.That(_town.Must("hiercash-issuer", "enrol", "bank", "lost-bank.request", "--dir", "issuer"),
                Does.StartWith("-----BEGIN HIERCASH GRANT-----"));
        }
    }

    /// <summary>Whatever becomes of the output, the exit code is one of the four.</summary>
    [TestCase("hiercash-shop status --dir cafe > /dev/full", 1)]
    [TestCase("hiercash-shop status --dir cafe --json > /dev/full", 1)]
    [TestCase("hiercash-shop --help > /dev/full", 1)]
    [TestCase("hiercash-shop nonsense 2> /dev/full", 2)]
    [TestCase("hiercash-shop status --dir nowhere 2> /dev/full", 1)]
    [TestCase("hiercash-shop journal --dir cafe >&-", null)]
    [TestCase("(hiercash-shop status --dir cafe; echo $? >&2) | true", 0)]
    public void NoOutputNoUnknownCode(string line, int? code)
    {
        var said = Shell(line);
        Assert.That(said.Code, code is null ? Is.InRange(0, 3) : Is.EqualTo(code), said.Error);
        Assert.That(said.Error, Does.Not.Contain("   at ").And.Not.Contain("Unhandled").And.Not.Contain("134"));
    }

    /// <summary>Ctrl-C at a prompt ends the program at once, with its exit code, and what is typed then is no PIN.</summary>
    [TestCase("balance", "Holder PIN:")]
    [TestCase("pin change --pin 0000", "New holder PIN, 4 to 8 digits:")]
    public void CtrlCAtAPromptEndsAtOnce(string command, string prompt)
    {
        using var screen = new TillScreenReader(
            _town.Folder, $"prompt-{command.Length}-{Environment.ProcessId}",
            $"hiercash-wallet {command} --reader emulator:Alice.card; echo \"code $?\"; sleep 20");
        screen.Expect("asked", prompt);
        screen.Keys("12");
        var told = Stopwatch.GetTimestamp();
        screen.Keys("C-c");
        string end = screen.Expect("ended", "Stopped.", "code 1");
        Assert.That(Stopwatch.GetElapsedTime(told), Is.LessThan(TimeSpan.FromSeconds(8)), "it took 9 seconds");
        Assert.That(end, Does.Not.Contain("12"));
    }

    private ConsoleResult Shell(string line) => ConsoleProcess.Run(_town.Folder, "sh", "-c", line);

    private long Balance() => _town.Json("hiercash-wallet", ["balance", .. Alice, "--pin", "0000"]).GetProperty("balance").Minor();
}
