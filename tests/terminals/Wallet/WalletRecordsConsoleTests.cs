namespace HierCash.Tests.Consoles;

/// <summary>A wallet whose records are gone, as processes: 'status' says it, and 'recover' makes them again.</summary>
[Parallelizable]
public sealed class WalletRecordsConsoleTests
{
    private static readonly string[] Alice = ["--reader", "emulator:Alice.card", "--pin", "0000"];

    [Test, Rule(23)]
    public void RecordsThatAreGoneAreSaidAndMadeAgain()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "200.00");
        town.Must("hiercash-wallet", ["withdraw", "50.00", .. Alice, "--bank", town.North.Address]);
        town.Must("hiercash-shop", "pay", "30.00", "--reader", "emulator:Alice.card", "--dir", "cafe");
        town.Must("hiercash-shop", "settle", "--dir", "cafe");
        town.Must("hiercash-wallet", ["keep", "--paid", .. Alice]);
        Assert.That(town.Must("hiercash-wallet", ["status", .. Alice]).Trim(), Is.EqualTo("Nothing waits."));

        File.Delete(Path.Combine(town.Folder, "wallet.db"));
        Assert.That(town.Must("hiercash-wallet", ["status", .. Alice]),
            Does.StartWith("The records './wallet.db' are gone").And.Contain("Nothing waits."));
        var recovered = town.Run("hiercash-wallet", ["recover", .. Alice, "--bank", town.North.Address]);
        Assert.That((recovered.Code, recovered.Output.Contains("30.00 EUR", StringComparison.Ordinal)), Is.EqualTo((0, true)),
            "the shop has the payment, and nothing was refused: the records are there again");
        Assert.That(town.Must("hiercash-wallet", ["status", .. Alice]).Trim(), Is.EqualTo("Nothing waits."));
        Assert.That(town.Run("hiercash-wallet", ["recover", .. Alice, "--bank", town.North.Address]).Code, Is.EqualTo(1),
            "now it asks for the payment and nothing else");
    }
}
