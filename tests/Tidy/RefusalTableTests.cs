using System.Text;
using System.Text.RegularExpressions;

namespace HierCash.Tests.Tidy;

/// <summary>
/// terminals/refusals.md is the table of all sentences with which a terminal refuses something, taken from the code. After a change:
/// HIERCASH_WRITE_FIXTURES=1 dotnet test tests --filter FullyQualifiedName~RefusalTableTests, read what changed, and commit it.
/// </summary>
[Parallelizable]
public sealed partial class RefusalTableTests
{
    private static readonly string Page = Repository.PathOf("terminals", "refusals.md");

    [Test]
    public void TheTableHasEverySentence()
    {
        string made = Make();
        if (Environment.GetEnvironmentVariable("HIERCASH_WRITE_FIXTURES") is not null)
        {
            File.WriteAllText(Page, made);
        }

        Assert.That(File.ReadAllText(Page), Is.EqualTo(made));
        Assert.That(made.Split('\n').Count(l => l.StartsWith("| ", StringComparison.Ordinal)), Is.GreaterThan(120));
    }

    /// <summary>A sentence, with its end; and no word for word twin that means something else.</summary>
    [Test]
    public void EachOfThemIsASentence()
    {
        var sentences = Sentences().ToList();
        Assert.That(sentences.Where(s => !s.Text.EndsWith('.') && !s.Text.EndsWith("{…}", StringComparison.Ordinal)
            && !s.Text.EndsWith(')') && !s.Text.EndsWith('?')).Select(s => s.Text), Is.Empty);
        Assert.That(sentences.Where(s => s.Text.Length < 15 && s.Text.Any(char.IsAsciiLetter)).Select(s => s.Text), Is.Empty);
        Assert.That(sentences.Where(s => s.Text.Length > 0 && char.IsLower(s.Text[0])).Select(s => s.Text), Is.Empty);
    }

    private static string Make()
    {
        var page = new StringBuilder();
        page.Append("# Refusals\n\nEvery sentence with which a terminal, a till or a party refuses something: why, and what to do. `{…}` "
            + "stands for what is filled in. The card's own answers\n");
        page.Append("are in [status-words.md](../apdu-spec/status-words.md); a console adds nothing to them. This table is taken from the "
            + "code, and a test keeps it complete.\n");
        foreach (var group in Sentences().GroupBy(s => s.Where).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append($"\n## {group.Key}\n\n| kind | sentence |\n|---|---|\n");
            foreach (var (_, kind, text) in group.Distinct().OrderBy(s => s.Kind, StringComparer.Ordinal)
                .ThenBy(s => s.Text, StringComparer.Ordinal))
            {
                page.Append($"| {kind} | {text.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }
        }

        return page.ToString();
    }

    private static IEnumerable<(string Where, string Kind, string Text)> Sentences()
    {
        foreach (string file in Repository.Files("*.cs")
            .Where(f => f.StartsWith(Repository.PathOf("terminals"), StringComparison.Ordinal)
            && !f.Contains("/Simulation/", StringComparison.Ordinal)
            && !f.Contains("/Town/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            string where = Path.GetRelativePath(Repository.PathOf("terminals"), file).Split('/')[0];
            foreach (Match match in Said().Matches(File.ReadAllText(file)))
            {
                string kind = match.Groups["reason"].Success ? match.Groups["reason"].Value : match.Groups["type"].Value switch
                {
                    "RefusedException" or "Refused" or "BooksException" => "refused",
                    "DatabaseException" or "UnusableFileException" or "FileInUseException" or "FileStorageException" => "refused",
                    "UsageException" or "AskAgain" => "usage",
                    "LinkException" => "unreachable",
                    "PaymentFault" => "at the till", _ => "impossible",
                };
                yield return (where, kind, Hole().Replace(string.Concat(match.Groups["text"].Captures.Select(c => c.Value)), "{…}")
                    .Replace("\\\"", "\"", StringComparison.Ordinal));
            }
        }
    }

    private const string Call =
        """(?:(?:new Refusal|Refuse)\(\s*RefusalReason\.(?<reason>\w+),\s*|"""
        + """(?<type>Refused)\.By(?:Rule|Peer)\(\s*|(?<type>BooksException)\.InMotion\(\s*|(?<type>AskAgain)\(\s*|"""
        + """(?<type>new)\(\s*Outcome\.(?!Stopped)\w+,\s*|"""
        + """new (?<type>RefusedException|Refused|UsageException|LinkException|PaymentFault|"""
        + """InvalidOperationException|DatabaseException|UnusableFileException|FileInUseException|FileStorageException)"""
        + """\(\s*(?:Outcome\.\w+,\s*)?)""";

    private const string Piece = """\$?"(?<text>(?:[^"\\{]|\\.|\{[^{}]*(?:"[^"]*"[^{}]*)*\})*)\x22""";

    private const string Text = Piece + @"(?:\s*\+ " + Piece + ")*(?=[,);])";

    [GeneratedRegex(Call + Text)]
    private static partial Regex Said();

    [GeneratedRegex("""\{[^{}]*\}""")]
    private static partial Regex Hole();
}
