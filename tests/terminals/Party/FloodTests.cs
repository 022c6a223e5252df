using HierCash.Terminals.Consoles;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Shop;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace HierCash.Tests.Consoles;

/// <summary>A settlement with a real issuer process takes less than a second, whatever others do to that process.</summary>
public sealed class FloodTests
{
    private static readonly BclSuite Suite = new();
    private NetworkTown _town = null!;

    [OneTimeSetUp]
    public void MakeTown()
    {
        _town = new NetworkTown();
        _town.OpenAccount("Alice", "100.00");
        _town.Must("hiercash-wallet", "withdraw", "50.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            _town.North.Address);
    }

    [OneTimeTearDown]
    public void EndTown() => _town.Dispose();

    /// <summary>
    /// Strangers from many addresses, so that all their places are taken: those that only connect, those that shake hands and are silent,
    /// those that send a frame but for its last byte, and those that ask what nobody knows. HIERCASH_STRANGERS is how many of each; 5,000
    /// were tried.
    /// </summary>
    [Test, Rule(30)]
    public async Task StrangersCostLittle()
    {
        int count = int.Parse(Environment.GetEnvironmentVariable("HIERCASH_STRANGERS")
            ?? "300", System.Globalization.CultureInfo.InvariantCulture);
        var issuer = IPEndPoint.Parse(_town.Issuer.Address);
        byte[] almost = [.. Convert.FromHexString("000FFFFF" + "0201" + "0000000000000001" + "0103"), .. new byte[0xFFFFE - 12]];
        byte[] most = [.. Convert.FromHexString("00060000" + "0201" + "0000000000000001" + "010B"), .. new byte[0x5FFFF - 12]];
        byte[] unknown = Convert.FromHexString("0000000C" + "0201" + "0000000000000001" + "7777");
        foreach (var (kind, says) in new (string, byte[]?[])[] { ("plain", [null]), ("silent", [[]]), ("almost whole", [almost, most]),
            ("unknown", [.. Enumerable.Repeat(unknown, 30)]) })
        {
            _town.Must("hiercash-shop", "pay", "0.50", "--reader", "emulator:Alice.card", "--dir", "cafe");
            using var stop = new CancellationTokenSource();
            var strangers = new System.Collections.Concurrent.ConcurrentBag<TcpClient>();
            var come = Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = stop.Token },
                async (i, cancel) => await Visit(strangers, issuer, i, says, cancel));
            while (strangers.Count < count / 2 && !come.IsCompleted)
            {
                await Task.Delay(20);
            }

            var took = await Settle(_town);
            await come;
            long memory = _town.Issuer.Memory;
            TestContext.Out.WriteLine($"{count} {kind}: settled in {took.TotalMilliseconds:0} ms, {memory / (1024 * 1024)} MB, log "
                + $"{_town.Issuer.Log.Length} characters");
            Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(2)), kind);
            Assert.That(memory, Is.LessThan(300L * 1024 * 1024), kind);
            Assert.That(_town.Issuer.Log, Has.Length.LessThan(1_000_000), kind);
            foreach (var stranger in strangers)
            {
                stranger.Dispose();
            }
        }

        Assert.That(_town.Issuer.Log, Does.Contain("and nobody knows it"));
        _town.AssertAudits();
    }

    /// <param name="says">Null: no handshake either.</param>
    private static async ValueTask Visit(
        System.Collections.Concurrent.ConcurrentBag<TcpClient> strangers, IPEndPoint endpoint, int number, byte[]?[] says,
        CancellationToken cancel)
    {
        try
        {
            var client = new TcpClient(new IPEndPoint(IPAddress.Parse($"127.0.{(number % 200 / 100) + 1}.{(number % 100) + 2}"), 0));
            strangers.Add(client);
            await client.ConnectAsync(endpoint, cancel);
            if (says[0] is null)
            {
                return;
            }

            var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "x", RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    certificate is not null }, cancel);
            var answers = stream.CopyToAsync(Stream.Null, cancel);
            foreach (byte[]? said in says.Length == 2 ? [says[number % 2]] : says)
            {
                await stream.WriteAsync(said!, cancel);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            // Closed on us, as it should be.
        }
    }

    [Test]
    public async Task ASettlementTakesLessThanASecondBesideAFlood()
    {
        var town = _town;
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
            new LinkTarget("127.0.0.1", issuer.Port, LinkRole.Issuer, grant.Scheme.Fingerprint), certificate, Suite, TimeProvider.System,
            new LinkLimits());
        long started = Stopwatch.GetTimestamp();
        var result = await till.Settler.Settle(link, default).OrRefuse();
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
