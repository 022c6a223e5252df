using System.Text.Json;

namespace HierCash.Tests.Consoles;

/// <summary>Accusations, as processes: what holder, shop and bank can see of one, and do.</summary>
[Parallelizable]
public sealed class AccusedTests
{
    private static readonly string[] Alice = ["--reader", "emulator:Alice.card", "--pin", "0000"];
    private NetworkTown _town = null!;

    [SetUp]
    public void MakeTown()
    {
        _town = new NetworkTown();
        _town.OpenAccount("Alice", "200.00");
        Wallet("withdraw", "50.00");
        _town.AddShop("Kiosk", "kiosk");
    }

    [TearDown]
    public void EndTown() => _town.Dispose();

    /// <summary>
    /// A copy of the cafe's till settles what the cafe had voided; the holder spends the coin elsewhere, is accused, and answers.
    /// </summary>
    [Test, Rule(3), Rule(4), Rule(5)]
    public void AnHonestHolderIsHeard()
    {
        var paid = _town.Json("hiercash-shop", "pay", "30.00", "--reader", "emulator:Alice.card", "--dir", "cafe");
        string payment = paid.GetProperty("payments")[0].GetString()!;
        _town.Copy("cafe", "cheat");
        _town.Must("hiercash-shop", "refund", paid.GetProperty("time").GetString()!, "--reader", "emulator:Alice.card", "--dir", "cafe");
        _town.Must("hiercash-shop", "settle", "--dir", "cheat");
        _town.Must("hiercash-shop", ["pay", "50.00", .. Alice, "--dir", "kiosk"]);
        _town.Must("hiercash-shop", "settle", "--dir", "kiosk");
        NetworkTown.Eventually("accused", () => Notices().GetArrayLength() == 1);
        string coin = Notices()[0].GetProperty("coin").GetString()!;
        Assert.That(Wallet("notices"), Does.Contain($"coin {coin[..16]}").And.Contain("to be rebutted before")
            .And.Contain("'hiercash-wallet rebut' shows the bank"));

        // The accuser is away: what the card holds is enough.
        _town.North.Kill();
        Assert.That(Wallet("rebuttal", "alice.rebuttal"), Does.StartWith("1 void and 0 dead statements."));
        _town.North.Start();
        _town.Must("hiercash-bank", "evidence", coin[..16], "--out", "e", "--dir", "north");
        Assert.That(Verify(), Is.EqualTo((0, "user")));
        Assert.That(Verify("--rebuttal", "alice.rebuttal"), Is.EqualTo((1, "shopToAnswer")));

        // The shop is asked.
        AssertRefused(2, "at least 8 hexadecimal digits", "hiercash-shop", "answer", "dead", "--out", "a", "--dir", "cheat");
        AssertRefused(1, "took no payment", "hiercash-shop", "answer", "deadbeef", "--out", "a", "--dir", "cheat");
        Assert.That(_town.Must("hiercash-shop", "answer", payment[..16], "--out", "a", "--dir", "cheat"),
            Does.Contain($"shows no reversal of payment {payment}"));
        Assert.That(Verify("--rebuttal", "alice.rebuttal", "--answer", "a"), Is.EqualTo((1, "nobody")),
            "nobody has stamped that it was shown in time");

        // The holder shows it while the issuer is away: the accusation falls, and the shop is still to be asked.
        _town.Issuer.Kill();
        Assert.That(Wallet("rebut"), Does.Contain("The bank heard the rebuttal: the accusation falls. Keep"));
        Assert.That(File.Exists(Path.Combine(_town.Folder, $"{coin[..16]}.rebuttal")));
        Assert.That(Verify("--rebuttal", $"{coin[..16]}.rebuttal", "--shop-silent"), Is.EqualTo((1, "shop")));
        string file = Path.Combine(_town.Folder, $"{coin[..16]}.rebuttal");
        var first = Rebuttal.Decode(File.ReadAllBytes(file))!.Stamps;
        Wallet("rebut");
        Assert.That(Rebuttal.Decode(File.ReadAllBytes(file))!.Stamps.Select(s => s.Date),
            Is.SupersetOf(first.Select(s => s.Date)).And.Not.Empty, "what proves that it came in time is not written over");
        var listed = _town.Json("hiercash-bank", "evidence", "--dir", "north").GetProperty("cases")[0];
        Assert.That((listed.GetProperty("verdict").GetString(), listed.GetProperty("rebuttals").GetInt32()),
            Is.EqualTo(("shopToAnswer", 1)));
        Assert.That(listed.GetProperty("fell").GetString(), Is.Not.Null);
        _town.Issuer.Start();

        // The bank brings it to the issuer, and the shop that was left without gets its money.
        AssertRefused(1, "0 cases begin with 'dead'", "hiercash-bank", "rebut", "dead", "nosuch", "--dir", "north");
        AssertRefused(1, "There is no file 'nosuch'.", "hiercash-bank", "rebut", coin[..16], "nosuch", "--dir", "north");
        Assert.That(_town.Must("hiercash-bank", "rebut", coin[..16], "alice.rebuttal", "--dir", "north"),
            Does.StartWith("The rebuttal was heard.").And.Contain("it fell on"));
        NetworkTown.Eventually("made whole", () => _town.ShopBalance("Kiosk") == 5000);
        Assert.That(_town.ShopBalance("Cafe"), Is.Zero);
        Assert.That(_town.Must("hiercash-bank", "evidence", "--dir", "north"),
            Does.Contain("Verdict: it fell on").And.Contain("by this file nobody has to answer"));
        Assert.That(_town.Must("hiercash-issuer", "explain", coin[..16], "--dir", "issuer"),
            Does.Contain("the excess fell").And.Not.Contain("twice"));
        Assert.That(Wallet("notices").Trim(), Is.EqualTo("The bank holds nothing against this card."));
        _town.AssertAudits();
    }

    /// <summary>A card was copied: its holder is warned at each contact, and what has nothing in it changes nothing.</summary>
    [Test, Rule(5)]
    public void AHolderIsWarnedAtEachContact()
    {
        CopyCard();
        _town.Must("hiercash-shop", "pay", "30.00", "--reader", "emulator:Alice.card", "--dir", "cafe");
        var paid = _town.Json("hiercash-shop", "pay", "30.00", "--reader", "emulator:Copy.card", "--dir", "kiosk");
        _town.Must("hiercash-shop", "settle", "--dir", "cafe");
        Assert.That(_town.Must("hiercash-shop", "settle", "--dir", "kiosk"), Does.Contain("guaranteed"));
        NetworkTown.Eventually("accused", () => Notices().GetArrayLength() == 1);

        var withdrawn = _town.Run("hiercash-wallet", ["withdraw", "5.00", .. Alice, "--bank", _town.North.Address, "--json"]);
        Assert.That(withdrawn.Code, Is.Zero, withdrawn.Error);
        Assert.That(JsonSerializer.Deserialize<JsonElement>(withdrawn.Output).GetProperty("withdrawn").Minor(), Is.EqualTo(500),
            "one value on stdout");
        Assert.That(withdrawn.Error.Trim().Split('\n').Single(),
            Does.Contain("to be rebutted before").And.Contain("'hiercash-wallet rebut'"));

        PrivateFile.MakeFolder(Path.Combine(_town.Folder, "blank"));
        string nothing = AssertRefused(1, "", "hiercash-wallet", ["rebut", .. Alice, "--bank", _town.North.Address, "--dir", "blank"])
            .Output;
        Assert.That(nothing, Does.Contain("The card holds nothing against it, and 'blank' has no records"));
        AssertRefused(1, "There is no folder 'nosuch'", "hiercash-wallet",
            ["rebut", .. Alice, "--bank", _town.North.Address, "--dir", "nosuch"]);
        string coin = Notices()[0].GetProperty("coin").GetString()!;
        Wallet("rebuttal", "empty.rebuttal");
        Assert.That(
            AssertRefused(1, "", "hiercash-bank", "rebut", coin[..16], "empty.rebuttal", "--dir", "north").Output,
            Does.StartWith("The rebuttal was heard. The accusation stands: Alice (account"));

        // A refund whose answer is lost has begun, and is not done.
        _town.Issuer.Kill();
        string receipt = paid.GetProperty("time").GetString()!;
        Assert.That(_town.Run("hiercash-shop", "refund", receipt, "--without-card", "--dir", "kiosk").Code, Is.EqualTo(3));
        Assert.That(_town.Must("hiercash-shop", "explain", receipt, "--dir", "kiosk"),
            Does.Contain("is being taken back; run 'hiercash-shop settle'").And.Not.Contain("taken back."));
        _town.Issuer.Start();
        _town.Must("hiercash-shop", "settle", "--dir", "kiosk");
        Assert.That(_town.Must("hiercash-shop", "explain", receipt, "--dir", "kiosk"),
            Does.Contain("taken back.").And.Not.Contain("being taken back"));
        NetworkTown.Eventually("acquitted", () => Notices().GetArrayLength() == 0);
        _town.AssertAudits();
    }

    /// <summary>
    /// What a holder shows is too little, and is shown again. The stamps of the first time prove that it came in time: they stay where the
    /// same is shown, and in a file beside it where more is.
    /// </summary>
    [Test, Rule(5)]
    public void TheStampsOfTheFirstTimeStay()
    {
        CopyCard();
        string Pay(string amount) =>
            _town.Json("hiercash-shop", "pay", amount, "--reader", "emulator:Alice.card", "--dir", "cafe").GetProperty("time").GetString()!;
        Pay("30.00");
        string[] small = [Pay("1.00"), Pay("1.00")];
        _town.Must("hiercash-shop", "pay", "30.00", "--reader", "emulator:Copy.card", "--dir", "kiosk");
        _town.Must("hiercash-shop", "settle", "--dir", "cafe");
        _town.Must("hiercash-shop", "settle", "--dir", "kiosk");
        NetworkTown.Eventually("accused", () => Notices().GetArrayLength() == 1);
        string name = Path.Combine(_town.Folder, Notices()[0].GetProperty("coin").GetString()![..16]);

        _town.Must("hiercash-shop", "refund", small[0], "--reader", "emulator:Alice.card", "--dir", "cafe");
        var first = Rebutted($"{name}.rebuttal", voids: 1);
        Assert.That(first.Stamps.Select(s => s.Role), Does.Contain(StampRole.Issuer));
        Assert.That(first.Stamps.Any(s => s.Role is StampRole.Bank or StampRole.Witness),
            "a witness, where the reversal is in the bank's file already");
        var again = Rebutted($"{name}.rebuttal", voids: 1);
        Assert.That(again.Digest, Is.EqualTo(first.Digest));
        Assert.That(Dates(again), Is.SupersetOf(Dates(first)), "what proves that it came in time is not written over");
        Assert.That(again.Stamps, Has.Count.GreaterThan(first.Stamps.Count));

        _town.Must("hiercash-shop", "refund", small[1], "--reader", "emulator:Alice.card", "--dir", "cafe");
        var more = Rebutted($"{name}.rebuttal", voids: 2);
        Assert.That(more.Digest, Is.Not.EqualTo(first.Digest));
        string former = $"{name}-{first.Digest.ToString()[..8]}.rebuttal";
        Assert.That(File.Exists(former), former);
        Assert.That(Dates(Rebuttal.Decode(File.ReadAllBytes(former))!), Is.SupersetOf(Dates(first)), "nor where more is shown later");
    }

    private void CopyCard()
    {
        foreach (string file in Directory.GetFiles(_town.Folder, "Alice.card*"))
        {
            File.Copy(file, file.Replace("Alice", "Copy", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<Timestamp> Dates(Rebuttal rebuttal) => rebuttal.Stamps.Select(s => s.Date);

    /// <summary>
    /// Shows what the card holds until the bank has heard it and holds on to its accusation: while the file is renewed a wallet finds none.
    /// </summary>
    private Rebuttal Rebutted(string file, int voids)
    {
        NetworkTown.Eventually("shown", () =>
        {
            var said = _town.Run("hiercash-wallet", ["rebut", .. Alice, "--bank", _town.North.Address]);
            return said.Code == 1 && said.Output.Contains("and the accusation stands", StringComparison.Ordinal);
        });
        var kept = Rebuttal.Decode(File.ReadAllBytes(file))!;
        Assert.That(kept.Voids, Has.Count.EqualTo(voids));
        return kept;
    }

    private (int Code, string Culprit) Verify(params string[] more)
    {
        var said = _town.Run("hiercash-auditor", ["verify-evidence", "e", "--root", "north.grant", "--json", .. more]);
        return (said.Code, JsonSerializer.Deserialize<JsonElement>(said.Output).GetProperty("culprit").GetString()!);
    }

    private ConsoleResult AssertRefused(int code, string part, string console, params string[] arguments)
    {
        var said = _town.Run(console, arguments);
        Assert.That((said.Code, said.Error.Contains(part, StringComparison.Ordinal)), Is.EqualTo((code, true)), said.Error);
        return said;
    }

    private string Wallet(string command, params string[] arguments) =>
        _town.Must("hiercash-wallet", [command, .. arguments, .. Alice, "--bank", _town.North.Address]);

    private JsonElement Notices() => JsonSerializer.Deserialize<JsonElement>(Wallet("notices", "--json")).GetProperty("notices");
}
