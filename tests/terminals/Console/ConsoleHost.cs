using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using HierCash.Tests.Pcsc;

namespace HierCash.Tests.Consoles;

/// <summary>
/// A process that runs one console's Main for one call after another (tests/ConsoleHost). A call in it says and does what a process of its
/// own does, without the start; what is told to stop, killed, or has an output that is closed or full is a process of its own.
/// <see cref="ConsoleHostTests"/> compares the two.
/// </summary>
internal sealed class ConsoleHost
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<ConsoleHost>> Free = new();

    private readonly Process _process;

    /// <summary>What the runtime says of a crash.</summary>
    private readonly ConcurrentQueue<string> _said = new();

    static ConsoleHost() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var host in Free.Values.SelectMany(h => h))
        {
            host._process.Kill();
        }
    };

    private ConsoleHost(string console)
    {
        var info = ConsoleProcess.Info(Path.GetTempPath(), ConsoleProcess.Find("console-host"),
            [Path.ChangeExtension(console, null) + ".dll"]);
        PcscService.HideFrom(info);
        _process = Process.Start(info)!;
        _process.ErrorDataReceived += (_, said) => _said.Enqueue(said.Data ?? "");
        _process.BeginErrorReadLine();
    }

    /// <param name="console">The path of its program.</param>
    /// <exception cref="TimeoutException">It did not end.</exception>
    public static ConsoleResult Run(string folder, string console, string input, string[] arguments, TimeSpan patience)
    {
        var free = Free.GetOrAdd(console, _ => []);
        var host = free.TryTake(out var one) ? one : new ConsoleHost(console);
        var result = host.Run(new { Folder = folder, Arguments = arguments, Input = input }, patience)
            ?? throw new TimeoutException($"{console} {string.Join(' ', arguments)} did not end.");
        free.Add(host);
        return result;
    }

    private ConsoleResult? Run(object call, TimeSpan patience)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(call));
        _process.StandardInput.Flush();
        var line = _process.StandardOutput.ReadLineAsync();
        if (!line.Wait(patience))
        {
            _process.Kill();
            return null;
        }

        if (line.Result is not { } said)
        {
            _process.WaitForExit();
            throw new InvalidOperationException($"The console ended its host, with {_process.ExitCode}. {string.Join('\n', _said)}");
        }

        var ended = JsonSerializer.Deserialize<JsonElement>(said);
        return ConsoleResult.Of(ended.GetProperty("Code").GetInt32(), ended.GetProperty("Output").GetString()!,
            ended.GetProperty("Error").GetString()!);
    }
}
