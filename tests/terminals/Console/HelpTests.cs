using System.Text.RegularExpressions;

namespace HierCash.Tests.Consoles;

/// <summary>Every verb's help teaches: it has an example that can be typed, says each default once, and names no type of .NET.</summary>
[Parallelizable]
public sealed partial class HelpTests
{
    private static IEnumerable<string> Consoles => ConsoleSchema.Assemblies;

    private const string Types = @"System\.|Int32|String\[\]|Nullable";

    private static IEnumerable<string> Verbs => ConsoleSchema.All.Select(v => v.Name);

    [TestCaseSource(nameof(Consoles))]
    public void TheConsolesHelpHasExamples(string console)
    {
        var said = ConsoleProcess.Run(Path.GetTempPath(), console, "--help");
        Assert.That((said.Code, said.Error), Is.EqualTo((0, "")));
        Assert.That(Examples(said.Output), Is.Not.Empty.And.All.StartsWith(console));
        foreach (string example in Examples(said.Output))
        {
            Assert.That(ConsoleSchema.Root(console).Parse(Words(example)[1..]).Errors, Is.Empty, example);
        }

        Assert.That(said.Output, Does.Not.Match(Types));
    }

    [TestCaseSource(nameof(Verbs))]
    public void AVerbsHelpHasAnExample(string verb)
    {
        string[] words = verb.Split(' ');
        var said = ConsoleProcess.Run(Path.GetTempPath(), words[0], [.. words[1..], "--help"]);
        Assert.That((said.Code, said.Error), Is.EqualTo((0, "")));
        Assert.That(said.Output, Does.Not.Match(Types));
        foreach (string line in said.Output.Split('\n'))
        {
            Assert.That(Default().Count(line), Is.LessThan(2), line);
        }

        foreach (string example in Examples(said.Output))
        {
            Assert.That(example, Does.StartWith(verb));
            Assert.That(ConsoleSchema.Root(words[0]).Parse(Words(example)[1..]).Errors, Is.Empty, example);
        }

        Assert.That(Examples(said.Output), Is.Not.Empty);
    }

    private static List<string> Examples(string help) => help.Contains("\nExamples:\n", StringComparison.Ordinal)
        ? [.. help[(help.IndexOf("\nExamples:\n", StringComparison.Ordinal) + 11)..].Split('\n').Select(l => l.Trim()).Where(l =>
            l.Length > 0)]
        : [];

    /// <summary>As a shell splits them, up to a redirection or a remark.</summary>
    private static string[] Words(string line) =>
        [.. Word().Matches(Remark().Replace(line, "")).Select(m => m.Value.Trim('"'))];

    [GeneratedRegex("(?i)default: ")]
    private static partial Regex Default();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex(" [<>] .*$|   .*$")]
    private static partial Regex Remark();
}
