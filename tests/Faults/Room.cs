using System.Diagnostics;
using HierCash.Tests.Consoles;

namespace HierCash.Tests.Faults;

/// <summary>
/// A network and a mount namespace of its own: addresses, ports, file systems that are mounted, and /dev/shm are nobody else's, and all of
/// it is gone with the room. Needs root, or a kernel that lets users have namespaces.
/// </summary>
internal sealed class Room : IDisposable
{
    private const int Root = 0;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Process _holder;
    private readonly bool _isUser = Geteuid() != Root;

    /// <param name="addresses">Addresses on its loopback, beside 127.0.0.1.</param>
    public Room(params string[] addresses)
    {
        string[] user = _isUser ? ["--user", "--map-root-user"] : [];
        string own = string.Concat(addresses.Select(a => $"ip address add {a}/32 dev lo && "));

        // Ends when its standard input does: with this process, however that one ends.
        _holder = Process.Start(new ProcessStartInfo(
            "unshare", [.. user, "--mount", "--net", "sh", "-c",
                $"mount -t tmpfs none /dev/shm && ip link set lo up && {own}echo ready && exec cat > /dev/null"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
                Environment = { ["PATH"] = SystemPath },
        })!;
        if (_holder.StandardOutput.ReadLine() != "ready")
        {
            throw new InvalidOperationException($"No namespaces of its own: {_holder.StandardError.ReadToEnd()}");
        }
    }

    /// <summary>The consoles first, then the machine's, those of root included.</summary>
    private static string SystemPath => $"{ConsoleProcess.SearchPath}:/usr/sbin:/sbin";

    /// <summary>The process that holds the namespaces.</summary>
    public int Pid => _holder.Id;

    /// <summary>
    /// How a program is started in here. The process that is started is the program itself: its id is the one to kill or to stop.
    /// </summary>
    public ProcessStartInfo In(string folder, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        string[] user = _isUser ? ["--user", "--preserve-credentials"] : [];
        var info = new ProcessStartInfo(
            "nsenter",
            [
                .. user, "--target", $"{_holder.Id}", "--mount", "--net", "env", $"--chdir={folder}",
                .. environment.Select(e => $"{e.Key}={e.Value}"), ConsoleProcess.Find(program), .. arguments,
            ])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        info.Environment["PATH"] = SystemPath;
        ConsoleProcess.RemoveVariables(info);
        return info;
    }

    /// <summary>Runs a script in here, which has to succeed; what it printed.</summary>
    public string Shell(string folder, string script)
    {
        using var process = Process.Start(In(folder, new Dictionary<string, string>(), "/bin/sh", "-ec", script))!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit(Patience);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{script}: {error.Result}");
    }

    public void Dispose()
    {
        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "geteuid")]
    private static extern int Geteuid();
}
