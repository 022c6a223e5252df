using System.Text.Json;
using HierCash.Tests.Consoles;

namespace HierCash.Tests.Pcsc;

/// <summary>
/// The demo and its timing with every card in a PC/SC reader. In a namespace of their own: the town listens for vpcd itself.
/// </summary>
[Parallelizable]
public sealed class TownReaderTests
{
    [Test]
    public void TheWholeStoryIsPlayedThroughPcscd()
    {
        using var service = new PcscService();
        var report = Inside(service, "demo", "--pcsc", "--json");
        Assert.Multiple(() =>
        {
            Assert.That(report.GetProperty("reader").GetString(), Is.EqualTo("Virtual PCD 00 00"));
            Assert.That(report.GetProperty("settled").GetProperty("amount").GetString(), Is.EqualTo("100.00"));
            Assert.That(report.GetProperty("tracedUser").GetString(), Is.EqualTo("Mallory"));
            Assert.That(report.GetProperty("auditOk").GetBoolean());
            Assert.That(report.GetProperty("paymentBytes").GetInt32(), Is.EqualTo(303));
        });
    }

    [Test]
    public void PaymentsAreTimedOverPcscd()
    {
        using var service = new PcscService();
        var times = Inside(service, "time", "--pcsc", "--count", "50", "--json");
        TestContext.Out.WriteLine(times);
        var fast = times.GetProperty("times").EnumerateArray().Single(
            t => t.GetProperty("reader").GetString() == "Virtual PCD 00 00" && t.GetProperty("profile").GetString() == "Fast");
        Assert.Multiple(() =>
        {
            Assert.That(times.GetProperty("times").GetArrayLength(), Is.EqualTo(4));
            Assert.That((fast.GetProperty("apdus").GetInt32(), fast.GetProperty("bytes").GetInt32(), fast.GetProperty("bits").GetInt32()),
                Is.EqualTo((2, 303, 800)));
            Assert.That(fast.GetProperty("median").GetDouble(), Is.GreaterThan(fast.GetProperty("noOp").GetDouble()).And.LessThan(500));
            Assert.That(fast.GetProperty("p99").GetDouble(), Is.GreaterThanOrEqualTo(fast.GetProperty("median").GetDouble()));
        });
    }

    private static JsonElement Inside(PcscService service, params string[] arguments)
    {
        // PC/SC by its socket, vpcd by the network namespace.
        using var process = service.StartInside(
            "env", [$"PCSCLITE_CSOCK_NAME={service.Socket}", "dotnet", ConsoleProcess.Find("hiercash-town") + ".dll", .. arguments]);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        JsonShapes.Check("hiercash-town", arguments, ConsoleResult.Of(0, output, ""));
        return JsonSerializer.Deserialize<JsonElement>(output);
    }
}
