using System.Globalization;
using System.Text.RegularExpressions;

namespace HierCash.Tests.Tidy;

/// <summary>The tables of the specification against the code: whoever builds from the pages alone has to be understood.</summary>
[Parallelizable]
public sealed partial class SpecificationTableTests
{
    private const string LimitsBegin = "<!-- limits of messages -->\n";
    private const string LimitsEnd = "<!-- end -->";

    [Test]
    public void LinkPageHasEveryMessageAndNoOther()
    {
        var page = Row().Matches(File.ReadAllText(Repository.PathOf("apdu-spec", "link.md")))
            .Select(m => (int.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), m.Groups[2].Value));
        Assert.That(page, Is.EquivalentTo(Enum.GetValues<MessageType>().Select(t => ((int)t, t.ToString()))));
    }

    /// <summary>HIERCASH_WRITE_FIXTURES=1 writes it anew between its markers.</summary>
    [Test]
    public void LinkPageHasTheLimitsOfEveryMessage()
    {
        string path = Repository.PathOf("apdu-spec", "link.md");
        string page = File.ReadAllText(path);
        int from = page.IndexOf(LimitsBegin, StringComparison.Ordinal) + LimitsBegin.Length;
        int to = page.IndexOf(LimitsEnd, from, StringComparison.Ordinal);
        Assert.That(to, Is.GreaterThan(from - 1).And.GreaterThan(LimitsBegin.Length), "the markers");
        if (Environment.GetEnvironmentVariable("HIERCASH_WRITE_FIXTURES") is not null)
        {
            File.WriteAllText(path, page[..from] + Limits() + page[to..]);
            return;
        }

        Assert.That(page[from..to], Is.EqualTo(Limits()));
    }

    private static string Limits() => string.Concat(
    [
        "| request | bytes | entries | reply | bytes | entries |\n", "|---|---|---|---|---|---|\n",
        .. LinkMessages.All.Select(m => $"| {m.Type} | {Show(m.Request)} {m.ReplyType} | {Show(m.Reply)}\n"),
    ]);

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Show(BodyLimit limit)
    {
        bool isFrames = limit.Bytes == BodyLimit.OfRequestFrame().Bytes || limit.Bytes == BodyLimit.OfReplyFrame().Bytes;
        string entries = limit.Entries switch { 0 => "", BodyLimit.AsFit => "any ", var most => $"{Number(most)} " };
        return $"{(isFrames ? "frame" : Number(limit.Bytes))} | {entries}|";
    }

    [Test]
    public void SignedMessagesPageHasEveryTagAndNoOther()
    {
        var code = Repository.Files("*.cs").Where(f => f.StartsWith(Repository.PathOf("apdu-spec"), StringComparison.Ordinal))
            .SelectMany(f => InCode().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value).Distinct();
        var page = OnPage().Matches(File.ReadAllText(Repository.PathOf("apdu-spec", "signed-messages.md"))).Select(m => m.Value).Distinct();
        Assert.That(page, Is.EquivalentTo(code));
    }

    [GeneratedRegex(@"^\| ([0-9A-F]{4}) \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("\"(HC1-[A-Z0-9]{4})\"")]
    private static partial Regex InCode();

    [GeneratedRegex("HC1-[A-Z0-9]{4}")]
    private static partial Regex OnPage();
}
