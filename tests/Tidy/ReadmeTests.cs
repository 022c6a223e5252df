using System.Text.RegularExpressions;
using HierCash.Tests.Audits;

namespace HierCash.Tests.Tidy;

/// <summary>What README says in numbers and lists is counted where it comes from.</summary>
[Parallelizable]
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("README.md"));

    /// <summary>Who reads README knows what test.sh installs.</summary>
    [Test]
    public void ThePackagesAreThoseThatTheTestsInstall()
    {
        var installed = Installed().Match(File.ReadAllText(Repository.PathOf("test.sh"))).Groups[1].Value.Split(' ');
        var said = Said().Match(Readme).Groups[1].Value.Split(", ");
        Assert.That(installed, Has.Length.GreaterThan(5));
        Assert.That(said, Is.EqualTo(installed));
    }

    [Test]
    public void TheWrongInvocationsAreCounted()
    {
        int rows = File.ReadAllLines(Repository.PathOf("terminals", "wrong-calls.md"))
            .Count(l => l.StartsWith("| `", StringComparison.Ordinal));
        Assert.That(Readme, Does.Contain($"[{rows} wrong invocations](terminals/wrong-calls.md) are explained."));
    }

    [Test]
    public void TheCorruptionsAreCounted()
    {
        int forged = AuditorTests.ForgeryNames.Count();
        Assert.That(Readme, Does.Contain($"The auditor names each of {AuditorTests.Names.Count() + forged} planted corruptions, {forged} "
            + $"of them by parties with their own keys;"));
    }

    /// <summary>A stranger who starts the Python client without a reader reads how it is called.</summary>
    [Test]
    public void TheStrangersClientSaysHowItIsCalled()
    {
        var result = Consoles.ConsoleProcess.Run(
            Path.GetTempPath(), "/usr/bin/python3", Repository.PathOf("tests", "Interop", "client.py"));
        Assert.That((result.Code, result.Error.StartsWith("Usage: client.py READER", StringComparison.Ordinal)), Is.EqualTo((1, true)),
            result.Error);
    }

    [GeneratedRegex("for package in ([^;]+);")]
    private static partial Regex Installed();

    [GeneratedRegex(@"where it is missing: ([^)]+)\):")]
    private static partial Regex Said();
}
