using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace HierCash.Tests.Faults;

/// <summary>The small C programs of this folder, built once by gcc.</summary>
internal static class FaultTools
{
    private static readonly Lazy<string> Folder = new(() =>
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-faults-tools-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    });

    private static readonly Lazy<string> Disk = new(() => Build("failing-disk", "failing-disk.so", "-shared", "-fPIC"));
    private static readonly Lazy<string> Clock = new(() => Build("wrong-clock", "wrong-clock.so", "-shared", "-fPIC"));
    private static readonly Lazy<string> Relay = new(() => Build("tun-relay", "tun-relay"));

    /// <summary>The library that lets calls fail.</summary>
    public static string FailingDisk => Disk.Value;

    /// <summary>The library that gives processes a clock of their own.</summary>
    public static string WrongClock => Clock.Value;

    /// <summary>The program that carries packets.</summary>
    public static string TunRelay => Relay.Value;

    private static string Build(string source, string name, params string[] options)
    {
        string output = Path.Combine(Folder.Value, name);
        var info = new ProcessStartInfo("gcc",
            ["-O2", "-Wall", "-Wextra", "-Werror", .. options, "-o", output, Repository.PathOf("tests", "Faults", source + ".c"),
                "-ldl"]) { RedirectStandardError = true };
        using var gcc = Process.Start(info)!;
        string error = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? output : throw new InvalidOperationException($"gcc {source}.c: {error}");
    }
}

/// <summary>A file of numbers that a C program has mapped too: what is written here holds there at once.</summary>
internal sealed class SharedNumbers : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public SharedNumbers(string path, int count)
    {
        Path = path;
        File.WriteAllBytes(path, new byte[count * sizeof(int)]);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
        _view = _file.CreateViewAccessor();
    }

    public string Path { get; }

    public int this[int at]
    {
        get => _view.ReadInt32(at * sizeof(int));
        set => _view.Write(at * sizeof(int), value);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}

/// <summary>What a failing call of the disk ends with.</summary>
internal enum DiskError { None = 0, IoError = 5, NoSpace = 28, ReadOnly = 30 }

/// <summary>
/// The disk under one party's folder, which can be made to fail while processes run. There from the next start of a process on.
/// </summary>
internal sealed class FailingDisk : IDisposable
{
    private const int Error = 0, Percent = 1, Calls = 2, State = 3, Count = 4;
    private const int WritesAndSyncs = 3, AllCalls = 15;
    private readonly SharedNumbers _control;

    public FailingDisk(FaultParty party, int seed)
    {
        _control = new SharedNumbers(party.Folder + ".disk", Count + 1) { [State] = seed };
        party.Preloaded = new Dictionary<string, string> { ["LD_PRELOAD"] = FaultTools.FailingDisk,
            ["HIERCASH_DISKS"] = $"{party.Folder}={_control.Path}" };
    }

    /// <summary>How many calls failed.</summary>
    public int Failed => _control[Count];

    /// <summary>From now on so many of 100 calls end with that error.</summary>
    /// <param name="error">A read-only disk lets nothing be opened for writing, either.</param>
    public void Fail(DiskError error, int percent = 100)
    {
        _control[Percent] = percent;
        _control[Calls] = error == DiskError.IoError ? WritesAndSyncs : AllCalls;
        _control[Error] = (int)error;
    }

    /// <summary>The fault is over.</summary>
    public void Mend() => _control[Error] = 0;

    public void Dispose() => _control.Dispose();
}
