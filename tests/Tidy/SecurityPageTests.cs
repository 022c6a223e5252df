using System.Reflection;
using System.Text.RegularExpressions;

namespace HierCash.Tests.Tidy;

/// <summary>
/// docs/security.md says only what tests show: the classes that it names exist, and carry the rule beside which they stand.
/// </summary>
[Parallelizable]
public sealed partial class SecurityPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "security.md"));
    private static readonly Dictionary<string, Type> Types = typeof(SecurityPageTests).Assembly.GetTypes().Where(t => !t.IsNested)
        .DistinctBy(t => t.Name).ToDictionary(t => t.Name);

    [TestCase("docs/security.md")]
    [TestCase("apdu-spec/holes.md")]
    public void EveryTestThatIsNamedExists(string page)
    {
        var named = Classes().Matches(File.ReadAllText(Repository.PathOf(page))).Select(m => m.Value).Distinct().ToList();
        Assert.That(named, Has.Count.GreaterThan(15));
        Assert.That(named.Where(n => !Types.ContainsKey(n)), Is.Empty);
    }

    /// <summary>One row for each rule, and in it a class that has a scenario of that rule.</summary>
    [Test]
    public void EachRuleIsShownByItsScenarios()
    {
        var rows = Rows().Matches(Page).ToDictionary(
            m => int.Parse(m.Groups["n"].Value, System.Globalization.CultureInfo.InvariantCulture), m => m.Groups["tests"].Value);
        Assert.That(rows.Keys, Is.EqualTo(RulesShown), "each rule that a scenario shows, and no other");
        Assert.That(rows.Keys, Is.SupersetOf(Enumerable.Range(1, 23)));
        foreach (var (rule, tests) in rows)
        {
            var named = Classes().Matches(tests).Select(m => Types.GetValueOrDefault(m.Value)).OfType<Type>().ToList();
            var showing = named.Where(t => Shown(t).Contains(rule)).Select(t => t.Name);
            Assert.That(showing, Is.Not.Empty, $"R{rule}: {tests}; scenarios are in "
                + $"{string.Join(", ", Types.Values.Where(t => Shown(t).Contains(rule)).Select(t => t.Name))}");
        }
    }

    /// <summary>Each rule has a protection that can be taken out, and a row whose tests notice it.</summary>
    [Test]
    public void EachRuleHasASwitch()
    {
        using var table = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Repository.PathOf("eng", "switches.json")));
        var rules = table.RootElement.EnumerateArray().Select(row => Switch().Match(row.GetProperty("name").GetString()!))
            .Where(m => m.Success)
            .Select(m => int.Parse(m.Groups["n"].Value, System.Globalization.CultureInfo.InvariantCulture)).Distinct();
        Assert.That(RulesShown.Except(rules), Is.Empty);
    }

    /// <summary>The limits that the page prints are those that an issuer has unless it sets others.</summary>
    [Test]
    public void TheLimitsAreTheSchemes()
    {
        var terms = new SchemeParameters();
        foreach (string limit in new[]
        {
            $"at most {terms.FloorLimit.Show(terms.Currency)}, up to {terms.GuaranteeCap.Show(terms.Currency)} for a shop account",
            $"submitted within {terms.GuaranteeWindow.TotalHours} hours",
            $"at most {terms.HotListMaxAge.TotalHours} hours after the report",
            $"up to {terms.NoPinLimit.Show(terms.Currency)} without the PIN", $"settle within {terms.SettlePeriod.TotalDays} days",
            $"answered for {terms.DisputeTerm.TotalDays} days",
        })
        {
            Assert.That(Page, Does.Contain(limit));
        }
    }

    /// <summary>The rules that tests of the class show: a method that does not run shows nothing.</summary>
    private static IEnumerable<int> RulesShown => Types.Values.SelectMany(Shown).Distinct().Order();

    private static IEnumerable<int> Shown(Type type) => type.GetMethods()
        .Where(m => m.GetCustomAttributes().Any(
            a => a is NUnit.Framework.Interfaces.ITestBuilder or NUnit.Framework.Interfaces.ISimpleTestBuilder))
        .Where(m => m.GetCustomAttribute<IgnoreAttribute>() is null && m.GetCustomAttribute<ExplicitAttribute>() is null)
        .SelectMany(m => m.GetCustomAttributes<RuleAttribute>().Concat(type.GetCustomAttributes<RuleAttribute>())).Select(r => r.Number);

    [GeneratedRegex(@"\b[A-Z][A-Za-z]+Tests\b")]
    private static partial Regex Classes();

    [GeneratedRegex(@"^R(?<n>\d+)\b")]
    private static partial Regex Switch();

    [GeneratedRegex(@"(?m)^\| R(?<n>\d+) \|.*\| (?<tests>[^|]*) \|$")]
    private static partial Regex Rows();
}
