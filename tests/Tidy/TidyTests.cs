using System.Text.Json;
using System.Text.RegularExpressions;

namespace HierCash.Tests.Tidy;

/// <summary>The repository lints itself: what a compiler does not see.</summary>
[Parallelizable]
public sealed partial class TidyTests
{
    private const int MaxLines = 400;
    private const int MaxColumns = 140;

    /// <summary>Where a text, or a statement of SQL, has no better place to be broken.</summary>
    private const int MostColumns = 260;
    private const int MostLong = 36;
    private const long MaxBytes = 200_000;

    private static readonly string[] TextEndings =
        [".cs", ".md", ".csproj", ".props", ".json", ".sh", ".py", ".apdu", ".txt", ".yml", ".sln"];

    public static IEnumerable<string> Sources => Repository.Files("*.cs").Select(f => Path.GetRelativePath(Repository.Root, f));

    [TestCaseSource(nameof(Sources))]
    public void ASourceFileIsShortAndClean(string file)
    {
        var lines = File.ReadAllLines(Repository.PathOf(file));
        Assert.That(lines, Has.Length.LessThanOrEqualTo(MaxLines), "split it");
        for (int i = 0; i < lines.Length; i++)
        {
            Assert.That(IsData(file, lines[i]) || lines[i].Length <= MostColumns, $"line {i + 1}");
            Assert.That(lines[i], Does.Not.Match(@"\s$").And.Not.Contain('\t'), $"line {i + 1}");
        }
    }

    /// <summary>Few are longer than lines should be: texts with holes in them, and SQL. There may be fewer, and no more.</summary>
    [Test]
    public void FewLinesAreLong() => Assert.That(
        Sources.SelectMany(f => File.ReadLines(Repository.PathOf(f)).Where(l => l.Length > MaxColumns && !IsData(f, l)).Select(l => f))
            .ToList(),
        Has.Count.LessThanOrEqualTo(MostLong));

    private static bool IsData(string file, string line) =>
        file.StartsWith(Path.Combine("tests", "apdu-spec", "vectors"), StringComparison.Ordinal)
        || line.Contains("TestCase(", StringComparison.Ordinal);

    [Test]
    public void NothingIsLeftOver()
    {
        foreach (string file in Repository.Files("*").Where(f => TextEndings.Contains(Path.GetExtension(f))))
        {
            if (Path.GetFileName(file) == "TidyTests.cs")
            {
                continue;
            }

            Assert.That(Leftovers().Match(File.ReadAllText(file)).Value, Is.Empty, file);
        }
    }

    [Test]
    public void NoTypeIsNamedForNothingInParticular()
    {
        foreach (string file in Sources)
        {
            Assert.That(Path.GetFileNameWithoutExtension(file), Does.Not.Match("(Utils?|Helpers?|Manager|Misc)$"), file);
        }
    }

    [Test]
    public void NoLargeFile()
    {
        foreach (string file in Repository.Files("*").Where(f => Path.GetFileName(f) != "switches.diff"))
        {
            Assert.That(new FileInfo(file).Length, Is.LessThan(MaxBytes), file);
        }
    }

    /// <summary>Every link in a document leads to a file.</summary>
    [Test]
    public void LinksInDocumentsLeadSomewhere()
    {
        foreach (string document in Repository.Files("*.md"))
        {
            foreach (Match link in Links().Matches(File.ReadAllText(document)))
            {
                string target = link.Groups[1].Value.Split('#')[0];
                if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
                {
                    string path = Path.Combine(Path.GetDirectoryName(document)!, target);
                    Assert.That(File.Exists(path) || Directory.Exists(path), $"{document}: {target}");
                }
            }
        }
    }

    /// <summary>A command, a page: each file in Commands has a page that names its instruction byte, and is in the table.</summary>
    [Test]
    public void EveryCommandHasAPage()
    {
        string index = File.ReadAllText(Repository.PathOf("apdu-spec", "README.md"));
        var commands = typeof(Protocol.Commands.PayCommand).Assembly.GetTypes()
            .Where(t => t.Name.EndsWith("Command", StringComparison.Ordinal) && t.IsValueType).ToList();
        Assert.That(commands, Has.Count.GreaterThan(15));
        string pages = string.Concat(Directory.EnumerateFiles(Repository.PathOf("apdu-spec"), "*.md").Select(File.ReadAllText));
        foreach (var command in commands)
        {
            byte ins = (byte)command.GetProperty("Ins")!.GetValue(null)!;
            Assert.That(pages, Does.Contain($"| INS | {ins:X2} |"), command.Name);
            Assert.That(index, Does.Contain($"| {ins:X2} |"), command.Name);
        }
    }

    /// <summary>Each status word and each tag of the code is in the specification, and the other way round.</summary>
    [Test]
    public void StatusWordsAndTagsAreInTheSpecification()
    {
        string status = File.ReadAllText(Repository.PathOf("apdu-spec", "status-words.md"));
        foreach (var field in new[] { typeof(StatusWord), typeof(Protocol.WalletStatus) }.SelectMany(t => t.GetFields())
            .Where(f => f.IsStatic))
        {
            Assert.That(status, Does.Contain($"| {field.GetValue(null)} |"), field.Name);
        }

        string readme = File.ReadAllText(Repository.PathOf("apdu-spec", "README.md"));
        foreach (var tag in Enumerable.Concat(Protocol.WalletTag.All, Enum.GetValues<Tag>()))
        {
            Assert.That(readme, Does.Match($@"\| {(ushort)tag:X2} \| `?{Protocol.WalletTag.NameOf(tag)}`? \|"),
                Protocol.WalletTag.NameOf(tag));
        }
    }

    [Test]
    public void ThePackageLocksAreCommitted()
    {
        foreach (string project in Repository.Files("*.csproj"))
        {
            string file = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json");
            Assert.That(File.Exists(file), project);
            Assert.That(() => JsonDocument.Parse(File.ReadAllText(file)), Throws.Nothing);
        }
    }

    /// <summary>A filter that matches nothing exits 0: the holes are counted here.</summary>
    [Test]
    public void EveryHoleHasScenarios()
    {
        var holes = typeof(TidyTests).Assembly.GetTypes().SelectMany(t => t.GetMethods())
            .SelectMany(m => m.GetCustomAttributes(typeof(HoleAttribute), false)).Cast<HoleAttribute>().Select(h => h.Number).ToHashSet();
        Assert.That(holes, Is.EquivalentTo(Enumerable.Range(1, 24)));
    }

    [GeneratedRegex(@"TODO|FIXME|NotImplementedException|/work/|nuget\.org|npmjs\.org|<<<<<<<|>>>>>>>")]
    private static partial Regex Leftovers();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Links();
}
