using System.Text.RegularExpressions;

namespace HierCash.Tests.Tidy;

/// <summary>The way of 12.50 in docs/architecture.md: each hop's file is there, and holds the methods that the page names.</summary>
[Parallelizable]
public sealed partial class WalkTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "architecture.md"));
    private static readonly List<Match> Hops = Hop().Matches(Page).ToList();

    [Test]
    public void EveryHopIsWhereThePageSays()
    {
        Assert.That(Hops, Has.Count.EqualTo(Rows().Count(Page)), "each row of the table");
        Assert.Multiple(() =>
        {
            foreach (var hop in Hops)
            {
                var files = Quoted().Matches(hop.Groups["files"].Value).Select(m => Repository.PathOf(m.Groups[1].Value)).ToList();
                Assert.That(files.Where(f => !File.Exists(f)), Is.Empty, hop.Value);
                string code = string.Concat(files.Where(File.Exists).Select(File.ReadAllText));
                foreach (string method in Quoted().Matches(hop.Groups["methods"].Value).Select(m => m.Groups[1].Value.Split('.')[^1]))
                {
                    Assert.That(IsDeclared(code, method), $"{method}: {hop.Value}");
                }
            }
        });
    }

    [TestCase("    public async ValueTask<Result<Settled>> Settle(ILink issuer)", true)]
    [TestCase("    internal static (Amount Sum, int Count) Settle<T>(T what) =>", true)]
    [TestCase("        var settled = await Settle(issuer);", false)]
    [TestCase("        return Settle(issuer);", false)]
    [TestCase("    private bool Done => Settle(issuer);", false)]
    [TestCase("    // public void Settle()", false)]
    public void ACallIsNoDeclaration(string line, bool isOne) => Assert.That(IsDeclared(line, "Settle"), Is.EqualTo(isOne));

    /// <summary>A method's line begins with what it is; a call has none of those words before it.</summary>
    private static bool IsDeclared(string code, string method)
    {
        const string Words = "public|private|protected|internal|static|async|override|partial|sealed|readonly";
        return Regex.IsMatch(code, $@"^ *(?:(?:{Words}) )+[\w<>\[\](),.? ]+ {method}(?:<[^>()]+>)?\(", RegexOptions.Multiline);
    }

    /// <summary>A hop that is gone through twice would be there twice.</summary>
    [Test]
    public void NoHopIsTwice() =>
        Assert.That(Hops.Select(h => h.Groups["files"].Value + h.Groups["methods"].Value), Is.Unique);

    [GeneratedRegex(@"^\| *\d* *\| *\w* *\| [^|]*\| (?<files>`[^|]+\.cs`) \| (?<methods>`[^|]+`) \|$", RegexOptions.Multiline)]
    private static partial Regex Hop();

    [GeneratedRegex(@"^\| *\d* *\| *(shop|card|link|issuer|bank)? *\|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
