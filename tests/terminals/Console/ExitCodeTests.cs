using System.Diagnostics;

namespace HierCash.Tests.Consoles;

/// <summary>Exit codes are 0 to 3 whatever is closed, full, or told to stop; and what is done is done, whoever can be told.</summary>
[Parallelizable]
public sealed class ExitCodeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private NetworkTown _town = null!;

    [OneTimeSetUp]
    public void MakeTown()
    {
        _town = new NetworkTown();
        _town.OpenAccount("Alice", "100.00");
        _town.Must("hiercash-wallet", "withdraw", "20.00", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            _town.North.Address);
        _town.Must("hiercash-issuer", "init", "--dir", "spare");
    }

    [OneTimeTearDown]
    public void EndTown() => _town.Dispose();

    /// <summary>As some daemons and cron wrappers start programs: a refusal that can be said nowhere is still a refusal.</summary>
    [TestCase("hiercash-issuer frobnicate", 2)]
    [TestCase("hiercash-bank accounts --dir nosuch", 1)]
    [TestCase("hiercash-shop pay 1.00 --dir nosuch", 1)]
    [TestCase("hiercash-wallet balance --reader emulator:nosuch --pin 2222", 3)]
    [TestCase("hiercash-card info nosuch", 3)]
    [TestCase("hiercash-auditor frobnicate", 2)]
    [TestCase("hiercash-bank deposit Alice 1.00 --dir north", 0)]
    public void StandardErrorMayBeClosed(string call, int code)
    {
        Assert.That(Shell($"{call} 2>&-").Code, Is.EqualTo(code));
        Assert.That(Shell($"{call} 2>/dev/full").Code, Is.EqualTo(code));
    }

    /// <summary>'timeout' signals a process and then its group; a key bounces; a person presses it again.</summary>
    [TestCase(new[] { "INT" }, 0)]
    [TestCase(new[] { "INT", "INT" }, 0)]
    [TestCase(new[] { "TERM", "INT" }, 0)]
    [TestCase(new[] { "HUP" }, 0)]
    [TestCase(new[] { "HUP", "HUP" }, 0)]
    [TestCase(new[] { "INT", "INT" }, 700)]
    public void WhatWaitsForInputAndIsToldToStopIsRefused(string[] signals, int pause)
    {
        using var process = Start("hiercash-issuer", "enrol", "bank", "-", "--dir", "spare");
        WaitForHandlers(process);
        foreach (string signal in signals)
        {
            ConsoleProcess.Signal(process, signal);
            process.WaitForExit(pause);
        }

        Assert.That(process.WaitForExit(Patience));
        Assert.That((process.ExitCode, process.StandardOutput.ReadToEnd(), process.StandardError.ReadToEnd()),
            Is.EqualTo((1, "", "Stopped.\n")));
    }

    /// <summary>The bank is there and says nothing: who waits for it and asks twice does not wait longer, and ends as we say.</summary>
    [TestCase(0)]
    [TestCase(700)]
    public void WhatWaitsForAPeerAndIsToldTwiceIsRefused(int pause)
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        using var process = Start("hiercash-wallet", "notices", "--reader", "emulator:Alice.card", "--pin", "0000", "--bank",
            $"{silent.LocalEndpoint}");
        Assert.That(process.StandardError.ReadLine(), Does.StartWith("Waiting for the bank"));
        ConsoleProcess.Signal(process, "INT");
        process.WaitForExit(pause);
        if (!process.HasExited)
        {
            ConsoleProcess.Signal(process, "INT");
        }

        Assert.That(process.WaitForExit(Patience));
        Assert.That((process.ExitCode, process.StandardError.ReadToEnd().Split('\n')[0]), Is.EqualTo((1, "Stopped.")));
    }

    /// <summary>A terminal that is closed stops a server as SIGTERM does; under nohup it does not.</summary>
    [TestCase("HUP")]
    [TestCase("INT")]
    [TestCase("INT INT")]
    [TestCase("TERM TERM")]
    public void AServerThatIsToldToStopEndsCleanly(string signals)
    {
        using var process = Start("hiercash-issuer", "serve", "--listen", "127.0.0.1:0", "--dir", "spare");
        Assert.That(process.StandardOutput.ReadLine(), Does.StartWith("Listening on"));
        foreach (string signal in signals.Split(' '))
        {
            ConsoleProcess.Signal(process, signal);
        }

        Assert.That(process.WaitForExit(Patience));
        Assert.That((process.ExitCode, process.StandardOutput.ReadToEnd()), Is.EqualTo((0, "Stopping.\n")));
    }

    [Test]
    public void UnderNohupAServerStaysWhenItsTerminalIsClosed()
    {
        using var process = ConsoleProcess.Start(
            _town.Folder, "sh", "-c", "trap '' HUP; exec hiercash-issuer serve --listen 127.0.0.1:0 --dir spare");
        Assert.That(process.StandardOutput.ReadLine(), Does.StartWith("Listening on"));
        ConsoleProcess.Signal(process, "HUP");
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(2)), Is.False);
        ConsoleProcess.Signal(process, "TERM");
        Assert.That(process.WaitForExit(Patience));
        Assert.That(process.ExitCode, Is.Zero);
    }

    /// <summary>The shop that reads "refused" asks for the money again.</summary>
    [Test]
    public void APaymentThatIsAcceptedIsNotRefusedBecauseNobodyCanBeTold()
    {
        const string Pay = "hiercash-shop pay 1.00 --reader emulator:Alice.card --dir cafe";
        var full = Shell($"{Pay} >/dev/full");
        Assert.That(full.Code, Is.Zero);
        Assert.That(full.Error, Does.StartWith(
            "It is done, and could not be written to the output (No space left on device). Paid 1.00 EUR.").And.Contain("Receipt"));
        Assert.That(Shell($"{Pay} --json >/dev/full 2>/dev/full").Code, Is.Zero);
        Assert.That(Shell($"{Pay} >&- 2>&-").Code, Is.Zero);
        var journal = _town.Json("hiercash-shop", "journal", "--dir", "cafe");
        Assert.That(journal.GetProperty("sales").GetArrayLength(), Is.EqualTo(3));
        Assert.That(_town.Must("hiercash-shop", "journal", "--dir", "cafe").Split("Accepted"), Has.Length.EqualTo(4));
    }

    /// <summary>
    /// What only shows has not done what was asked; what prints something to be carried says that it is done, and how it is had again.
    /// </summary>
    [Test]
    public void WhatIsAskedForAndCannotBeWrittenIsRefused()
    {
        Assert.That(Shell("hiercash-bank accounts --dir north >/dev/full").Code, Is.EqualTo(1));
        File.WriteAllText(Path.Combine(_town.Folder, "bar.request"), _town.Must("hiercash-shop", "init", "--name", "Bar", "--dir", "bar"));
        var vouched = Shell("hiercash-bank enrol-shop bar.request --dir south >/dev/full");
        Assert.That(vouched.Code, Is.EqualTo(1));
        Assert.That(
            vouched.Error, Does.Contain("The account is there, and the signed request could not be written: No space left on device. The "
                + "same call prints it again."));
        Assert.That(_town.Must("hiercash-bank", "enrol-shop", "bar.request", "--dir", "south"),
            Does.StartWith("-----BEGIN HIERCASH REQUEST"));
        var shops = _town.Json("hiercash-bank", "accounts", "--dir", "south").GetProperty("shops").EnumerateArray();
        Assert.That(shops.Count(s => s.GetProperty("name").GetString() == "Bar"), Is.EqualTo(1));
    }

    /// <summary>As from a shell at a terminal: whoever runs the tests in the background has signals ignored.</summary>
    private Process Start(params string[] call) => ConsoleProcess.Start(_town.Folder, "env", ["--default-signal=INT,TERM,HUP", .. call]);

    private ConsoleResult Shell(string call) => ConsoleProcess.Run(_town.Folder, "sh", "-c", $"exec {call}");

    private static void WaitForHandlers(Process process)
    {
        // SIGHUP is bit 0 of the signals that are caught (proc_pid_status(5)).
        var started = Stopwatch.GetTimestamp();
        while (Convert.ToUInt64(File.ReadLines($"/proc/{process.Id}/status")
            .First(l => l.StartsWith("SigCgt:", StringComparison.Ordinal))[7..].Trim(), 16) % 2 == 0)
        {
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(Patience));
            process.WaitForExit(20);
        }

        process.WaitForExit(500);
    }
}
