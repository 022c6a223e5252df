using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using HierCash.Tests.Consoles;

namespace HierCash.Tests.Pcsc;

/// <summary>pcscd with vpcd's reader in a mount and network namespace of its own (with-pcscd.sh).</summary>
internal sealed partial class PcscService : IDisposable
{
    private const string SocketVariable = "PCSCLITE_CSOCK_NAME";
    private const string Nowhere = "/nonexistent";

    /// <summary>
    /// libpcsclite reads the name of its socket once in a process: the services that this process itself speaks to have one place, and take
    /// turns.
    /// </summary>
    private static readonly string OurSockets = Directory.CreateTempSubdirectory("hiercash-pcscd-").FullName;
    private static readonly SemaphoreSlim Turn = new(1);
    private static readonly ConcurrentDictionary<string, string> Sockets = new();
    private readonly Process _process;
    private readonly string _sockets;
    private readonly bool _isOurs;

    /// <param name="forUs">Whether this process itself speaks to it, and not only programs that it starts. Waits until the service before
    /// it is gone.</param>
    public PcscService(bool forUs = false)
    {
        _isOurs = forUs;
        _sockets = forUs ? OurSockets : Directory.CreateTempSubdirectory("hiercash-pcscd-").FullName;
        if (forUs)
        {
            Assert.That(Turn.Wait(TimeSpan.FromMinutes(5)), "the service before this one is gone");
            Directory.CreateDirectory(OurSockets);
            Assert.That(SetEnvironment(SocketVariable, Socket, 1), Is.Zero);
            HideFromChildren();
        }

        // pcscd opens the folder of its socket to everybody, so cards lie elsewhere.
        Folder = Directory.CreateTempSubdirectory("hiercash-cards-").FullName;
        var info = new ProcessStartInfo(Repository.PathOf("tests", "with-pcscd.sh"), ["sh", "-c", "echo ready; cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["PCSCD_DIR"] = _sockets;
        _process = Process.Start(info)!;
        if (_process.StandardOutput.ReadLine() != "ready")
        {
            throw new InvalidOperationException("pcscd did not start: " + _process.StandardError.ReadToEnd());
        }
    }

    /// <summary>Room for card images.</summary>
    public string Folder { get; }

    public string Socket => Path.Combine(_sockets, "pcscd.comm");

    /// <summary>Runs a program that speaks PC/SC.</summary>
    /// <remarks>100,000 APDUs to a card on disk take a minute, and several where the disk is slow.</remarks>
    public ConsoleResult Run(string program, params string[] arguments) => ConsoleProcess.Run(
        Folder, "env", null, [$"{SocketVariable}={Socket}", .. Found(program), .. arguments], TimeSpan.FromMinutes(5));

    /// <summary>Runs a program that has to succeed, and gives what it printed.</summary>
    public string Must(string program, params string[] arguments)
    {
        var result = Run(program, arguments);
        Assert.That(result.Code, Is.Zero, $"{program} {string.Join(' ', arguments)}: {result.Output} {result.Error}");
        return result.Output;
    }

    public Process Start(string program, params string[] arguments) =>
        ConsoleProcess.Start(Folder, "env", [$"{SocketVariable}={Socket}", .. Found(program), .. arguments]);

    /// <summary>Starts a program inside the network namespace, where vpcd listens.</summary>
    public Process StartInside(string program, params string[] arguments) => ConsoleProcess.Start(
        Folder, "nsenter", ["--target", _process.Id.ToString(CultureInfo.InvariantCulture), .. UserNamespace, "--net", .. Found(program),
            .. arguments]);

    /// <summary>Puts a card image into a reader and waits until the reader has seen it.</summary>
    public InsertedCard Insert(string image, int slot = 0, params string[] options) => new(StartInside(
        "hiercash-card",
        ["insert", image, "--slot", slot.ToString(CultureInfo.InvariantCulture), .. options]));

    /// <summary>Consoles that start in this folder find this service without being told.</summary>
    public void ShowIn(string folder) => Sockets[folder] = Socket;

    /// <summary>Whether consoles that start in this folder find a service without being told.</summary>
    public static bool IsShownIn(string folder) => Sockets.ContainsKey(folder);

    /// <summary>A program that is about to start finds the service that is shown in its folder.</summary>
    public static void Show(ProcessStartInfo program)
    {
        if (Sockets.TryGetValue(program.WorkingDirectory, out string? socket))
        {
            program.Environment[SocketVariable] = socket;
        }
    }

    /// <summary>Programs that start now find no service.</summary>
    public static void HideFromChildren() => Environment.SetEnvironmentVariable(SocketVariable, Nowhere);

    /// <summary>A program that is about to start will find no service, whatever others are shown.</summary>
    public static void HideFrom(ProcessStartInfo program) => program.Environment[SocketVariable] = Nowhere;

    /// <summary>kill -9 for pcscd, until <see cref="StartDaemon"/>.</summary>
    public void KillDaemon()
    {
        File.Create(Hold).Dispose();
        foreach (var process in Process.GetProcessesByName("pcscd").Where(p => NetworkOf(p.Id) == NetworkOf(_process.Id)))
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    /// <summary>with-pcscd.sh starts pcscd again, after a second at the earliest.</summary>
    public void StartDaemon() => File.Delete(Hold);

    private string Hold => Path.Combine(_sockets, ".with-pcscd", "hold");

    private static string? NetworkOf(int process) =>
        new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/ns/net")).LinkTarget;

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_sockets, recursive: true);
        Directory.Delete(Folder, recursive: true);
        if (_isOurs)
        {
            Turn.Release();
        }
    }

    private static string[] UserNamespace => Environment.UserName == "root" ? [] : ["--user", "--preserve-credentials"];

    private static string[] Found(string program) => [ConsoleProcess.Find(program)];

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}

/// <summary>A card in a reader: a running 'hiercash-card insert'.</summary>
internal sealed class InsertedCard : IDisposable
{
    private readonly Process _process;
    private bool _gone;

    public InsertedCard(Process process)
    {
        _process = process;
        string? line = process.StandardOutput.ReadLine();
        if (line is null || !line.Contains("Ctrl-C takes it out", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The card was not inserted: {line} {process.StandardError.ReadToEnd()}");
        }
    }

    /// <summary>Takes the card out in the middle of whatever it does: SIGKILL.</summary>
    public void Pull()
    {
        _process.Kill();
        _process.WaitForExit();
        _gone = true;
    }

    /// <summary>Empties the reader: SIGTERM. What is being answered is answered.</summary>
    public int TakeOut()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        _process.WaitForExit();
        _gone = true;
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_gone)
        {
            Pull();
        }

        _process.Dispose();
    }
}
