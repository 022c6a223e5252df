using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using HierCash.Card.Runtime;
using HierCash.Tests.Consoles;
using HierCash.Tests.Scenarios;

namespace HierCash.Tests.Runtime;

/// <summary>How long real cards would take: in virtual time, in real time, and by the console.</summary>
[Parallelizable]
public sealed class LatencyTests
{
    /// <summary>The protocol's claim for a payment on a contactless JCOP4: 91 to 141 ms.</summary>
    [Test]
    public void APaymentInVirtualTimeTakesWhatTheProtocolSays()
    {
        using var town = Towns.Make();
        using var card = town.User("Alice", 5000);
        string till = town.AddTill("Cafe");
        card.Card.Reset();
        var before = town.Clock.GetUtcNow();
        var slow = new SlowCard(card.Card, CardTimingModel.Find("jcop4/contactless-424")!, town.Clock.Advance);
        Assert.That(town.Till(till).Pay(slow, new Amount(1250)).Outcome, Is.EqualTo(Shop.TillOutcome.Accepted));
        Assert.That((town.Clock.GetUtcNow() - before).TotalMilliseconds, Is.InRange(91, 141));
    }

    /// <summary>The sum by hand: floor, bytes, one transaction.</summary>
    [TestCase("jcop4/contact-96", 14 + (11 * 0.044) + 3)]
    [TestCase("j3a081/contactless-106", 25 + (11 * 0.085) + 20)]
    [TestCase("median/contact-18", 16 + (11 * 0.085) + 3)]
    public void ACommandTakesFloorBytesAndWork(string profile, double ms)
    {
        using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        card.Send("00A4040005F000000001");
        var spent = TimeSpan.Zero;
        var slow = new SlowCard(card, CardTimingModel.Find(profile)!, t => spent += t);
        Assert.That(slow.Send("8002000004 11111111"), Is.EqualTo("9000"));
        Assert.That(spent.TotalMilliseconds, Is.EqualTo(ms).Within(0.001));
    }

    /// <summary>A torn command took time too, and what was asked in vain did.</summary>
    [Test]
    public void ATornCommandTakesItsTime()
    {
        using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        var spent = new List<TimeSpan>();
        var slow = new SlowCard(card, CardTimingModel.Find("jcop3/contact-96")!, spent.Add);
        slow.Send("00A4040005F000000001");
        slow.Tear(1, TornWrite.Garbage);
        Assert.That(() => slow.Send("8002000004 11111111"), Throws.TypeOf<HierCash.Iso7816.CardChannelException>());
        slow.PowerOn();
        slow.Reset();
        Assert.That(spent.ConvertAll(s => (int)s.TotalMilliseconds), Is.EqualTo(new[] { 80, 80 }));
    }

    [Test]
    public async Task InAReaderItTakesThatLongInRealTime()
    {
        using var card = new EmulatedCard(new MemoryImage(), TestApplet.Package);
        card.Install(TestApplet.PackageAid, TestApplet.PackageAid);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var reader = new VpcdReader("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, TimeProvider.System, _ => { })
        {
            Latency = CardTimingModel.Find("jcop3/contact-96"),
        };
        var serving = reader.Serve(card, stop.Token);
        using (var client = await listener.AcceptTcpClientAsync())
        {
            var stream = client.GetStream();
            var started = Stopwatch.StartNew();
            for (int i = 0; i < 5; i++)
            {
                await stream.WriteAsync(new byte[] { 0, 5, 0x80, 0xEE, 0, 0, 0 });
                await stream.ReadExactlyAsync(new byte[4]);
            }

            // A timer may fire up to a millisecond early: five times, and once more where the sum is cut to whole ones.
            Assert.That(started.ElapsedMilliseconds, Is.InRange((5 * 79) - 1, 5 * 80 * 10));
        }

        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Test]
    public void TheConsoleSaysWhatEachStepTakes()
    {
        var run = ConsoleProcess.Run(Path.GetTempPath(), "hiercash-card", "profile", "--json");
        using var json = System.Text.Json.JsonDocument.Parse(run.Output);
        var flows = json.RootElement.GetProperty("flows").EnumerateArray().ToList();
        Assert.That(flows.Select(f => f.GetProperty("flow").GetString()),
            Is.EqualTo(new[] { "withdrawal", "payment, fast profile", "payment, claim profile" }));
        var withdrawal = flows[0].GetProperty("steps").EnumerateArray().ToList();
        Assert.That(withdrawal.Select(s => s.GetProperty("command").GetString()),
            Is.EqualTo(new[] { "SELECT", "VERIFY", "BEGIN WITHDRAWAL", "AUTHORISE WITHDRAWAL", "FINISH WITHDRAWAL" }));
        Assert.That(withdrawal[2].GetProperty("work").GetProperty("agree").GetInt32(), Is.EqualTo(2), "R and the shared secret");
        foreach (var flow in flows)
        {
            var times = flow.GetProperty("times").EnumerateArray().ToList();
            Assert.That(times, Has.Count.EqualTo(20), "four cards at five readers");
            Assert.That(times.All(t => Math.Abs(
                t.GetProperty("steps").EnumerateArray().Sum(s => s.GetDouble()) - t.GetProperty("milliseconds").GetDouble()) < 0.001));
        }

        string text = ConsoleProcess.Run(Path.GetTempPath(), "hiercash-card", "profile", "--at", "contact-18",
            Repository.PathOf("apdu-spec", "traces", "pay-fast.apdu")).Output;
        Assert.That(text, Does.Contain("ms at contact-18").And.Contain("PAY").And.Contain("1 sign"));
        var wrong = ConsoleProcess.Run(Path.GetTempPath(), "hiercash-card", "profile", "--at", "nowhere");
        Assert.That((wrong.Code, wrong.Error.Contains("contactless-848", StringComparison.Ordinal)), Is.EqualTo((2, true)));
        Assert.That(ConsoleProcess.Run(Path.GetTempPath(), "hiercash-card", "insert", "x", "--like", "jcop9/x").Code, Is.EqualTo(2));
    }
}
