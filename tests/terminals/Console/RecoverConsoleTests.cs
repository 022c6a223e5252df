using System.Text.Json;

namespace HierCash.Tests.Consoles;

/// <summary>A party whose folder was put back to an older copy stands still until 'recover', which says what it brought back.</summary>
[Parallelizable]
public sealed class RecoverConsoleTests
{
    private static readonly string[] AtCafe = ["--reader", "emulator:Alice.card", "--dir", "cafe"];

    [Test, Rule(27)]
    public void EachPartyRecovers()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "200.00");
        string[] withdraw = ["withdraw", "20.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank", town.North.Address];
        town.Must("hiercash-wallet", withdraw);
        town.Must("hiercash-shop", ["pay", "1.00", .. AtCafe]);
        town.Must("hiercash-shop", "settle", "--dir", "cafe");

        town.Copy("cafe", "cafe.copy");
        town.Must("hiercash-shop", ["pay", "2.00", .. AtCafe]);
        town.Must("hiercash-shop", "settle", "--dir", "cafe");
        PutBack(town, "cafe");
        Assert.That(town.Run("hiercash-shop", "settle", "--dir", "cafe").Error, Does.Contain("'hiercash-shop recover'"));
        var shop = Recover(town, "hiercash-shop", "cafe");
        Assert.That((shop.GetProperty("payments").GetInt64(), shop.GetProperty("total").Minor()), Is.EqualTo((1L, 200L)));
        NetworkTown.Eventually("the cafe has 3.00", () => town.ShopBalance() == 300);

        Stopped(town.North, () => town.Copy("north", "north.copy"));
        town.Must("hiercash-wallet", withdraw);
        Book(town, "4.00");
        Stopped(town.North, () => PutBack(town, "north"));
        NetworkTown.Eventually("north stands still", () => IsBehind(town, "hiercash-bank", "north"));
        Stopped(town.North, () =>
        {
            var bank = Recover(town, "hiercash-bank", "north");
            Assert.That((bank.GetProperty("withdrawals").GetInt64(), bank.GetProperty("total").Minor()), Is.EqualTo((1L, 2000L)));
        });
        NetworkTown.Eventually("north goes on", () => town.Run("hiercash-wallet", withdraw).Code == 0);

        Stopped(town.Issuer, () => town.Copy("issuer", "issuer.copy"));
        NetworkTown.Eventually("a withdrawal that the copy lacks", () => town.Run("hiercash-wallet", withdraw).Code == 0);
        Book(town, "5.00");
        Stopped(town.Issuer, () => PutBack(town, "issuer"));
        NetworkTown.Eventually("the issuer stands still", () => IsBehind(town, "hiercash-issuer", "issuer"));
        Stopped(town.Issuer, () => Assert.That(Recover(town, "hiercash-issuer", "issuer").GetProperty("awaited").GetArrayLength(),
            Is.EqualTo(2), "both banks are to give back"));
        NetworkTown.Eventually("the issuer goes on", () => town.Run("hiercash-wallet", withdraw).Code == 0);
        town.AssertAudits();
    }

    /// <summary>
    /// A payment that north has booked, and the issuer has heard of that: both have signed more than any copy of before holds.
    /// </summary>
    private static void Book(NetworkTown town, string amount)
    {
        long cleared = Clearing(town);
        town.Must("hiercash-shop", ["pay", amount, .. AtCafe]);
        town.Must("hiercash-shop", "settle", "--dir", "cafe");
        NetworkTown.Eventually("north has booked it", () => Clearing(town) != cleared);
        NetworkTown.Eventually("the issuer has heard that", () => town.Json("hiercash-issuer", "status", "--dir", "issuer")
            .GetProperty("unfetched").GetInt64() == 0);
    }

    private static long Clearing(NetworkTown town) =>
        town.Json("hiercash-bank", "status", "--dir", "north").GetProperty("clearing").Minor();

    private static bool IsBehind(NetworkTown town, string console, string folder) =>
        town.Json(console, "status", "--dir", folder).GetProperty("behind").ValueKind == JsonValueKind.String;

    private static JsonElement Recover(NetworkTown town, string console, string folder) => town.Json(console, "recover", "--dir", folder);

    private static void PutBack(NetworkTown town, string folder)
    {
        Directory.Delete(Path.Combine(town.Folder, folder), recursive: true);
        town.Copy(folder + ".copy", folder);
    }

    private static void Stopped(ServingProcess party, Action action)
    {
        party.Stop();
        action();
        party.Start();
    }
}
