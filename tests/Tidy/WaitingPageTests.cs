using System.Reflection;
using System.Text.RegularExpressions;
using HierCash.Terminals;

namespace HierCash.Tests.Tidy;

/// <summary>docs/waiting.md: every state in which something waits, once, and where the code shows it.</summary>
[Parallelizable]
public sealed partial class WaitingPageTests
{
    private static readonly string[] Parties = ["Shop", "Wallet", "Bank", "Issuer"];

    [Test]
    public void ThePageHasEveryStateOnceAndNoOther()
    {
        var rows = Rows().Matches(File.ReadAllText(Repository.PathOf("docs", "waiting.md")));
        Assert.That(rows.Select(r => r.Groups["state"].Value), Is.EqualTo(Enum.GetNames<WaitingKind>()), "in the order of the code");
        foreach (Match row in rows)
        {
            Assert.That(row.Value.Split(" | ").Select(cell => cell.Trim(' ', '|')), Has.Exactly(5).Items.And.All.Not.Empty, row.Value);
            var shown = Parties.Where(p => Directory.GetFiles(Repository.PathOf("terminals", p), "*Waiting.cs", SearchOption.AllDirectories)
                .Any(f => File.ReadAllText(f).Contains($"WaitingKind.{row.Groups["state"].Value},", StringComparison.Ordinal)));
            var named = Parties.Where(p => row.Groups["where"].Value.Split(", ").Contains(p.ToLowerInvariant()));
            Assert.That(shown, Is.EqualTo(named), row.Groups["state"].Value);
        }
    }

    /// <summary>A state that no test makes happen could be cut out of the product, and nobody would notice.</summary>
    [Test]
    public void EveryStateIsMadeToHappenBySomeTest() => Assert.That(
        typeof(WaitingPageTests).Assembly.GetTypes().SelectMany(t => t.GetMethods())
            .SelectMany(m => m.GetCustomAttributes<WaitsAttribute>()).SelectMany(w => w.Kinds).Distinct(),
        Is.EquivalentTo(Enum.GetValues<WaitingKind>()));

    [GeneratedRegex(@"(?m)^\| (?<state>[A-Z]\w+) \| (?<where>[a-z, ]+) \|.*$")]
    private static partial Regex Rows();
}
