using System.Text.Json;
using HierCash.Terminals;
using Microsoft.Extensions.Logging;

namespace HierCash.Tests.Consoles;

/// <summary>Logs are bounded (rule R30), and one that cannot be written ends nothing (rule R28).</summary>
public sealed class LogTests
{
    private const int MostLines = 240;
    private const int MostBytes = 768 * 1024;
    private static readonly Action<ILogger, LinkPeer, string, Exception?> Refused =
        LoggerMessage.Define<LinkPeer, string>(LogLevel.Warning, new EventId(1, "LogRefused"), "{Peer}: {Request} refused");

    private static readonly LinkPeer Bank = new(LinkRole.Bank, new HierCash.Protocol.Cash.PartyId(7));
    private readonly HandClock _clock = new();

    /// <summary>
    /// 28 MB in 5 seconds became of unknown messages. Now: some lines, then their number; and a bank's lines are all there.
    /// </summary>
    [Test, Rule(30)]
    public void StrangersFillNoLog()
    {
        using var output = new StringWriter();
        using (var log = new LineLog(output, _clock))
        {
            var logger = log.CreateLogger("issuer");
            for (int i = 0; i < 100_000; i++)
            {
                Refused(logger, LinkPeer.Wallet, $"{i:X4}", null);
                if (i % 1000 == 0)
                {
                    Refused(logger, Bank, "Issue", null);
                }
            }

            _clock.Advance(TimeSpan.FromMinutes(1));
            Refused(logger, Bank, "Settle", null);
        }

        var lines = Lines(output);
        Assert.That(lines.Count(l => l.StartsWith("a wallet: ", StringComparison.Ordinal)), Is.EqualTo(MostLines));
        Assert.That(lines.Count(l => l == "bank 7: Issue refused"), Is.EqualTo(100));
        Assert.That(lines[^2], Does.StartWith($"{100_000 - MostLines} more of these within a minute until ").And.Contain("1869F refused"));
        Assert.That(lines[^1], Is.EqualTo("bank 7: Settle refused"));
        Assert.That(output.ToString(), Has.Length.LessThan(100_000));
    }

    /// <summary>Whoever invents new kinds of lines, or long ones, meets the limit of all together; errors have something left.</summary>
    [Test, Rule(30)]
    public void AllLinesTogetherHaveALimit()
    {
        using var output = new StringWriter();
        using (var log = new LineLog(output, _clock))
        {
            var logger = log.CreateLogger("issuer");
            for (uint i = 0; i < 1_500; i++)
            {
                Refused(logger, Bank with { Id = new HierCash.Protocol.Cash.PartyId(i) }, new string('x', 1000), null);
            }

            LoggerMessage.Define(LogLevel.Error, new EventId(2, "LogFault"), "the disk is full")(logger, null);
        }

        Assert.That(output.ToString(), Has.Length.InRange(100_000, MostBytes));
        Assert.That(Lines(output), Has.Some.EqualTo("the disk is full"));
    }

    /// <summary>
    /// Its disk is full: nobody who logs notices, 'status' says so, and it goes on with the number of those that are lost.
    /// </summary>
    [Test, Rule(28)]
    public void ALogThatCannotBeWrittenEndsNothing()
    {
        var faults = new Terminals.Store.Faults(TimeProvider.System);
        using var output = new FullWriter();
        using var log = new LineLog(output, TimeProvider.System, faults);
        var logger = log.CreateLogger("issuer");
        for (int i = 0; i < 3; i++)
        {
            Refused(logger, Bank, "Issue", null);
        }

        Assert.That(() => faults.All.Select(f => $"{f.What} {f.Times}: {f.Reason}"),
            Is.EqualTo(new[] { "log 3: No space left on device" }).After(10_000, 10));
        output.IsFull = false;
        Refused(logger, Bank, "Settle", null);
        Assert.That(() => faults.All, Is.Empty.After(10_000, 10));
        Assert.That(() => output.Written.ToList(), Has.Count.EqualTo(2).After(10_000, 10));
        Assert.That(output.Written[0], Does.Contain("3 lines before this one could not be written"));
    }

    /// <summary>Nobody reads the pipe: whoever logs does not wait for that.</summary>
    [Test, Rule(28)]
    public void NobodyWaitsForALogThatHangs()
    {
        using var gate = new ManualResetEventSlim();
        using var output = new FullWriter { IsFull = false, Gate = gate };
        using (var log = new LineLog(output, TimeProvider.System))
        {
            var logger = log.CreateLogger("issuer");
            for (uint i = 0; i < 5000; i++)
            {
                Refused(logger, Bank with { Id = new HierCash.Protocol.Cash.PartyId(i) }, "Issue", null);
            }

            gate.Set();
            Assert.That(() => output.Written.Count, Is.GreaterThan(1500).After(10_000, 10));
        }

        Assert.That(output.Written, Has.Count.LessThan(2500));
    }

    /// <summary>Two files at most, each its owner's alone, and no line is torn in two.</summary>
    [Test, Rule(30)]
    public void AFileBecomesNoLargerThanItMay()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-log-").FullName;
        string path = Path.Combine(folder, "issuer.log");
        try
        {
            using (var file = new RotatedFile(path, 1000))
            {
                for (int i = 0; i < 100; i++)
                {
                    file.WriteLine($"{i:D3} {new string('x', 95)}");
                }
            }

            Assert.That(Directory.GetFiles(folder).Select(f => (Path.GetFileName(f), new FileInfo(f).Length)),
                Is.EquivalentTo(new[] { ("issuer.log", 1000L), ("issuer.log.1", 1000L) }));
            Assert.That(File.ReadAllLines(path)[^1], Does.StartWith("099 x"));
            if (!OperatingSystem.IsWindows())
            {
                Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            }

            // Somebody removes the folder: the next line fails, and is written when it is there again.
            using var next = new RotatedFile(path, 100);
            next.WriteLine("a");
            Directory.Delete(folder, recursive: true);
            Assert.That(() => next.WriteLine(new string('b', 200)), Throws.InstanceOf<IOException>());
            Directory.CreateDirectory(folder);
            next.WriteLine("c");
            next.Dispose();
            Assert.That(File.ReadAllText(path), Is.EqualTo("c\n"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<string> Lines(StringWriter output) =>
        [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonSerializer.Deserialize<JsonElement>(l).GetProperty("Message").GetString()!)];

    private sealed class FullWriter : StringWriter
    {
        private readonly List<string> _written = [];

        public bool IsFull { get; set; } = true;

        public ManualResetEventSlim? Gate { get; init; }

        public List<string> Written
        {
            get
            {
                lock (_written)
                {
                    return [.. _written];
                }
            }
        }

        public override void WriteLine(string? value)
        {
            Gate?.Wait();
            if (IsFull)
            {
                throw new IOException("No space left on device");
            }

            lock (_written)
            {
                _written.Add(value!);
            }
        }
    }

    /// <summary>Moves by hand, its stop-watch too; its timers are real.</summary>
    private sealed class HandClock : TimeProvider
    {
        private long _ticks = TimeSpan.FromDays(1).Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _ticks);

        public void Advance(TimeSpan span) => Interlocked.Add(ref _ticks, span.Ticks);
    }
}
