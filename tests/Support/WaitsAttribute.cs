using System.Text.RegularExpressions;
using HierCash.Terminals;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace HierCash.Tests;

/// <summary>
/// The states of docs/waiting.md that a test makes happen, and looks at with <see cref="WaitingStates.One"/>; it fails where it does not.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WaitsAttribute(params WaitingKind[] kinds) : Attribute, ITestAction
{
    public IReadOnlyList<WaitingKind> Kinds { get; } = kinds;

    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {
        // Looked at afterwards.
    }

    public void AfterTest(ITest test)
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Passed)
        {
            Assert.That(Kinds.Except(test.Properties[WaitingStates.Seen].Cast<WaitingKind>()), Is.Empty,
                "these did not happen, or were not looked at");
        }
    }
}

/// <summary>What a party shows of what waits, held against its row of docs/waiting.md.</summary>
internal static partial class WaitingStates
{
    public const string Seen = "Waiting";

    private static readonly Lazy<Dictionary<string, (bool IsNoted, string[] Commands)>> Page =
        new(() => Rows().Matches(File.ReadAllText(Repository.PathOf("docs", "waiting.md"))).ToDictionary(
        r => r.Groups["state"].Value, r => (
            r.Groups["since"].Value != "not noted", Commands().Matches(r.Groups["ends"].Value).Select(c => c.Groups[1].Value).ToArray())));

    /// <summary>The one of that kind: it says what, why and what ends it, as the page does.</summary>
    public static Waiting One(this IReadOnlyList<Waiting> waits, WaitingKind kind)
    {
        var found = waits.Where(w => w.Kind == kind).ToList();
        Assert.That(found, Has.Count.EqualTo(1), $"{kind} among: {Waiting.Say(waits)}");
        var (isNoted, commands) = Page.Value[kind.ToString()];
        Assert.That(found[0].Since is { Microseconds: > 0 }, Is.EqualTo(isNoted), $"{kind} since {found[0].Since}");
        Assert.That(found[0].What, Is.Not.Empty);
        Assert.That(found[0].Reason, Does.EndWith("."));
        Assert.That(found[0].Ends, Does.EndWith("."));
        Assert.That(commands.Where(c => !found[0].Ends.Contains(c, StringComparison.Ordinal)), Is.Empty, found[0].Ends);
        TestExecutionContext.CurrentContext.CurrentTest.Properties.Add(Seen, kind);
        return found[0];
    }

    public static bool Shows(this IReadOnlyList<Waiting> waits, WaitingKind kind) => waits.Any(w => w.Kind == kind);

    [GeneratedRegex(@"(?m)^\| (?<state>[A-Z]\w+) \| [^|]+ \| [^|]+ \| (?<since>[^|]+) \| (?<ends>[^|]+) \|$")]
    private static partial Regex Rows();

    [GeneratedRegex(@"`(hiercash-[a-z]+(?: [a-z]+)+)")]
    private static partial Regex Commands();
}
