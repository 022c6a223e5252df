using System.Diagnostics;
using System.Globalization;
using HierCash.Tests.Consoles;

namespace HierCash.Tests.Faults;

/// <summary>One who takes part in the world: a folder, a clock of its own, and a process where it serves.</summary>
/// <param name="room">Where it lives; the issuer may live in another one than all others.</param>
/// <param name="world">The folder of all.</param>
internal sealed class FaultParty(string name, Func<Room> room, string world, string? console = null, params string[] serve) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);
    private readonly SharedNumbers _clock = new(Path.Combine(world, $"{name}.clock"), 1);
    private Process? _process;
    private int _starts;

    public string Name => name;

    public string Folder { get; } = Path.Combine(world, name);

    public Room Room => room();

    /// <summary>Libraries that its next processes load first, beside the clock.</summary>
    public IReadOnlyDictionary<string, string> Preloaded { get; set; } = new Dictionary<string, string>();

    /// <summary>Where standard error of its process goes.</summary>
    public string LogFile { get; set; } = Path.Combine(world, $"{name}.log");

    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    public bool IsServing => _process is { HasExited: false };

    /// <summary>Of the process that serves.</summary>
    public int Pid => _process!.Id;

    /// <summary>How far its clock is ahead of the machine's. Processes that run see it at once; monotonic time goes on as ever.</summary>
    public TimeSpan Clock
    {
        get => TimeSpan.FromSeconds(_clock[0]);
        set => _clock[0] = (int)value.TotalSeconds;
    }

    /// <summary>With what its processes run: its clock, read anew at each look, and the disk of those concerned.</summary>
    public Dictionary<string, string> Environment(params FaultParty[] beside)
    {
        var all = beside.Append(this).SelectMany(p => p.Preloaded).ToList();
        var libraries = all.Where(p => p.Key == "LD_PRELOAD").Select(p => p.Value).Append(FaultTools.WrongClock).Distinct();
        var environment = all.Where(p => p.Key != "LD_PRELOAD").GroupBy(p => p.Key)
            .ToDictionary(g => g.Key, g => string.Join(':', g.Select(p => p.Value)));
        environment["LD_PRELOAD"] = string.Join(':', libraries);
        environment["HIERCASH_CLOCK"] = _clock.Path;
        return environment;
    }

    /// <summary>Starts to serve, and waits until it says that it listens.</summary>
    public void Start()
    {
        Begin();
        var since = Stopwatch.GetTimestamp();
        while (!File.ReadAllText(OutFile).Contains("Listening on ", StringComparison.Ordinal))
        {
            if (_process!.HasExited || Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new InvalidOperationException($"{name} did not start: {File.ReadAllText(OutFile)} {Log}");
            }

            Task.Delay(Glance).Wait();
        }
    }

    /// <summary>Starts to serve, whatever comes of it.</summary>
    public void Begin()
    {
        File.WriteAllText(OutFile, "");
        _process = Process.Start(Room.In(
            world, Environment(), "/bin/sh", ["-c", "out=$1; log=$2; shift 2; exec \"$@\" > \"$out\" 2>> \"$log\"", "sh", OutFile, LogFile,
                ConsoleProcess.Find(console!), "serve", "--dir", name, .. serve]))!;
        _process.StandardInput.Close();
        _starts++;
    }

    /// <summary>What its process said on standard output.</summary>
    public string Said => File.ReadAllText(OutFile);

    /// <summary>How its process ended.</summary>
    public int ExitCode
    {
        get
        {
            _process!.WaitForExit(Patience);
            return _process.ExitCode;
        }
    }

    private string OutFile => Path.Combine(world, $"{name}.out");

    /// <summary>SIGKILL; nothing if it does not run.</summary>
    public void Kill()
    {
        if (_process is null)
        {
            return;
        }

        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Restart()
    {
        Kill();
        Start();
    }

    /// <summary>Sends a signal such as STOP.</summary>
    public void Signal(string signal) => ConsoleProcess.Signal(_process!, signal);

    /// <summary>Resident memory of its process, in bytes.</summary>
    public long Resident => File.ReadLines($"/proc/{Pid}/status").Where(l => l.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(l => 1024 * long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .FirstOrDefault();

    /// <summary>How often it was started.</summary>
    public int Starts => _starts;

    public void Dispose()
    {
        Kill();
        _clock.Dispose();
    }
}
