using System.Text.RegularExpressions;

namespace HierCash.Tests.Tidy;

/// <summary>patent.md names what is there: files, tests, and each part of figures 5 to 8.</summary>
[Parallelizable]
public sealed partial class PatentTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("apdu-spec", "patent.md"));

    /// <summary>A path is from the repository's root; a bare name is that of a file.</summary>
    [Test]
    public void EveryFileThatIsNamedExists()
    {
        var names = Repository.Files("*.cs").Select(Path.GetFileName).ToHashSet();
        var named = Sources().Matches(Page).Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.That(named, Has.Count.GreaterThan(30));
        Assert.That(named.Where(n => !(n.Contains('/', StringComparison.Ordinal) ? File.Exists(Repository.PathOf(n)) : names.Contains(n))),
            Is.Empty);
    }

    [Test]
    public void EveryTestThatIsNamedExists()
    {
        var types = typeof(PatentTests).Assembly.GetTypes().Select(t => t.Name).ToHashSet();
        var named = Tests().Matches(Page).Select(m => m.Value).Distinct().ToList();
        Assert.That(named, Has.Count.GreaterThan(10));
        Assert.That(named.Where(n => !types.Contains(n)), Is.Empty);
    }

    [Test]
    public void EveryPartOfTheFiguresHasItsPlace()
    {
        int[] parts = [.. Enumerable.Range(101, 14), .. Enumerable.Range(201, 9), .. Enumerable.Range(301, 14),
            .. Enumerable.Range(401, 9)];
        var rows = Rows().Matches(Page).SelectMany(m => m.Groups[1].Value.Split(", ")).ToList();
        Assert.That(rows, Is.EquivalentTo(parts.Select(p => $"{p}").Concat(["10M", "20M", "30M", "30D", "40M"])));
    }

    [GeneratedRegex(@"`([A-Za-z0-9./-]+\.cs)`")]
    private static partial Regex Sources();

    [GeneratedRegex(@"\b[A-Z][A-Za-z]+Tests\b")]
    private static partial Regex Tests();

    [GeneratedRegex(@"(?m)^\| ((?:[1-4]\d\d|[1-4]0[MD])(?:, [1-4]\d\d)*) \|")]
    private static partial Regex Rows();
}
