using HierCash.Tests.Pcsc;

namespace HierCash.Tests.Consoles;

/// <summary>What a new user gets wrong: each answer says what was wrong and what to do, and has the documented exit code.</summary>
[Parallelizable]
public sealed partial class WrongInvocationTests
{
    private static NetworkTown _town = null!;

    [OneTimeSetUp]
    public void MakeTown()
    {
        PcscService.HideFromChildren();
        _town = new NetworkTown();
        _town.OpenAccount("Alice", "100.00");
        _town.Must("hiercash-card", "new", "blank.card");

        // For the table, whose consoles run side by side: those of the bank's counter, and the shop's.
        _town.OpenAccount("Zoe", "1.00");
        _town.Must("hiercash-card", "new", "counter.card");
        _town.Must("hiercash-card", "new", "empty.card");
        _town.Must("hiercash-wallet", "withdraw", "20.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            _town.North.Address);
        File.WriteAllText(Path.Combine(_town.Folder, "noise.txt"), "no enrolment at all");
        File.WriteAllBytes(Path.Combine(_town.Folder, "noise.card"), new byte[5000]);
        _town.Must("hiercash-bank", "init", "--name", "East", "--dir", "east");
        _town.Must("hiercash-issuer", "init", "--dir", "spare");
        Directory.CreateDirectory(Path.Combine(_town.Folder, "taken", "town"));
        Directory.CreateDirectory(Path.Combine(_town.Folder, "dangling"));
        File.CreateSymbolicLink(Path.Combine(_town.Folder, "dangling", "shop.json"), "nowhere.json");
    }

    [OneTimeTearDown]
    public void EndTown() => _town.Dispose();

    /// <summary>An address where somebody listens and says nothing: who waits reads for whom, once.</summary>
    [Test]
    public void WhoIsWaitedForIsSaid()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var result = _town.Run("hiercash-wallet", "notices", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            $"{silent.LocalEndpoint}");
        Assert.That((result.Code, result.Output), Is.EqualTo((3, "")));
        Assert.That(result.Waited, Is.EqualTo($"Waiting for the bank at {silent.LocalEndpoint} ...\n"));
        Assert.That(result.Error, Is.EqualTo(
            $"Could not reach the bank at {silent.LocalEndpoint}. Is it running, and is the address right?\n"));
    }

    // Console and arguments, exit code, what the sentence has to hold.
    [TestCase("hiercash-issuer", 2, "Required command")]
    [TestCase("hiercash-issuer frobnicate", 2, "frobnicate")]
    [TestCase("hiercash-issuer init --currency XYZ --dir new1", 2, "'XYZ' is not a currency")]
    [TestCase("hiercash-issuer init --excess Maybe --dir new2", 2, "Maybe")]
    [TestCase("hiercash-issuer init --g 9 --dir new2", 2, "'9' is nothing that --g knows")]
    [TestCase("hiercash-issuer init --dir issuer", 1, "there and not empty")]
    [TestCase("hiercash-issuer status --dir nowhere", 1, "no issuer in 'nowhere'")]
    [TestCase("hiercash-issuer serve --dir issuer", 1, "Another process serves")]
    [TestCase("hiercash-issuer serve --listen nonsense --dir issuer", 2, "no address and port")]
    [TestCase("hiercash-issuer serve --cycle 0 --dir issuer", 2, "at least 1 second")]
    [TestCase("hiercash-issuer serve --cycle often --dir issuer", 2, "often")]
    [TestCase("hiercash-issuer enrol bank missing.request --dir issuer", 1, "cannot be read")]
    [TestCase("hiercash-issuer enrol bank noise.txt --dir issuer", 1, "holds no HIERCASH REQUEST")]
    [TestCase("hiercash-issuer enrol bank cafe.request --dir issuer", 1, "request of a shop")]
    [TestCase("hiercash-issuer enrol shop cafe.request --dir issuer", 1, "names no account")]
    [TestCase("hiercash-issuer enrol shop north.request --dir issuer", 1, "request of a bank")]
    [TestCase("hiercash-issuer enrol bank north.request --cap lots --dir issuer", 2, "not an amount")]
    [TestCase("hiercash-issuer enrol bank north.request --cap 5.00 --dir issuer", 1, "cap of 1000000.00 EUR, and that stays. 'hiercash-issuer cap 1 AMOUNT' sets another")]
    [TestCase("hiercash-issuer cap north --dir issuer", 2, "AMOUNT")]
    [TestCase("hiercash-issuer cap north lots --dir issuer", 2, "not an amount")]
    [TestCase("hiercash-issuer cap north -1 --dir issuer", 2, "-1")]
    [TestCase("hiercash-issuer cap north 92233720368547758.08 --dir issuer", 2, "The most that a ledger holds is 92233720368547758.07.")]
    [TestCase("hiercash-issuer watch --every often --dir issuer", 2, "'often' is no number of seconds. Give one such as 10.")]
    [TestCase("hiercash-issuer revoke bank north --dir issuer", 2, "'north' is no bank's number. Give one such as 1.")]
    [TestCase("hiercash-bank rebut abcd nosuch --dir north", 1, "0 cases begin with 'abcd'")]
    [TestCase("hiercash-bank lost nosuch --dir north", 1, "There is no file 'nosuch'.")]
    [TestCase("hiercash-shop answer deadbee --out a --dir cafe", 2, "at least 8 hexadecimal digits")]
    [TestCase("hiercash-shop answer deadbeef --out a --dir cafe", 1, "took no payment whose id begins with 'deadbeef'")]
    [TestCase("hiercash-auditor audit --issuer issuer/issuer.db --bank north/bank.db --bank ./north/bank.db --root north.grant", 2, "is given twice")]
    [TestCase("hiercash-auditor audit --issuer issuer/issuer.db --root north.grant --seen north", 2, "'north' cannot be used for --seen")]
    [TestCase("hiercash-auditor audit --issuer issuer/issuer.db --root north.grant --seen north/bank.db", 2, "cannot be used for --seen")]
    [TestCase("hiercash-auditor audit --issuer north/bank.db --root north.grant", 1, "is no issuer's database")]
    [TestCase("hiercash-auditor audit --issuer issuer/issuer.db --bank cafe/shop.db --root north.grant", 1, "is no bank's database")]
    [TestCase("hiercash-issuer cap west 5.00 --dir issuer", 1, "no bank 'west'")]
    [TestCase("hiercash-bank init --dir new3", 2, "--name")]
    [TestCase("hiercash-shop init --dir new4 --name xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 2, "1 to 64 bytes")]
    [TestCase("hiercash-bank accounts --dir east", 1, "not enrolled")]
    [TestCase("hiercash-bank accounts --dir issuer", 1, "no bank in 'issuer'")]
    [TestCase("hiercash-bank join north.grant --dir south", 1, "for another key")]
    [TestCase("hiercash-bank join north.grant --fingerprint 00 --dir north", 1, "Do not join it")]
    [TestCase("hiercash-bank join north.request --dir north", 1, "holds no HIERCASH GRANT")]
    [TestCase("hiercash-bank join north.grant --issuer host:port --dir north", 2, "no host and port")]
    [TestCase("hiercash-bank deposit Bob 5.00 --dir north", 1, "no account 'Bob'")]
    [TestCase("hiercash-bank deposit Alice -5.00 --dir north", 2, "-5.00")]
    [TestCase("hiercash-bank deposit Alice 5.005 --dir north", 2, "3 decimals")]
    [TestCase("hiercash-bank statement Bob --dir north", 1, "no account 'Bob'")]
    [TestCase("hiercash-bank open-account Alice --letter a.letter --reader emulator:blank.card --dir north", 1, "with another card")]
    [TestCase("hiercash-bank open-account Carol --letter c.letter --reader emulator:missing.card --dir north", 3, "no card image")]
    [TestCase("hiercash-bank open-account Carol --letter c.letter --dir north", 3, "--reader emulator:FILE")]
    [TestCase("hiercash-bank enrol-shop north.request --dir south", 1, "no shop's request")]
    [TestCase("hiercash-shop pay --dir cafe", 2, "AMOUNT")]
    [TestCase("hiercash-shop pay 0 --reader emulator:Alice.card --dir cafe", 2, "zero")]
    [TestCase("hiercash-shop pay 1e9 --reader emulator:Alice.card --dir cafe", 2, "not an amount")]
    [TestCase("hiercash-shop pay 12.345 --reader emulator:Alice.card --dir cafe", 2, "3 decimals")]
    [TestCase("hiercash-shop pay 99999999999 --reader emulator:Alice.card --dir cafe", 2, "too large")]
    [TestCase("hiercash-shop pay 25.00 --reader emulator:Alice.card --dir cafe", 1, "balance is too small")]
    [TestCase("hiercash-shop pay 1.00 --reader emulator:noise.card --dir cafe", 3, "not a card image")]
    [TestCase("hiercash-shop pay 1.00 --reader Gemalto --dir cafe", 3, "emulator:FILE")]
    [TestCase("hiercash-shop pay 1.00 --reader emulator: --dir cafe", 3, "Which card image?")]
    [TestCase("hiercash-shop pay 1.00 --wait long --reader emulator:Alice.card --dir cafe", 2, "no number of seconds")]
    [TestCase("hiercash-card insert missing.card", 3, "no card image")]
    [TestCase("hiercash-card insert blank.card --slot 7", 2, "slots 0 to 1")]
    [TestCase("hiercash-card insert blank.card --vpcd 127.0.0.1:high", 2, "no host and port")]
    [TestCase("hiercash-card insert blank.card --record noise.txt", 1, "there already")]
    [TestCase("hiercash-card apdu send 00A4 --reader emulator:missing.card", 3, "no card image")]
    [TestCase("hiercash-card apdu send 00A --reader emulator:blank.card", 2, "even number of hexadecimal digits")]
    [TestCase("hiercash-card apdu send", 2, "Required argument")]
    [TestCase("hiercash-card apdu run nowhere", 1, "no trace and no folder")]
    [TestCase("hiercash-card apdu run issuer", 1, "holds no traces")]
    [TestCase("hiercash-card apdu run noise.txt --card blank.card --reader Virtual", 2, "not both")]
    [TestCase("hiercash-card apdu run noise.txt --pin 1", 2, "4 to 8 digits")]
    [TestCase("hiercash-shop pay 1.00 --profile Slow --reader emulator:Alice.card --dir cafe", 2, "Slow")]
    [TestCase("hiercash-wallet withdraw 5.00 --reader emulator:Alice.card --pin 0000 --bank 127.0.0.1:1", 3, "Could not reach the bank at 127.0.0.1:1")]
    [TestCase("hiercash-wallet withdraw 5.00 --reader emulator:Alice.card --pin 0000 --bank ISSUER", 3, "that of issuer 1")]
    [TestCase("hiercash-wallet withdraw 5.00 --reader emulator:Alice.card --pin 0000 --bank SOUTH", 3, "it is bank 2, and your card's bank is number 1. Nothing was sent.")]
    [TestCase("hiercash-wallet redeem --reader emulator:Alice.card --pin 0000 --bank SOUTH", 3, "Give the address of bank 1.")]
    [TestCase("hiercash-wallet notices --reader emulator:Alice.card --pin 0000 --bank SOUTH", 3, "it is bank 2")]
    [TestCase("hiercash-wallet withdraw 500.00 --reader emulator:Alice.card --pin 0000 --bank NORTH", 1, "balance is too small")]
    [TestCase("hiercash-wallet withdraw 5.00 --same-key 16 --reader emulator:Alice.card --pin 0000 --bank NORTH", 2, "and no slot 16")]
    [TestCase("hiercash-wallet withdraw 5.00 --same-key 7 --reader emulator:Alice.card --pin 0000 --bank NORTH", 1, "Slot 7 holds no coin whose key could be used again")]
    [TestCase("hiercash-wallet withdraw 5.00 --same-key 0 --issuer-keyed --reader emulator:Alice.card --pin 0000 --bank NORTH", 2, "not both")]
    [TestCase("hiercash-wallet withdraw 5.00 --same-key first --reader emulator:Alice.card --pin 0000 --bank NORTH", 2, "'first' is no slot of the card. Give one such as 0.")]
    [TestCase("hiercash-wallet withdraw 5.00 --issuer-keyed --reader emulator:Alice.card --pin 0000 --bank NORTH", 1, "it makes no keys for users")]
    [TestCase("hiercash-wallet rebut --dir nosuch --reader emulator:Alice.card --pin 0000 --bank NORTH", 1, "There is no folder 'nosuch'")]
    [TestCase("hiercash-wallet withdraw 5.00 --reader emulator:Alice.card --pin 12", 2, "4 to 8 digits")]
    [TestCase("hiercash-wallet balance --reader emulator:Alice.card --pin 9999", 1, "2 tries are left")]
    [TestCase("hiercash-wallet balance --reader emulator:Alice.card", 2, "HIERCASH_PIN")]
    [TestCase("hiercash-wallet balance --reader emulator:blank.card --pin 0000", 1, "belongs to no bank")]
    [TestCase("hiercash-wallet pin change --pin 0000 --reader emulator:Alice.card", 2, "'New holder PIN, 4 to 8 digits' is asked for")]
    [TestCase("hiercash-wallet pin unblock --reader emulator:Alice.card", 2, "'PUK' is asked for")]
    [TestCase("hiercash-wallet activate --letter noise.txt --reader emulator:blank.card", 1, "no letter with an activation code")]
    [TestCase("hiercash-wallet activate --letter Alice.letter --reader emulator:Alice.card", 2, "run it at a terminal")]
    [TestCase("hiercash-wallet activate --letter Alice.letter --puk-to other.puk --reader emulator:Alice.card", 1, "This card is activated already")]
    [TestCase("hiercash-bank open-account Bob --reader emulator:blank.card --dir north", 2, "--letter")]
    [TestCase("hiercash-bank set-back Alice --letter new.letter --reader emulator:Alice.card --dir north", 1, "PUK is not blocked")]
    [TestCase("hiercash-card new Alice.card", 1, "there already")]
    [TestCase("hiercash-card info missing.card", 3, "no card image")]
    [TestCase("hiercash-card info blank.card --reader Virtual", 2, "not both")]
    [TestCase("hiercash-card", 2, "Required command")]
    public void AWrongInvocationIsExplained(string line, int code, string part)
    {
        string[] words = line.Replace("NORTH", _town.North.Address, StringComparison.Ordinal)
            .Replace("SOUTH", _town.South.Address, StringComparison.Ordinal)
            .Replace("ISSUER", _town.Issuer.Address, StringComparison.Ordinal).Split(' ');
        var result = _town.Run(words[0], words[1..]);
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Does.Contain(part));
            Assert.That(result.Code, Is.EqualTo(code), result.Error);
            Assert.That(result.Output, Is.Empty, "nothing on stdout, no help dump");
            Assert.That(result.Error, Does.Not.Contain("   at "), "no stack trace");
            Assert.That(result.Error.Trim().Split('\n'), Has.Length.LessThanOrEqualTo(4));
        });
    }

    [Test]
    public void NothingWasChangedByAllThat()
    {
        var balance = _town.Json("hiercash-wallet", "balance", "--reader", "emulator:Alice.card", "--pin", "0000");
        Assert.That(balance.GetProperty("balance").Minor(), Is.EqualTo(2000));
        _town.AssertAudits();
    }

    [TestCase("hiercash-issuer")]
    [TestCase("hiercash-bank")]
    [TestCase("hiercash-shop")]
    [TestCase("hiercash-wallet")]
    [TestCase("hiercash-auditor")]
    [TestCase("hiercash-card")]
    public void HelpTeachesWithExamples(string console)
    {
        var result = _town.Run(console, "--help");
        Assert.That((result.Code, result.Output.Contains("Examples:", StringComparison.Ordinal), result.Error), Is.EqualTo((0, true, "")));
    }
}
