using System.Diagnostics;
using HierCash.Tests.Consoles;

namespace HierCash.Tests.Readers;

/// <summary>
/// hiercash-card compiled ahead of time, over the binding that is not ours: the package's stand-in makes the linker warn as the package
/// does.
/// </summary>
[Parallelizable]
public sealed class AheadOfTimeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(9);
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hiercash-aot-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// The linker sums up in one warning (IL2104) what it finds in an assembly that says nothing of trimming: the publish ends all the
    /// same, and the program works.
    /// </summary>
    [Test]
    public void TheOtherBindingIsPublishedAheadOfTime()
    {
        string linker = ConsoleProcess.SearchPath.Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "clang"))) ? "clang"
            : "gcc";
        var info = new ProcessStartInfo(
            "dotnet",
            [
                "publish", Repository.PathOf("card", "Emulator"), "-c", "Release", "--nologo", "--disable-build-servers", "-v", "minimal",
                "-p:UsePcscSharp=stand-in",
                // As the linker sees it, and in half the time.
                "-p:Optimize=false", "-p:RunAnalyzers=false", $"-p:CppCompilerAndLinker={linker}", "-o", _folder,
            ])
        {
            RedirectStandardOutput = true,
        };
        using var publish = Process.Start(info)!;
        var said = publish.StandardOutput.ReadToEndAsync();
        Assert.That(publish.WaitForExit(Patience) && publish.ExitCode == 0, () => said.Result);
        Assert.That(said.Result, Does.Contain("warning IL2104").And.Contain("PCSC"), "the stand-in does what the package does");

        string program = Path.Combine(_folder, "hiercash-card");
        Assert.That(ConsoleProcess.Run(_folder, program, "new", "a.card").Code, Is.Zero);
        var selected = ConsoleProcess.Run(_folder, program, "apdu", "send", "00A404000AF048494552434153480100", "--reader",
            "emulator:a.card");
        Assert.That(selected.Output, Does.Contain("9000 Done."));
        var none = ConsoleProcess.Run(_folder, "env", "PCSCLITE_CSOCK_NAME=/nonexistent", program, "apdu", "send", "8010000000", "--wait",
            "0");
        Assert.That((none.Code, none.Error), Is.EqualTo((3, "The PC/SC service does not run. Start pcscd (on Windows the service 'Smart "
            + "Card'), or use --reader emulator:FILE.\n")));
    }
}
