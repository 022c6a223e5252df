using System.Text.Json;
using HierCash.Tests.Pcsc;

namespace HierCash.Tests.Consoles;

/// <summary>hiercash-issuer cap, banks and watch: what each bank may have in circulation, and the total amount of it.</summary>
[Parallelizable]
public sealed class CirculationTests
{
    private static NetworkTown _town = null!;

    [OneTimeSetUp]
    public void MakeTown()
    {
        PcscService.HideFromChildren();
        _town = new NetworkTown();
        _town.OpenAccount("Alice", "100.00");
        Assert.That(Withdraw("20.00").Code, Is.Zero);
    }

    [OneTimeTearDown]
    public void EndTown() => _town.Dispose();

    [SetUp]
    public void ResetCaps()
    {
        _town.Must("hiercash-issuer", "cap", "north", "1000000.00", "--dir", "issuer");
        _town.Must("hiercash-issuer", "cap", "2", "500.00", "--dir", "issuer");
    }

    /// <summary>By number and by name, beside a serving issuer: the very next withdrawal is judged by it.</summary>
    [Test, Hole(17)]
    public void TheCapHoldsAtOnce()
    {
        long outstanding = Minor(Bank(Banks(), "north").GetProperty("circulation"), "outstanding");
        string low = $"{outstanding / 100}.{outstanding % 100:D2}";
        var set = _town.Json("hiercash-issuer", "cap", "1", low, "--dir", "issuer");
        Assert.That((set.GetProperty("id").GetInt32(), set.GetProperty("name").GetString(), Minor(set, "before"), Minor(set, "cap"),
            Minor(set, "outstanding")), Is.EqualTo((1, "north", 100_000_000L, outstanding, outstanding)));
        Assert.That(Withdraw("5.00").Code, Is.Not.Zero);
        Assert.That(Minor(Bank(Banks(), "north").GetProperty("circulation"), "outstanding"), Is.EqualTo(outstanding), "nothing was issued");
        Assert.That(_town.Must("hiercash-issuer", "cap", "north", "1.00", "--dir", "issuer"),
            Does.Contain("Nothing more is issued to it until that is below the cap."));
        string raised = _town.Must("hiercash-issuer", "cap", "north", "1000.00", "--dir", "issuer");
        Assert.That(raised.TrimEnd(), Is.EqualTo(
            $"Bank 1, north, may have 1000.00 EUR outstanding, before it was 1.00 EUR; now it has {low} EUR."));
        Assert.That(Withdraw("5.00").Code, Is.Zero);
        Assert.That(Minor(Bank(Banks(), "north").GetProperty("circulation"), "outstanding"), Is.EqualTo(outstanding + 500));
    }

    /// <summary>A cap of zero stops a bank's issuing; one beyond what any card holds is a cap too.</summary>
    [Test, Hole(17)]
    public void ACapIsATotalAndMayBeZero()
    {
        long outstanding = Minor(Bank(Banks(), "north").GetProperty("circulation"), "outstanding");
        Assert.That(_town.Must("hiercash-issuer", "cap", "north", "0", "--dir", "issuer"),
            Does.StartWith("Bank 1, north, may have 0.00 EUR outstanding, before it was 1000000.00 EUR"));
        Assert.That(Withdraw("1.00").Code, Is.Not.Zero);
        Assert.That(Minor(Bank(Banks(), "north").GetProperty("circulation"), "outstanding"), Is.EqualTo(outstanding), "nothing was issued");
        const string Most = "92233720368547758.07";
        foreach (string bank in new[] { "north", "south" })
        {
            Assert.That(_town.Must("hiercash-issuer", "cap", bank, Most, "--dir", "issuer"),
                Does.StartWith($"Bank {(bank == "north" ? 1 : 2)}, {bank}, may have {Most} EUR outstanding"));
        }

        Assert.That(Banks().GetProperty("total").GetProperty("cap").GetProperty("amount").GetString(), Is.EqualTo("184467440737095516.14"));
        Assert.That(Withdraw("1.00").Code, Is.Zero);
        Assert.That(_town.Must("hiercash-issuer", "watch", "--dir", "issuer"), Does.Contain($"0.0% of {Most} EUR"));
    }

    /// <summary>Enrolling again gives the grant again; it never changes a cap, and never ignores one that is given.</summary>
    [Test]
    public void EnrollingAgainChangesNoCap()
    {
        string before = Banks().ToString();
        string grant = _town.Must("hiercash-issuer", "enrol", "bank", "south.request", "--dir", "issuer");
        Assert.That(_town.Must("hiercash-issuer", "enrol", "bank", "south.request", "--cap", "500", "--dir", "issuer"),
            Does.StartWith(grant[..20]));
        var other = _town.Run("hiercash-issuer", "enrol", "bank", "south.request", "--cap", "600.00", "--dir", "issuer");
        Assert.That((other.Code, other.Output), Is.EqualTo((1, "")));
        Assert.That(other.Error.TrimEnd(), Is.EqualTo(
            "The bank 'south' is enrolled with a cap of 500.00 EUR, and that stays. 'hiercash-issuer cap 2 AMOUNT' sets another."));
        Assert.That(Banks().ToString(), Is.EqualTo(before));
    }

    /// <summary>The patent's total amount of circulation: every figure of the total is the sum of the banks'.</summary>
    [Test, Hole(17)]
    public void BanksAndWatchShowTheTotalOfAllBanks()
    {
        var all = Banks();
        var total = all.GetProperty("total");
        foreach (string figure in new[] { "issued", "settled", "redeemed", "returned", "outstanding" })
        {
            Assert.That(Minor(total, figure),
                Is.EqualTo(all.GetProperty("banks").EnumerateArray().Sum(b => Minor(b.GetProperty("circulation"), figure))), figure);
        }

        long issued = Minor(total, "issued");
        Assert.That(Minor(total, "cap"), Is.EqualTo(100_050_000L));
        Assert.That(issued, Is.GreaterThanOrEqualTo(2000));
        string money = $"{issued / 100}.{issued % 100:D2} EUR";
        string text = _town.Must("hiercash-issuer", "banks", "--dir", "issuer").TrimEnd();
        Assert.That(text.Split(Environment.NewLine), Has.Length.EqualTo(3));
        Assert.That(text, Does.EndWith(
            $"In all: issued {money}, settled 0.00 EUR, redeemed 0.00 EUR, returned 0.00 EUR, outstanding {money} of 1000500.00 EUR"));
        string watch = _town.Must("hiercash-issuer", "watch", "--dir", "issuer");
        Assert.That(watch, Does.Contain("1 north").And.Contain("2 south").And.Not.Contain("\u001b"));
        Assert.That(watch, Does.Contain($"All banks{Environment.NewLine}  [..............................] 0.0% of 1000500.00 "
            + $"EUR{Environment.NewLine}  issued {money}"));
        Assert.That(_town.Json("hiercash-issuer", "watch", "--dir", "issuer").ToString(), Is.EqualTo(all.ToString()), "the same figures");
    }

    /// <summary>A further coin under the key of the first one: TM tells them apart, and each counts.</summary>
    [Test, Hole(15)]
    public void CoinsUnderOneKeyCountLikeOthers()
    {
        long before = Minor(Banks().GetProperty("total"), "outstanding");
        Assert.That(Withdraw("1.00", "--same-key", "0").Output.TrimEnd(), Is.EqualTo("1.00 EUR are on the card."));
        Assert.That(Withdraw("3.00", "--same-key", "0", "--set").Code, Is.Zero, "1 and 2 of the series");
        Assert.That(Minor(Banks().GetProperty("total"), "outstanding"), Is.EqualTo(before + 400));
        var coins = _town.Json("hiercash-wallet", "balance", "--reader", "emulator:Alice.card", "--pin", "0000").GetProperty("coins")
            .EnumerateArray()
            .Select(c => (Slot: c.GetProperty("slot").GetInt32(), TM: c.GetProperty("counter").GetInt32(),
                X: c.GetProperty("faceValue").Minor())).ToList();
        Assert.That(coins.Where(c => c.TM > 0).OrderBy(c => c.TM).Select(c => c.TM), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(coins.Where(c => c.TM > 0).Sum(c => c.X), Is.EqualTo(400));
        int further = coins.First(c => c.TM == 1).Slot;
        var refused = Withdraw("1.00", "--same-key", further.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.That((refused.Code, refused.Error.TrimEnd()), Is.EqualTo(
            (1, $"The coin in slot {further} was itself withdrawn under another coin's key. Give the slot of that coin, the first of "
                + $"that key.")));
    }

    private static long Minor(JsonElement of, string name) => of.GetProperty(name).Minor();

    private static JsonElement Banks() => _town.Json("hiercash-issuer", "banks", "--dir", "issuer");

    private static JsonElement Bank(JsonElement all, string name) =>
        all.GetProperty("banks").EnumerateArray().Single(b => b.GetProperty("name").GetString() == name);

    private static ConsoleResult Withdraw(string amount, params string[] more) =>
        _town.Run("hiercash-wallet", ["withdraw", amount, "--reader", "emulator:Alice.card", "--pin", "0000", "--bank", _town.North.Address,
            .. more]);
}
