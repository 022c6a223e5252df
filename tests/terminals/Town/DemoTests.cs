using System.Diagnostics;
using System.Text.Json;
using HierCash.Tests.Consoles;

namespace HierCash.Tests.Town;

/// <summary>The demo as a user starts it: a process with arguments, an exit code, and two streams.</summary>
[Parallelizable]
public sealed class DemoTests
{
    [Test]
    public void JsonIsOneObjectWithTheStorysFigures()
    {
        var (code, output, error) = Run("demo", "--json");
        Assert.That((code, error), Is.EqualTo((0, "")));
        var report = JsonSerializer.Deserialize<JsonElement>(output);
        Assert.Multiple(() =>
        {
            Assert.That(report.GetProperty("withdrawn").ToString(), Is.EqualTo("""{"amount":"80.00","currency":"EUR"}"""));
            Assert.That(report.GetProperty("paid").GetProperty("amount").GetString(), Is.EqualTo("100.00"));
            Assert.That(report.GetProperty("settled").ToString(), Is.EqualTo(report.GetProperty("paid").ToString()));
            Assert.That(report.GetProperty("overspent").GetProperty("amount").GetString(), Is.EqualTo("20.00"));
            Assert.That(report.GetProperty("tracedUser").GetString(), Is.EqualTo("Mallory"));
            Assert.That(report.GetProperty("auditOk").GetBoolean());
            Assert.That(report.GetProperty("paymentBits").GetInt32(), Is.EqualTo(800));
            Assert.That(report.GetProperty("paymentBitsClaim").GetInt32(), Is.EqualTo(928));
            Assert.That(report.GetProperty("paymentApdus").GetInt32(), Is.EqualTo(2));
            Assert.That(report.GetProperty("bankSawNU").GetBoolean(), Is.False);
            Assert.That(report.GetProperty("issuerSawU").GetBoolean(), Is.False);
        });
    }

    /// <summary>A demo that goes wrong is no riddle.</summary>
    [Test]
    public async Task WhatGoesOtherwiseIsSaid()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-demo-").FullName;
        try
        {
            using var town = new SimulatedTown(new TownOptions
            {
                Directory = folder, Terms = new SchemeParameters { NoPinLimit = Amount.Zero },
            });
            Refused? refused = null;
            try
            {
                await Demo.Run(town, new DirectReader(), new Narrator(null, false), default);
            }
            catch (RefusedException e)
            {
                refused = e.Refused;
            }

            Assert.That(refused, Is.EqualTo(new Refused(Outcome.Fault, "The demo went otherwise than it should. The card wants its payment "
                + "PIN for this. Enter the payment PIN. Report this with the command.")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void TheStoryNamesTheOverspenderAndNoColourIsSentIntoAPipe()
    {
        var (code, output, _) = Run();
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("Mallory (account").And.Contain("audit ok").And.Not.Contain("\e["));
    }

    [Test]
    public void TheSameSeedGivesTheSameScheme()
    {
        string Scheme(string seed) => JsonSerializer.Deserialize<JsonElement>(Run("demo", "--json", "--seed", seed).Output)
            .GetProperty("scheme").GetString()!;
        string first = Scheme("42");
        Assert.That(Scheme("42"), Is.EqualTo(first));
        Assert.That(Scheme("43"), Is.Not.EqualTo(first));
    }

    [Test]
    public void TheFolderKeepsTheEvidenceAndIsNeverOverwritten()
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            Assert.That(Run("demo", "--dir", folder).Code, Is.Zero);
            var evidence = Protocol.Cash.Evidence.Decode(File.ReadAllBytes(Path.Combine(folder, "town", "evidence.hce")));
            Assert.That(evidence?.Name, Is.EqualTo("Mallory"));
            var (code, output, error) = Run("demo", "--dir", folder);
            Assert.That((code, output), Is.EqualTo((1, "")));
            Assert.That(error, Does.Contain("there already"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("demo", "--jsn")]
    [TestCase("dmo")]
    [TestCase("demo", "--seed", "-1")]
    [TestCase("demo", "--seed", "many")]
    [TestCase("demo", "--dir")]
    [TestCase("demo", "@file")]
    public void WrongUsageIsOneSentenceOnStderr(params string[] arguments)
    {
        var (code, output, error) = Run(arguments);
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain("--help").And.Not.Contain("   at "));
    }

    [Test]
    public void HelpTeachesWithExamples()
    {
        var (code, output, _) = Run("--help");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("Examples:").And.Contain("demo --json"));
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        string program = ConsoleProcess.Find("hiercash-town") + ".dll";
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
