using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace HierCash.Tests.Tidy;

/// <summary>
/// The switches that take protections out (eng/switches.json): each has its place in what eng/switches.diff changes, which fits the
/// product, and none is in what people run.
/// </summary>
[Parallelizable]
public sealed partial class SwitchTableTests
{
#if HIERCASH_SWITCHES
    private const bool HasSwitches = true;
#else
    private const bool HasSwitches = false;
#endif

    private static readonly List<(string Name, string Out, string Tests)> Table = Read();

    [Test]
    public void TheTableHasEverySwitchOnceAndNoOther()
    {
        var used = Changes().SelectMany(c => c.New).SelectMany(l => Calls().Matches(l)).Select(m => m.Groups[1].Value).Distinct();
        Assert.That(Table.Select(s => s.Name), Is.Unique.And.EquivalentTo(used));
        foreach (var (name, what, tests) in Table)
        {
            Assert.That(Table.Where(s => s.Name.StartsWith(name + ' ', StringComparison.Ordinal)), Is.Empty,
                "it would be thrown with its parts: " + name);
            Assert.That((what, tests), Is.Not.EqualTo(("", "")), name);
            Assert.That(what, Does.Match("^[A-Za-z(].*[^.]$"), name);
        }
    }

#if !HIERCASH_SWITCHES
    /// <summary>
    /// Each change that puts switches in still finds its place: who changed the lines of a protection changes its switch, too
    /// (eng/switches.sh --tree, --save).
    /// </summary>
    [Test]
    public void EachSwitchFindsItsPlace()
    {
        var changes = Changes().Where(c => c.Old.Count > 0).ToList();
        Assert.That(changes, Has.Count.GreaterThan(300));
        foreach (var file in changes.GroupBy(c => c.File))
        {
            string text = '\n' + File.ReadAllText(Repository.PathOf(file.Key.Split('/'))).ReplaceLineEndings("\n");
            int after = 0;
            foreach (var change in file)
            {
                int at = text.IndexOf('\n' + string.Join('\n', change.Old) + '\n', after, StringComparison.Ordinal);
                Assert.That(at, Is.Not.Negative, $"{file.Key}: {string.Join(' ', change.New.SelectMany(l => Calls().Matches(l)))}");
                after = at + 1;
            }
        }
    }
#endif

    /// <summary>The page has a row of each switch, and in each it was missed: one that was never thrown is seen here.</summary>
    [Test]
    public void EachSwitchWasThrownAndMissed()
    {
        var rows = File.ReadAllLines(Repository.PathOf("apdu-spec", "switches.md")).Where(l => l.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1).Select(l => l.Split('|').Select(c => c.Trim()).ToArray()).ToList();
        Assert.That(rows.Select(r => r[1]), Is.EquivalentTo(Table.Select(s => s.Name)));
        Assert.That(rows.Where(r => r[4].Length == 0 || NotSeen().IsMatch(r[4])).Select(r => r[1]), Is.Empty);
    }

    [Test]
    public void EachHoleHasASwitchAndItsRowNamesThem()
    {
        foreach (int hole in Enumerable.Range(1, 24))
        {
            var names = Table.Select(s => s.Name).Where(n => n == $"hole {hole}" || n.StartsWith($"hole {hole} ", StringComparison.Ordinal))
                .ToList();
            Assert.That(names, Is.Not.Empty, $"hole {hole}");
            Assert.That(LastCells("holes.md", $"| {hole} | "), Is.EqualTo(new[] { string.Join(", ", names) }), $"hole {hole}");
        }
    }

    /// <summary>Steps, claims and variants: no row of the patent's first three tables without a protection that can be taken out.</summary>
    [Test]
    public void EachRowOfThePatentNamesItsSwitches()
    {
        var rows = File.ReadAllText(Repository.PathOf("apdu-spec", "patent.md")).Split("## The apparatus")[0].Split('\n')
            .Where(l => l.StartsWith("| ", StringComparison.Ordinal)).ToList();
        var heads = rows.Where(r => r.EndsWith(" | switches |", StringComparison.Ordinal)).ToList();
        Assert.That((rows.Count, heads.Count), Is.EqualTo((3 + 9 + 13 + 6, 3)));
        foreach (string row in rows.Except(heads))
        {
            Assert.That(LastCell(row).Split(", "), Is.SubsetOf(Table.Select(s => s.Name)), row);
        }
    }

    /// <summary>The tests of a row exist: what is not written Property=value is a class, or Class.Method.</summary>
    [Test]
    public void TheTestsOfARowExist()
    {
        var methods = typeof(SwitchTableTests).Assembly.GetTypes().SelectMany(t => t.GetMethods().Select(m => $"{t.Name}.{m.Name}"))
            .ToList();
        foreach (var (name, _, tests) in Table)
        {
            foreach (string test in tests.Split(' ').Where(t => !t.Contains('=', StringComparison.Ordinal)))
            {
                Assert.That(methods.Any(m => m == test || m.StartsWith(test + '.', StringComparison.Ordinal)), $"{name}: {test}");
            }
        }
    }

    /// <summary>
    /// No product holds a switch: neither its name nor a call. The build that has them is the proof that this looks at the right place.
    /// </summary>
    [Test]
    public void NoProductHoldsASwitch()
    {
        var names = Table.Select(s => s.Name).ToHashSet();
        var found = new HashSet<string>();
        int read = 0;
        foreach (string file in Products())
        {
            read++;
            using var stream = File.OpenRead(file);
            using var portable = new PEReader(stream);
            var metadata = portable.GetMetadataReader();
            bool calls = metadata.TypeReferences.Select(metadata.GetTypeReference)
                .Any(t => metadata.StringComparer.Equals(t.Name, "Switches"));
            Assert.That(calls && !HasSwitches, Is.False, file);
            for (var at = MetadataTokens.UserStringHandle(1); !at.IsNil; at = metadata.GetNextHandle(at))
            {
                found.Add(metadata.GetUserString(at));
            }
        }

        Assert.That(read, Is.GreaterThan(10));
        found.IntersectWith(names);
        Assert.That(found, HasSwitches ? Is.EquivalentTo(names) : Is.Empty);
    }

    /// <summary>The hunks of eng/switches.diff: lines of the product, and what stands in their place with the switches.</summary>
    private static List<(string File, List<string> Old, List<string> New)> Changes()
    {
        var changes = new List<(string File, List<string> Old, List<string> New)>();
        string file = "";
        foreach (string line in File.ReadLines(Repository.PathOf("eng", "switches.diff")))
        {
            if (line.StartsWith("--- ", StringComparison.Ordinal))
            {
                file = line.StartsWith("--- a/", StringComparison.Ordinal) ? line[6..] : "";
            }
            else if (line.StartsWith("@@ ", StringComparison.Ordinal))
            {
                changes.Add((file, [], []));
            }
            else if (!line.StartsWith("+++ ", StringComparison.Ordinal))
            {
                if (line is "" or [' ' or '-', ..])
                {
                    changes[^1].Old.Add(line is "" ? "" : line[1..]);
                }

                if (line is "" or [' ' or '+', ..])
                {
                    changes[^1].New.Add(line is "" ? "" : line[1..]);
                }
            }
        }

        return changes;
    }

    private static List<string> LastCells(string page, string begin) => [.. File.ReadAllLines(Repository.PathOf("apdu-spec", page))
        .Where(l => l.StartsWith(begin, StringComparison.Ordinal)).Select(LastCell)];

    private static string LastCell(string row) => row[..^2].Split(" | ")[^1];

    private static IEnumerable<string> Products()
    {
        // tests/bin/CONFIGURATION/net10.0, and the card's program beside it, which no test calls in process
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        string emulator = Path.Combine(output.Parent!.Parent!.Parent!.Parent!.FullName, "card", "Emulator", "bin", output.Parent.Name,
            output.Name);
        return Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Concat(Directory.EnumerateFiles(emulator, "*.dll"))
            .Where(f => Path.GetFileName(f).StartsWith("hiercash", StringComparison.OrdinalIgnoreCase)
            && Path.GetFileName(f) != "HierCash.Tests.dll");
    }

    private static List<(string Name, string Out, string Tests)> Read()
    {
        using var table = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("eng", "switches.json")));
        return [.. table.RootElement.EnumerateArray().Select(row => (
            row.GetProperty("name").GetString()!, row.GetProperty("out").GetString()!, row.GetProperty("tests").GetString()!))];
    }

    [GeneratedRegex("NOT MISSED|NOT RUN YET|NO RESULT")]
    private static partial Regex NotSeen();

    [GeneratedRegex(@"Switches\.(?:Off|On|Replace)\(""([^""]+)""")]
    private static partial Regex Calls();
}
