using System.Text.Json;
using HierCash.Tests.Faults;

namespace HierCash.Tests.Consoles;

/// <summary>hiercash-issuer clock and recover, as people type them.</summary>
[Parallelizable]
public sealed class ClockConsoleTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hiercash-clock-").FullName;
    private readonly SharedNumbers _clock;

    public ClockConsoleTests() => _clock = new SharedNumbers(Path.Combine(_folder, "ahead"), 1);

    [OneTimeTearDown]
    public void TearDown()
    {
        _clock.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>
    /// A clock that is behind what was signed is shown; once a person says that it is right it stops nothing, and what was signed ahead is
    /// listed.
    /// </summary>
    [Test, Rule(26)]
    public void AClockThatIsBehindIsShownAndConfirmed()
    {
        Assert.That(Issuer("init").Code, Is.Zero);
        Assert.That(Issuer("clock").Output, Does.Contain("Nothing was signed under a date yet.").And.Contain("Nothing waits for it."));
        Assert.That(Issuer("clock", "accept").Code, Is.Zero);
        _clock[0] = (int)TimeSpan.FromDays(-3).TotalSeconds;
        var shown = Issuer("clock");
        Assert.That(shown.Output, Does.Contain(", the latest time that it went by: nothing is signed until it is right. Compare this time "
            + "with another clock.").And.Contain("hiercash-issuer clock accept"));
        Assert.That(Issuer("status").Output,
            Does.Contain(", the latest time that it went by: nothing").And.Contain("What waits:")
                .And.Contain("everything that the issuer signs: The issuer's clock says "));
        Assert.That(Json(Issuer("clock", "--json")).GetProperty("isBehind").GetBoolean(), Is.True);
        var accepted = Issuer("clock", "accept");
        Assert.That((accepted.Code, accepted.Error), Is.EqualTo((0, "")));
        Assert.That(accepted.Output, Does.Contain("Signed ahead: certificates of this issuer's keys: 3, made again"));
        var after = Json(Issuer("clock", "--json"));
        Assert.That(after.GetProperty("isBehind").GetBoolean(), Is.False);
        Assert.That(DateTimeOffset.Parse(after.GetProperty("signed").GetString()!, null),
            Is.LessThan(TimeProvider.System.GetUtcNow().AddDays(-2)));
    }

    /// <summary>Who is no older copy has nothing to recover, and hears that.</summary>
    [Test, Rule(27)]
    public void WhoIsNoOlderCopyRecoversNothing()
    {
        Assert.That(ConsoleProcess.Run(_folder, "hiercash-issuer", "init", "--dir", "other").Code, Is.Zero);
        var refused = ConsoleProcess.Run(_folder, "hiercash-issuer", "recover", "--dir", "other");
        Assert.That((refused.Code, refused.Output), Is.EqualTo((1, "")));
        Assert.That(refused.Error, Does.StartWith("This issuer's database is no older copy, as far as any bank, till or key has shown."));
        var unknown = ConsoleProcess.Run(_folder, "hiercash-issuer", "recover", "--without", "nobody", "--dir", "other");
        Assert.That((unknown.Code, unknown.Output), Is.EqualTo((2, "")));
    }

    private ConsoleResult Issuer(params string[] arguments) => ConsoleProcess.Run(
        _folder, "env", [$"LD_PRELOAD={FaultTools.WrongClock}", $"HIERCASH_CLOCK={_clock.Path}", "hiercash-issuer", .. arguments, "--dir",
            "issuer"]);

    private static JsonElement Json(ConsoleResult said) => JsonSerializer.Deserialize<JsonElement>(said.Output);
}
