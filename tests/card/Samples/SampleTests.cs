using System.Text.RegularExpressions;
using HierCash.Card.Runtime;
using HierCash.Card.Samples;
using HierCash.Tests.Runtime;

namespace HierCash.Tests.Samples;

/// <summary>Other people's applets, written against the runtime alone; the page that teaches it holds the code that runs here.</summary>
[Parallelizable]
public sealed partial class SampleTests
{
    private const string Loyalty = "00A4040007F0484945524302";

    [Test]
    public void LoyaltyPointsAreKeptByShopAndGivenAllOrNothing()
    {
        using var card = new EmulatedCard(new MemoryImage(), LoyaltyApplet.Package);
        card.Install(LoyaltyApplet.Aid, LoyaltyApplet.Aid);
        card.Send(Loyalty);
        Assert.That(card.Send("80320500"), Is.EqualTo("6985"), "which shop?");
        card.Send("8030000004 00000007");
        card.Send("80320A00");
        Assert.That(card.Send("80340B00"), Is.EqualTo("6985"), "too few points");
        Assert.That(card.Send("80340800"), Is.EqualTo("9000"));
        card.Send("8030000004 00000009");
        Assert.That(card.Send("8036000008"), Is.EqualTo("00000000000000009000"), "another shop");
        card.Reset();
        card.Send(Loyalty);
        card.Send("8030000004 00000007");
        Assert.That(card.Send("8036000008"), Is.EqualTo("00000002000000019000"));
        for (int shop = 10; shop < 16; shop++)
        {
            Assert.That(card.Send($"8030000004 000000{shop}"), Is.EqualTo("9000"));
        }

        Assert.That(card.Send("8030000004 00000016"), Is.EqualTo("6A84"), "eight shops");
    }

    /// <summary>A reward torn at every write: points and rewards fit together, and the repeat ends it.</summary>
    [Test]
    public void AtEveryWritePointsAndRewardsFitTogether([Values] TornCell torn)
    {
        int cuts = 0;
        for (int cut = 0; ; cut++, cuts++)
        {
            using var card = new EmulatedCard(new MemoryImage(), LoyaltyApplet.Package);
            card.Install(LoyaltyApplet.Aid, LoyaltyApplet.Aid);
            card.Send(Loyalty);
            card.Send("8030000004 00000007");
            card.Send("80320A00");
            card.CutPowerAfter(cut, torn);
            try
            {
                card.Send("80340800");
                break;
            }
            catch (CardChannelException)
            {
                card.PowerOn();
                card.Send(Loyalty);
                card.Send("8030000004 00000007");
                Assert.That(card.Send("8036000008"), Is.EqualTo("0000000A000000009000").Or.EqualTo("00000002000000019000"), $"write {cut}");
            }
        }

        TestContext.Out.WriteLine($"{cuts} cut points");
        Assert.That(cuts, Is.GreaterThan(8));
    }

    /// <summary>Two applets on one card know nothing of each other.</summary>
    [Test]
    public void TwoAppletsShareACardAndNothingElse()
    {
        using var card = new EmulatedCard(new MemoryImage(), CounterApplet.Package, LoyaltyApplet.Package);
        card.Install(CounterApplet.Aid, CounterApplet.Aid);
        card.Install(LoyaltyApplet.Aid, LoyaltyApplet.Aid);
        card.Send("00A4040007F0484945524301");
        card.Send("8020000004 31323334");
        card.Send(Loyalty);
        card.Send("00A4040007F0484945524301");
        Assert.That(card.Send("80100000"), Is.EqualTo("6982"), "the PIN's flag died with the selection");
    }

    /// <summary>Each block of the page is a whole file of this repository; but the page's program has the page's applet alone.</summary>
    [Test]
    public void ThePagesCodeIsWhatIsCompiled()
    {
        string[] compiled =
        [
            "card/Samples/CounterApplet.cs", "tests/card/Samples/CounterTests.cs", "card/Samples/CardHost.cs", "card/Samples/Program.cs",
        ];
        var files = compiled.Select(
            f => File.ReadAllText(Repository.PathOf(f)).Replace(", LoyaltyApplet.Package", "", StringComparison.Ordinal));
        var blocks = Blocks().Matches(Page).Select(b => b.Groups[1].Value);
        Assert.That(blocks, Is.EqualTo(files));
    }

    /// <summary>The page's projects ask for the versions that are used here.</summary>
    [Test]
    public void ThePagesPackagesAreOurs()
    {
        string ours = File.ReadAllText(Repository.PathOf("Directory.Packages.props"));
        string version = File.ReadAllText(Repository.PathOf("Directory.Build.props"));
        var packages = Packages().Matches(Page);
        Assert.That(packages, Has.Count.EqualTo(5));
        foreach (Match package in packages)
        {
            string id = package.Groups[1].Value;
            string asked = id.StartsWith("HierCash", StringComparison.Ordinal)
                ? $"<Version>{package.Groups[2].Value}</Version>"
                : package.Groups[0].Value;
            Assert.That(version + ours, Does.Contain(asked), id);
        }
    }

    private static string Page => File.ReadAllText(Repository.PathOf("card", "Samples", "README.md"));

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("Include=\"([^\"]+)\" Version=\"([^\"]+)\"")]
    private static partial Regex Packages();
}
