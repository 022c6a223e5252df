using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Tests.Consoles;

/// <summary>A settlement with a real issuer process takes less than a second, whatever others do to that process.</summary>
public sealed class FloodTests
{
    private static readonly BclSuite Suite = new();

    [Test]
    public async Task ASettlementTakesLessThanASecondBesideAFlood()
    {
        using var town = new NetworkTown();
        town.OpenAccount("Alice", "100.00");
        town.Must("hiercash-wallet", "withdraw", "50.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank", town.North.Address);
        var issuer = IPEndPoint.Parse(town.Issuer.Address);
        using var stop = new CancellationTokenSource();
        var idle = await Idle(issuer, 2000);
        await using var slow = await Tls(issuer);
        await slow.WriteAsync(Convert.FromHexString("0000004001"));
        var garbage = Garbage(issuer, stop.Token);
        foreach (string prefix in new[] { "80000000", "FFFFFFFF", "00000000" })
        {
            await using var impossible = await Tls(issuer);
            await impossible.WriteAsync(Convert.FromHexString(prefix));
            Assert.That(await impossible.ReadAsync(new byte[1]), Is.Zero, $"{prefix} is closed");
        }

        for (int round = 0; round < 3; round++)
        {
            town.Must("hiercash-shop", "pay", "1.50", "--reader", "emulator:Alice.card", "--dir", "cafe");
            var took = await Settle(town);
            TestContext.Out.WriteLine($"settled in {took.TotalMilliseconds:0} ms");
            Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(1)));
        }

        await stop.CancelAsync();
        await garbage;
        idle.ForEach(c => c.Dispose());
        Assert.That(town.Issuer.Log, Does.Contain("announced a frame of 2147483648 bytes"));
        town.AssertAudits();
    }

    /// <summary>The shop's own till and settler, over its own link.</summary>
    private static async Task<TimeSpan> Settle(NetworkTown town)
    {
        string folder = Path.Combine(town.Folder, "cafe");
        var settings = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(Path.Combine(folder, "shop.json")));
        var grant = EnrolmentGrant.Decode(Convert.FromBase64String(settings.GetProperty("grant").GetString()!), Suite)!;
        using var store = Database.OpenFile(Path.Combine(folder, "shop.db"), ShopTill.Schema);
        var till = new ShopTill(store, Suite, grant.Scheme, TimeProvider.System, NullLogger.Instance, NoCrashPoints.Instance);
        using var certificate = ShopTill.LinkCertificate(store, Suite, grant.LinkCertificate);
        var issuer = IPEndPoint.Parse(town.Issuer.Address);
        using var link = new TcpLink(
            new LinkTarget("127.0.0.1", issuer.Port, LinkRole.Issuer, grant.Scheme.Fingerprint), certificate, Suite, TimeProvider.System, new LinkLimits());
        long started = Stopwatch.GetTimestamp();
        var result = await till.Settler.Settle(link, default);
        var took = Stopwatch.GetElapsedTime(started);
        Assert.That(result, Is.EqualTo(new SettlementResult(1, 0, 0, 0)));
        return took;
    }

    private static async Task<List<TcpClient>> Idle(IPEndPoint endpoint, int count)
    {
        var clients = new List<TcpClient>();
        for (int i = 0; i < count; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(endpoint);
            clients.Add(client);
        }

        return clients;
    }

    private static async Task<SslStream> Tls(IPEndPoint endpoint)
    {
        var client = new TcpClient();
        await client.ConnectAsync(endpoint);
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "x",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        });
        return stream;
    }

    private static async Task Garbage(IPEndPoint endpoint, CancellationToken cancel)
    {
        var random = new SeededRandom(9);
        var noise = new byte[2048];
        for (int i = 0; i < 2000 && !cancel.IsCancellationRequested; i++)
        {
            random.Fill(noise);
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(endpoint, cancel);
                await client.GetStream().WriteAsync(noise, cancel);
                await Task.Delay(2, cancel);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
            {
                // Closed on us, as it should be.
            }
        }
    }
}
