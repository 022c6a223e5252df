using System.Diagnostics;
using HierCash.Protocol.Suite;
using HierCash.Tests.Properties;

namespace HierCash.Tests.Consoles;

/// <summary>
/// kill -9 of every kind of process at random moments, under load. Four hundred times: HIERCASH_KILLS=400 dotnet test tests -c Release
/// --filter FullyQualifiedName~KillTests
/// </summary>
[Parallelizable]
public sealed class KillTests
{
    private static readonly int Kills = Histories.Asked("HIERCASH_KILLS", 50);

    /// <summary>Afterwards everything is started again and drained: audits agree, each accepted payment reached the shop once.</summary>
    [Test]
    public void NothingIsLostWhateverIsKilled()
    {
        using var town = new NetworkTown();
        var random = new SeededRandom(200);
        string[] users = ["Alice", "Bob"];
        foreach (string user in users)
        {
            town.OpenAccount(user, "100000.00");
        }

        int killed = 0;
        int wallets = 0;
        int shops = 0;
        var deadline = Stopwatch.GetTimestamp();
        while (killed < Kills && Stopwatch.GetElapsedTime(deadline) < TimeSpan.FromSeconds(2 * Kills + 160))
        {
            // Several short commands at once, each of which may be killed at any moment of its life; sometimes a server is.
            var commands = new List<Process>();
            foreach (string user in users)
            {
                bool withdraw = random.Next(3) == 0;
                commands.Add(withdraw
                    ? ConsoleProcess.Start(town.Folder, "hiercash-wallet", "withdraw", "20.00", "--reader", $"emulator:{user}.card",
                        "--pin", "0000", "--bank", town.North.Address)
                    : random.Next(4) == 0
                        ? ConsoleProcess.Start(town.Folder, "hiercash-shop", "settle", "--dir", "cafe")
                        : ConsoleProcess.Start(town.Folder, "hiercash-shop", "pay", "1.37", "--reader", $"emulator:{user}.card", "--pin",
                            "1111", "--dir", "cafe"));
                wallets += withdraw ? 1 : 0;
                shops += withdraw ? 0 : 1;
            }

            Task.Delay(random.Next(450)).Wait();
            if (random.Next(8) == 0)
            {
                var server = new[] { town.Issuer, town.North, town.South }[random.Next(3)];
                server.Kill();
                killed++;
                server.Start();
            }

            foreach (var command in commands)
            {
                if (random.Next(4) > 0 && !command.HasExited)
                {
                    command.Kill();
                    killed++;
                }
            }

            foreach (var command in commands)
            {
                command.WaitForExit();
                command.Dispose();
            }
        }

        Assert.That(killed, Is.GreaterThanOrEqualTo(Kills));
        Drain(town, users);
        long accepted = town.Json("hiercash-shop", "status", "--dir", "cafe").GetProperty("accepted").Minor();
        long settled = town.Json("hiercash-shop", "status", "--dir", "cafe").GetProperty("settled").Minor();
        long cards = users.Sum(u => town.Json("hiercash-wallet", "balance", "--reader", $"emulator:{u}.card", "--pin", "0000")
            .GetProperty("balance").Minor());
        long accounts = town.Json("hiercash-bank", "accounts", "--dir", "north").GetProperty("users").EnumerateArray()
            .Sum(u => u.GetProperty("balance").Minor());
        TestContext.Out.WriteLine(
            $"{killed} kills; {wallets} withdrawals and {shops} till commands begun; accepted {accepted}, on cards {cards}");
        Assert.That(accepted, Is.GreaterThan(0));
        Assert.That(settled, Is.EqualTo(accepted), "each accepted payment is settled");
        Assert.That(town.ShopBalance(), Is.EqualTo(accepted), "and reached the shop once");
        Assert.That(cards + accounts + accepted, Is.EqualTo(2 * 100_000_00), () => "no amount lost or doubled" + Story(town, users));
        town.AssertAudits();
    }

    /// <summary>Payments of which the card says that it signed them, and the till that it has not accepted them.</summary>
    private static List<string> SignedForNothing(NetworkTown town, string user)
    {
        var accepted = town.Json("hiercash-shop", "journal", "--dir", "cafe").GetProperty("sales").EnumerateArray()
            .Where(t => t.GetProperty("state").GetString() == "accepted").Select(t => t.GetProperty("time").GetString()!).ToHashSet();
        return [.. town.Json("hiercash-wallet", "log", "--reader", $"emulator:{user}.card", "--pin", "0000").GetProperty("payments")
            .EnumerateArray()
            .Where(e => e.GetProperty("state").GetString() != "restored").Select(e => e.GetProperty("time").GetString()!)
            .Where(t => !accepted.Contains(t)).Distinct()];
    }

    /// <summary>What the parties say of it themselves.</summary>
    private static string Story(NetworkTown town, string[] users) => string.Join(
        Environment.NewLine,
        [
            "", town.Must("hiercash-shop", "status", "--dir", "cafe"), town.Must("hiercash-shop", "journal", "--dir", "cafe"),
            .. users.Select(u => town.Must("hiercash-wallet", "log", "--reader", $"emulator:{u}.card", "--pin", "0000")),
        ]);

    private static void Drain(NetworkTown town, string[] users)
    {
        foreach (string user in users)
        {
            // A wallet that was killed between the card's answer and its own note does not know that it was itself: the holder does.
            town.Must("hiercash-wallet", "resume", "--all", "--reader", $"emulator:{user}.card", "--pin", "0000", "--bank",
                town.North.Address);

            // Finishes whatever payment of this card was cut short.
            town.Run("hiercash-shop", "pay", "0.01", "--reader", $"emulator:{user}.card", "--pin", "1111", "--dir", "cafe");

            // That is asked of the newest payments, and of the coin that pays. What is older, or was signed with another coin, the card's
            // log shows.
            foreach (string time in SignedForNothing(town, user))
            {
                town.Must("hiercash-shop", "cancel", time, "--reader", $"emulator:{user}.card", "--dir", "cafe");
            }
        }

        town.Must("hiercash-shop", "settle", "--dir", "cafe");
        long accepted = town.Json("hiercash-shop", "status", "--dir", "cafe").GetProperty("accepted").Minor();
        var started = Stopwatch.GetTimestamp();
        while (town.ShopBalance() != accepted && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
        {
            Task.Delay(200).Wait();
        }
    }
}
