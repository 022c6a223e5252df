using HierCash.Terminals;

namespace HierCash.Tests.Consoles;

/// <summary>Every screen says of a coin that the issuer made its key (rule R7).</summary>
[Parallelizable]
public sealed class IssuerKeyedConsoleTests
{
    [Test, Rule(7), Hole(14)]
    public void EveryScreenSaysIt()
    {
        using var town = new NetworkTown("--issuer-keys");
        town.OpenAccount("Alice", "100.00");
        string[] card = ["--reader", "emulator:Alice.card", "--pin", "0000"];
        var withdrawn = town.Run("hiercash-wallet", ["withdraw", "20.00", "--issuer-keyed", "--bank", town.North.Address, .. card]);
        Assert.That((withdrawn.Code, withdrawn.Error.Trim(), withdrawn.Output.Trim()),
            Is.EqualTo((0, IssuerKeyed.ForBuyer, $"20.00 EUR are on the card. {IssuerKeyed.ForHolder}")));
        Assert.That(town.Must("hiercash-wallet", ["balance", .. card]), Does.Contain(IssuerKeyed.ForHolder));
        Assert.That(town.Json("hiercash-wallet", ["balance", .. card]).GetProperty("coins")[0].GetProperty("issuerKeyed").GetBoolean());
        Assert.That(town.Must("hiercash-wallet", ["explain", .. card]), Does.Contain(IssuerKeyed.ForHolder));
        Assert.That(town.Must("hiercash-bank", "explain", "Alice", "--dir", "north"), Does.Contain(IssuerKeyed.ForHolder));

        Assert.That(town.Must("hiercash-shop", "pay", "2.00", "--reader", "emulator:Alice.card", "--dir", "cafe"),
            Does.StartWith($"{IssuerKeyed.ForShop} Paid 2.00 EUR."));
        var paid = town.Json("hiercash-shop", "pay", "3.00", "--reader", "emulator:Alice.card", "--dir", "cafe");
        Assert.That(paid.GetProperty("issuerKeyed").GetBoolean());
        Assert.That(town.Must("hiercash-shop", "journal", "--dir", "cafe"), Does.Contain("Queued, issuer-keyed"));
        string explained = town.Must("hiercash-shop", "explain", paid.GetProperty("time").GetString()!, "--dir", "cafe");
        Assert.That(explained, Does.Contain(IssuerKeyed.ForShop));
        string coin = explained.Split("coin ")[1].Split(',')[0];
        Assert.That(town.Must("hiercash-issuer", "explain", coin, "--dir", "issuer"),
            Does.Contain("Issuer-keyed: this issuer made its key"));

        town.Must("hiercash-shop", "policy", "--issuer-keyed", "refuse", "--dir", "cafe");
        var refused = town.Run("hiercash-shop", "pay", "2.00", "--reader", "emulator:Alice.card", "--dir", "cafe");
        Assert.That((refused.Code, refused.Error.Trim()),
            Is.EqualTo((1, "The card's cash is issuer-keyed, which this till does not take. Ask for another card.")));
        Assert.That(town.Json("hiercash-wallet", ["balance", .. card]).GetProperty("balance").Minor(), Is.EqualTo(1500),
            "the card has it back");
        Assert.That(town.Must("hiercash-issuer", "alarms", "--dir", "issuer").Trim(), Is.EqualTo("No alarms."));
    }

    /// <summary>The screen behind the counter, before and after OK.</summary>
    [Test, Rule(7)]
    public void TheTillsScreenSaysIt()
    {
        using var town = new NetworkTown("--issuer-keys");
        town.OpenAccount("Alice", "100.00");
        town.Must("hiercash-wallet", "withdraw", "20.00", "--issuer-keyed", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            town.North.Address);
        using var screen = new TillScreenReader(
            town.Folder, $"keyed-{Environment.ProcessId}", "hiercash-shop till --reader emulator:Alice.card --dir cafe --settle 1");
        screen.Expect("waiting", "Amount");
        screen.Keys("2.00");
        screen.Keys("Enter");
        screen.Expect("paid", "PAID", "Issuer-keyed: no guarantee, no evidence.");
        screen.Keys("C-c");
        screen.ExpectGone();
    }
}
