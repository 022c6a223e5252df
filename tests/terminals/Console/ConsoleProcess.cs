using System.Diagnostics;
using System.Text.RegularExpressions;
using HierCash.Tests.Pcsc;

namespace HierCash.Tests.Consoles;

/// <summary>
/// What a console said and how it ended. On a busy machine any of them may say for whom it waits: that stands apart from what else is on
/// stderr.
/// </summary>
internal sealed partial record ConsoleResult(int Code, string Output, string Error, string Waited)
{
    public static ConsoleResult Of(int code, string output, string error) =>
        new(code, output, Waiting().Replace(error, ""), string.Concat(Waiting().Matches(error).Select(m => m.Value)));

    [GeneratedRegex(@"^Waiting for the \w+ at \S+ \.\.\.\n", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Waiting();
}

/// <summary>Calls the consoles as users do: programs with arguments, in a folder.</summary>
internal static class ConsoleProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Folders of the consoles, as built with these tests.</summary>
    public static string SearchPath => string.Join(Path.PathSeparator, Folders.Append(Environment.GetEnvironmentVariable("PATH")!));

    private static IEnumerable<string> Folders
    {
        get
        {
            // tests/bin/CONFIGURATION/net10.0, below the checkout or below the folder of another build of it
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            string tail = Path.Combine("bin", output.Parent!.Name, output.Name);
            string root = output.Parent.Parent!.Parent!.Parent!.FullName;
            return new[] { "terminals/Issuer", "terminals/Bank", "terminals/Shop", "terminals/Wallet", "terminals/Auditor",
                "terminals/Town", "card/Emulator", "tests/ConsoleHost" }
                .Select(p => Path.Combine(root, p, tail));
        }
    }

    public static ConsoleResult Run(string folder, string console, params string[] arguments) => Run(folder, console, null, arguments);

    /// <summary>Runs a console in a host that has it loaded, and any other program as a process.</summary>
    public static ConsoleResult Run(string folder, string console, string? input, string[] arguments, TimeSpan? patience = null)
    {
        string path = Find(console);
        if (path == console || PcscService.IsShownIn(folder))
        {
            return RunAlone(folder, console, input, arguments, patience);
        }

        var result = ConsoleHost.Run(folder, path, input ?? "", arguments, patience ?? Patience);
        JsonShapes.Check(console, arguments, result);
        return result;
    }

    /// <summary>Runs any program as a process of its own.</summary>
    public static ConsoleResult RunAlone(string folder, string console, string? input, string[] arguments, TimeSpan? patience = null)
    {
        using var process = Start(folder, console, arguments);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(patience ?? Patience))
        {
            process.Kill();
            throw new TimeoutException($"{console} {string.Join(' ', arguments)} did not end.");
        }

        var result = ConsoleResult.Of(process.ExitCode, output.Result, error.Result);
        JsonShapes.Check(console, arguments, result);
        return result;
    }

    /// <summary>The path of one of the consoles; any other name as it is.</summary>
    public static string Find(string console) => Folders.Select(f => Path.Combine(f, console)).FirstOrDefault(File.Exists) ?? console;

    /// <summary>Sends a signal such as INT.</summary>
    public static void Signal(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public static Process Start(string folder, string console, params string[] arguments) =>
        Process.Start(Info(folder, Find(console), arguments))!;

    /// <summary>A program whose streams are all given to the caller.</summary>
    public static ProcessStartInfo Info(string folder, string program, string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["PATH"] = SearchPath;
        RemoveVariables(info);
        PcscService.Show(info);
        return info;
    }

    /// <summary>What a shell says for consoles says nothing in tests; a switch that is thrown is thrown in them, too.</summary>
    public static void RemoveVariables(ProcessStartInfo info)
    {
        foreach (string name in info.Environment.Keys.Where(
            k => k.StartsWith("HIERCASH_", StringComparison.Ordinal) && k != "HIERCASH_SWITCH").ToList())
        {
            info.Environment.Remove(name);
        }
    }
}

/// <summary>A serving process whose log is kept, that can be killed and started again on its port.</summary>
internal sealed class ServingProcess : IDisposable
{
    private readonly string _folder;
    private readonly string _console;
    private readonly string[] _arguments;
    private readonly System.Text.StringBuilder _log = new();
    private Process? _process;

    public ServingProcess(string folder, string console, params string[] arguments)
    {
        _folder = folder;
        _console = console;
        _arguments = arguments;
        Start();
    }

    /// <summary>HOST:PORT.</summary>
    public string Address { get; private set; } = "127.0.0.1:0";

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>What it printed after the line that it listens, once it was stopped.</summary>
    public string Said { get; private set; } = "";

    public void Start()
    {
        _process = ConsoleProcess.Start(_folder, _console, ["serve", "--listen", Address, .. _arguments]);
        _process.ErrorDataReceived += (_, e) =>
        {
            lock (_log)
            {
                _log.AppendLine(e.Data);
            }
        };
        _process.BeginErrorReadLine();
        string? line = _process.StandardOutput.ReadLine();
        Address = line is not null && line.StartsWith("Listening on ", StringComparison.Ordinal)
            ? line["Listening on ".Length..].TrimEnd('.')
            : throw new InvalidOperationException($"{_console} did not start: {line} {Log}");
    }

    /// <summary>Resident bytes.</summary>
    public long Memory
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Sends it a signal such as STOP.</summary>
    public void Signal(string signal) => ConsoleProcess.Signal(_process!, signal);

    /// <summary>SIGTERM; the exit code.</summary>
    public int Stop()
    {
        ConsoleProcess.Signal(_process!, "TERM");
        _process!.WaitForExit();
        Said = _process.StandardOutput.ReadToEnd();
        int code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }
    }
}
