using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace HierCash.Tests.Consoles;

/// <summary>
/// docs/json.md and its schema against the programs. After a change: HIERCASH_WRITE_FIXTURES=1 dotnet test tests --filter
/// FullyQualifiedName~JsonPageTests, read what changed, and commit it.
/// </summary>
[Parallelizable]
public sealed partial class JsonPageTests
{
    private const string Begin = "<!-- verbs -->\n";
    private const string End = "<!-- end -->";
    private static readonly bool IsWriting = Environment.GetEnvironmentVariable("HIERCASH_WRITE_FIXTURES") is not null;

    private static string Page => File.ReadAllText(Repository.PathOf("docs", "json.md"));

    [Test]
    public void TheSchemaIsThatOfThePrograms()
    {
        string file = Repository.PathOf("docs", "json.schema.json");
        if (IsWriting)
        {
            File.WriteAllText(file, ConsoleSchema.Text);
        }

        Assert.That(File.ReadAllText(file), Is.EqualTo(ConsoleSchema.Text));
    }

    [Test]
    public void ThePageListsEveryVerb()
    {
        string page = Page;
        int from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int to = page.IndexOf(End, from, StringComparison.Ordinal);
        string table = string.Concat(ConsoleSchema.Verbs.Select(v =>
            $"| `{v.Key}` | {string.Join(", ", v.Value.Properties.Select(p => $"`{p.Name}`"))} |\n")
                .Prepend("| verb | names |\n|---|---|\n"));
        if (IsWriting)
        {
            File.WriteAllText(Repository.PathOf("docs", "json.md"), page[..from] + table + page[to..]);
            return;
        }

        Assert.That(page[from..to], Is.EqualTo(table));
    }

    /// <summary>In the order of precedence, with the exit code that the program ends with.</summary>
    [Test]
    public void ThePageListsEveryOutcome() => Assert.That(
        Row().Matches(Page).Select(m => (m.Groups[1].Value, int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture))),
        Is.EqualTo(Enum.GetValues<Outcome>().Where(o => o != Outcome.Done).Select(o => (o.Code(), o.ExitCode()))));

    /// <summary>Each constant of the kinds of alarms has one row, in their order, which says what happened; there are no others.</summary>
    [TestCase("hiercash-issuer", typeof(HierCash.Issuer.IssuerParty), "Alarms")]
    [TestCase("hiercash-bank", typeof(HierCash.Bank.BankParty), "BankAlarms")]
    public void ThePageListsEveryAlarm(string console, Type party, string kinds)
    {
        string heading = $"\n### {console} alarms\n";
        string page = Page;
        int from = page.IndexOf(heading, StringComparison.Ordinal) + heading.Length;
        Assert.That(from, Is.GreaterThanOrEqualTo(heading.Length), heading);
        string table = page[from..page.IndexOf("\n##", from, StringComparison.Ordinal)];
        var words = party.Assembly.GetType($"{party.Namespace}.{kinds}", throwOnError: true)!
            .GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(f => f.IsLiteral && f.FieldType == typeof(string)).Select(f => JsonWord.OfWords((string)f.GetRawConstantValue()!));
        Assert.That(AlarmRow().Matches(table).Select(m => m.Groups[1].Value).Skip(1), Is.Not.Empty.And.EqualTo(words));
    }

    /// <summary>A list, or bare minor units, would be a value of another shape.</summary>
    [Test]
    public void EveryValueIsAnObjectAndNoMoneyIsANumber()
    {
        foreach (var (name, shape) in ConsoleSchema.Verbs)
        {
            Assert.That(shape.Kind, Is.EqualTo(System.Text.Json.Serialization.Metadata.JsonTypeInfoKind.Object), name);
        }

        Assert.That(ConsoleSchema.Text, Does.Not.Match("\"(amount|balance|faceValue|owed|held|cap|float|claims|outstanding|issued|redeemed|returned|clearing|suspense|paid|withdrawn|givenBack|accepted|queued|overspent|total)\": \\{\\s*\"type\": "
            + "\"integer\""));
    }

    /// <summary>The validator sees what is wrong: else nothing that it says of the programs would count.</summary>
    [TestCase("money", """{"amount":"12.50","currency":"EUR"}""", true)]
    [TestCase("money", """{"amount":"-12.50","currency":"EUR"}""", true)]
    [TestCase("money", """{"amount":1250,"currency":"EUR"}""", false)]
    [TestCase("money", """{"amount":"12,50","currency":"EUR"}""", false)]
    [TestCase("money", """{"amount":"12.50"}""", false)]
    [TestCase("money", """{"amount":"12.50","currency":"EUR","minor":1250}""", false)]
    [TestCase("time", "\"2026-11-23T10:15:00.000000Z\"", true)]
    [TestCase("time", "\"yesterday\"", false)]
    [TestCase("error", """{"error":{"code":"notFound","sentence":"It is not there."}}""", true)]
    [TestCase("error", """{"error":"It is not there."}""", false)]
    [TestCase("hiercash-card info", """{"state":"blank","version":1,"pinTries":3,"holderTries":3,"pukTries":10,"atr":"3B"}""", true)]
    [TestCase("hiercash-card info", """{"state":"blank","version":"1","pinTries":3,"holderTries":3,"pukTries":10,"atr":"3B"}""", false)]
    [TestCase("hiercash-card info", """{"state":"blank","version":1,"pinTries":3,"holderTries":3,"atr":"3B"}""", false)]
    public void TheSchemaTellsRightFromWrong(string definition, string json, bool isRight) =>
        Assert.That(JsonShapes.Validate(definition, json), isRight ? Is.Empty : Is.Not.Empty);

    [GeneratedRegex(@"^\| (\w+) \| (\d) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^\| (\w+) \| [^|]*[^| ] \|$", RegexOptions.Multiline)]
    private static partial Regex AlarmRow();
}
