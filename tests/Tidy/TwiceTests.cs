namespace HierCash.Tests.Tidy;

/// <summary>One piece of code stands in one place: no six lines of the product are the same as six others.</summary>
[Parallelizable]
public sealed class TwiceTests
{
    private const int Fewest = 6;

    /// <summary>The two bindings to PC/SC have the same outside.</summary>
    private static readonly string[] Twins = ["card/Readers/Pcsc/Native/", "card/Readers/Pcsc/PcscSharp/"];

    [Test]
    public void NoSixLinesAreThereTwice() => Assert.That(
        Pairs(new[] { "card", "terminals", "apdu-spec" }.SelectMany(Sources)), Is.Empty);

    [Test]
    public void SixEqualLinesAreFound()
    {
        string[] lines = ["int a = 1;", "", "int b = 2;", "int c = 3;", "// why", "int d = 4;", "int e = 5;", "{", "int f = 6;"];
        string[] others = [.. lines.Where(l => l.Length > 3).Select(l => "    " + l).Prepend("int before = 0;")];
        Assert.That(Pairs([("one.cs", lines), ("two.cs", others)]), Is.EqualTo(["one.cs:1 ~ two.cs:2"]));
        Assert.That(Pairs([("one.cs", lines), ("two.cs", others[..^1])]), Is.Empty);
        Assert.That(Pairs([("one.cs", [.. lines, .. lines])]), Is.EqualTo(["one.cs:1 ~ one.cs:10"]));
        Assert.That(Pairs([(Twins[0] + "one.cs", lines), (Twins[1] + "one.cs", others)]), Is.Empty);
    }

    private static IEnumerable<(string File, string[] Lines)> Sources(string folder) => Repository.Files("*.cs")
        .Select(f => (File: Path.GetRelativePath(Repository.Root, f), f))
        .Where(f => f.File.StartsWith(folder + "/", StringComparison.Ordinal)).OrderBy(f => f.File, StringComparer.Ordinal)
        .Select(f => (f.File, File.ReadAllLines(f.f)));

    /// <summary>The first lines of each two runs of six that are equal but for white space, remarks and lone punctuation.</summary>
    private static List<string> Pairs(IEnumerable<(string File, string[] Lines)> sources)
    {
        var seen = new Dictionary<string, (string File, int Line)>();
        var found = new List<string>();
        foreach (var (file, lines) in sources)
        {
            var said = lines.Select((l, i) => (Text: l.Trim(), Line: i + 1)).Where(l => Counts(l.Text)).ToList();
            for (int i = 0; i + Fewest <= said.Count; i++)
            {
                string run = string.Join('\n', said.Skip(i).Take(Fewest).Select(l => l.Text));
                if (seen.TryAdd(run, (file, said[i].Line)))
                {
                    continue;
                }

                var (other, line) = seen[run];
                if (!Twins.All(t => other.StartsWith(t, StringComparison.Ordinal) || file.StartsWith(t, StringComparison.Ordinal)))
                {
                    found.Add($"{other}:{line} ~ {file}:{said[i].Line}");
                }
            }
        }

        return found;
    }

    private static bool Counts(string line) => line.Any(char.IsAsciiLetterOrDigit) && !line.StartsWith("//", StringComparison.Ordinal)
        && !line.StartsWith("using ", StringComparison.Ordinal) && !line.StartsWith("namespace ", StringComparison.Ordinal);
}
