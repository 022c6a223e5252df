using System.Globalization;
using System.Text.RegularExpressions;
using HierCash.Protocol.Link;

namespace HierCash.Tests.Tidy;

/// <summary>The tables of the specification against the code: whoever builds from the pages alone has to be understood.</summary>
[Parallelizable]
public sealed partial class SpecificationTableTests
{
    [Test]
    public void LinkPageHasEveryMessageAndNoOther()
    {
        var page = Row().Matches(File.ReadAllText(Repository.PathOf("apdu-spec", "link.md")))
            .Select(m => (int.Parse(m.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), m.Groups[2].Value));
        Assert.That(page, Is.EquivalentTo(Enum.GetValues<MessageType>().Select(t => ((int)t, t.ToString()))));
    }

    [Test]
    public void SignedMessagesPageHasEveryTagAndNoOther()
    {
        var code = Repository.Files("*.cs").Where(f => f.Contains("/apdu-spec/", StringComparison.Ordinal))
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
