using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace HierCash.Tests.Rooms;

/// <summary>
/// The rules of the house, each over a checkout. A rule gives one sentence for each file that breaks it, and nothing for a tidy house.
/// </summary>
internal static partial class RoomRules
{
    private static readonly string[] Contract = ["HierCash.Iso7816", "HierCash.Protocol"];
    private static readonly string[] Shared =
        [.. Contract, "HierCash.Terminals.Console", "HierCash.Terminals.Link", "HierCash.Terminals.Store", "HierCash.Terminals.Party"];

    private static readonly string[] WithCard = [.. Shared, "HierCash.Card.Runtime", "HierCash.Card.Client", "HierCash.Card.Readers"];
    private static readonly string[] Parties = ["HierCash.Issuer", "HierCash.Bank", "HierCash.Shop", "HierCash.Wallet"];
    private static readonly string[] Town =
        [.. WithCard, "HierCash.Card.WalletApplet", .. Parties, "HierCash.Simulation", "HierCash.Traces"];

    /// <summary>Each project and all that it may name. It names all that it uses: nothing comes along unseen.</summary>
    private static readonly Dictionary<string, string[]> MayName = new()
    {
        ["HierCash.Iso7816"] = [],
        ["HierCash.Traces"] = ["HierCash.Iso7816"],
        ["HierCash.Protocol"] = ["HierCash.Iso7816"],
        ["HierCash.Card.Runtime"] = ["HierCash.Iso7816"],
        ["HierCash.Card.Client"] = Contract,
        ["HierCash.Card.WalletApplet"] = [.. Contract, "HierCash.Traces", "HierCash.Card.Runtime"],
        ["HierCash.Card.Readers"] = [.. Contract, "HierCash.Card.Runtime", "HierCash.Card.WalletApplet", "PCSC"],
        ["HierCash.Card.Emulator"] =
        [
            .. Contract, "HierCash.Traces", "HierCash.Card.Runtime", "HierCash.Card.WalletApplet", "HierCash.Card.Readers",
            "HierCash.Card.Client",
            "HierCash.Terminals.Console",
        ],
        ["HierCash.Card.Samples"] = ["HierCash.Iso7816", "HierCash.Card.Runtime"],
        ["HierCash.Terminals.Console"] = [.. Contract, "HierCash.Card.Client"],
        ["HierCash.Terminals.Store"] = Contract,
        ["HierCash.Terminals.Link"] = Contract,
        ["HierCash.Terminals.Party"] = [.. Contract, "HierCash.Terminals.Console", "HierCash.Terminals.Link", "HierCash.Terminals.Store"],
        ["HierCash.Issuer"] = Shared,
        ["HierCash.Bank"] = WithCard,
        ["HierCash.Shop"] = WithCard,
        ["HierCash.Wallet"] = WithCard,
        ["HierCash.Auditor"] = Shared,
        ["HierCash.Simulation"] = [.. WithCard, "HierCash.Card.WalletApplet", .. Parties],
        ["HierCash.Town"] = Town,
        ["HierCash.Bench"] = Town,
        ["HierCash.Oracle"] = [],
        ["PCSC"] = [],
        ["HierCash.Tests.PcscTwin"] = [.. Contract, "HierCash.Traces", "HierCash.Card.Runtime", "HierCash.Card.WalletApplet", "PCSC"],
        ["HierCash.Tests.ConsoleHost"] = [],
        ["HierCash.Tests"] =
        [
            .. Town, "HierCash.Town", "HierCash.Auditor", "HierCash.Card.Samples", "HierCash.Card.Emulator", "HierCash.Oracle",
            "HierCash.Tests.PcscTwin",
            "HierCash.Tests.ConsoleHost",
        ],
    };

    /// <summary>What a party's code must not even name: the bank cannot open E_I, and the issuer cannot name U.</summary>
    private static readonly (string Party, string Word)[] MustNotName =
    [
        ("Bank", "Ecies.TryDecrypt"), ("Bank", "CashCipher"), ("Bank", "TillId"), ("Issuer", "AccountId"), ("Issuer", "WithdrawalOrder"),
        ("Issuer", "Evidence.Sign"),
        ("Shop", "AccountId"), ("Shop", "WithdrawalOrder"),
    ];

    /// <summary>Folders of tests that are about no one folder of the product; every other has the path of what it tests.</summary>
    private static readonly string[] CrossCutting =
    [
        "Scenarios", "Cheating", "Faults", "Properties", "Oracle", "Tidy", "Rooms", "ConsoleHost", "PcscSharp", "Interop", "Support",
    ];

    /// <summary>Where a verb is made outside Verbs/: the bank's verbs that only look are made by its session.</summary>
    private static readonly string[] MakesVerbs = ["terminals/Bank/BankSession.cs"];

    /// <summary>All projects that a rule names.</summary>
    public static IEnumerable<string> Projects => MayName.Keys;

    /// <summary>All folders and files that a rule names, from the root.</summary>
    public static IEnumerable<string> Paths =>
    [
        "card/Runtime", "terminals/Auditor", "terminals/Store", .. MustNotName.Select(m => $"terminals/{m.Party}"),
        .. MakesVerbs, .. CrossCutting.Select(f => $"tests/{f}"),
    ];

    public static IReadOnlyDictionary<string, Func<string, IEnumerable<string>>> All { get; } =
        new Dictionary<string, Func<string, IEnumerable<string>>>
    {
        [nameof(ProjectsNameOnlyWhatTheyMay)] = ProjectsNameOnlyWhatTheyMay,
        [nameof(NothingIsReferencedByTheWay)] = NothingIsReferencedByTheWay,
        [nameof(SqlStaysInStorage)] = SqlStaysInStorage,
        [nameof(SqlIsWhatBothEnginesTake)] = SqlIsWhatBothEnginesTake,
        [nameof(PartiesDoNotNameWhatTheyMustNotKnow)] = PartiesDoNotNameWhatTheyMustNotKnow,
        [nameof(TheRuntimeKnowsNoWallet)] = TheRuntimeKnowsNoWallet,
        [nameof(TestsMirrorTheProduct)] = TestsMirrorTheProduct,
        [nameof(VerbsAreUnderVerbs)] = VerbsAreUnderVerbs,
    };

    private static IEnumerable<string> ProjectsNameOnlyWhatTheyMay(string root)
    {
        foreach (string file in Files(root, "*.csproj"))
        {
            string project = Path.GetFileNameWithoutExtension(file);
            if (!MayName.TryGetValue(project, out string[]? may))
            {
                yield return $"{file}: a new project needs a rule, and a reason to exist.";
                continue;
            }

            foreach (string other in XDocument.Load(Path.Combine(root, file)).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).Except(may))
            {
                yield return $"{file} may not name {other}.";
            }
        }
    }

    private static IEnumerable<string> NothingIsReferencedByTheWay(string root)
    {
        const string Property = "DisableTransitiveProjectReferences";
        return Files(root, "*.props").Concat(Files(root, "*.csproj"))
            .Where(f => XDocument.Load(Path.Combine(root, f)).Descendants(Property).Any(p => p.Value != "true")
                || (f == "Directory.Build.props" && !XDocument.Load(Path.Combine(root, f)).Descendants(Property).Any()))
            .Select(f => $"{f}: {Property} is not true.");
    }

    /// <summary>The auditor's contract with a party is the party's tables, so it reads them where it judges.</summary>
    private static IEnumerable<string> SqlStaysInStorage(string root) => Files(Path.Combine(root, "terminals"), "*.cs")
        .Where(f => !f.Split('/').Contains("Storage") && !f.StartsWith("Auditor/", StringComparison.Ordinal)
        && !f.StartsWith("Store/", StringComparison.Ordinal))
        .SelectMany(f => Lines(Path.Combine(root, "terminals", f)).Where(l => Statement().IsMatch(l.Text))
        .Select(l => $"terminals/{f}:{l.Number}: SQL outside Storage: {l.Text.Trim()}"));

    private static IEnumerable<string> SqlIsWhatBothEnginesTake(string root) => Files(Path.Combine(root, "terminals"), "*.cs")
        .Where(f => f.Split('/').Contains("Storage") || f.StartsWith("Store/", StringComparison.Ordinal))
        .SelectMany(f => Lines(Path.Combine(root, "terminals", f))
            .Where(l => OneEngine().IsMatch(l.Text) && !l.Text.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Select(l => $"terminals/{f}:{l.Number}: only one engine takes this: {l.Text.Trim()}"));

    private static IEnumerable<string> PartiesDoNotNameWhatTheyMustNotKnow(string root) =>
        MustNotName.SelectMany(m => Files(Path.Combine(root, "terminals", m.Party), "*.cs")
        .Where(f => File.ReadAllText(Path.Combine(root, "terminals", m.Party, f)).Contains(m.Word, StringComparison.Ordinal))
        .Select(f => $"terminals/{m.Party}/{f} names {m.Word}."));

    private static IEnumerable<string> TheRuntimeKnowsNoWallet(string root) => Files(Path.Combine(root, "card", "Runtime"), "*.cs")
        .Where(f => File.ReadAllText(Path.Combine(root, "card", "Runtime", f)).Contains("HierCash.Protocol", StringComparison.Ordinal))
        .Select(f => $"card/Runtime/{f} names HierCash.Protocol.");

    private static IEnumerable<string> TestsMirrorTheProduct(string root) => Files(Path.Combine(root, "tests"), "*.cs")
        .Where(f => f.Contains('/', StringComparison.Ordinal) && !CrossCutting.Contains(f.Split('/')[0])
            && !Directory.Exists(Path.Combine(root, Path.GetDirectoryName(f)!)))
        .Select(f => $"tests/{f}: the product has no folder '{Path.GetDirectoryName(f)}'.");

    /// <summary>One verb, one file under Verbs/ that is named after it; a Program.cs is a list of them, and leaves none out.</summary>
    private static IEnumerable<string> VerbsAreUnderVerbs(string root)
    {
        var sources = new[] { "terminals", "card" }.SelectMany(p => Files(Path.Combine(root, p), "*.cs").Select(f => $"{p}/{f}"))
            .Select(f => (File: f, Folder: Path.GetDirectoryName(f)!, Text: File.ReadAllText(Path.Combine(root, f)))).ToList();
        foreach (var (file, folder, text) in sources)
        {
            string[] declared = [.. VerbClass().Matches(text).Select(m => m.Groups[1].Value)];
            bool isUnderVerbs = Path.GetFileName(folder) == "Verbs";
            if (isUnderVerbs && !declared.SequenceEqual([Path.GetFileNameWithoutExtension(file)]))
            {
                yield return $"{file} is not one verb: a file under Verbs/ is named after the one verb in it.";
            }

            if (!isUnderVerbs && !MakesVerbs.Contains(file) && (declared.Length > 0 || MadeVerb().IsMatch(text)))
            {
                yield return $"{file} makes a verb outside Verbs/.";
            }

            var program = sources.Find(s => s.File == Path.Combine(Path.GetDirectoryName(folder) ?? "", "Program.cs"));
            if (isUnderVerbs && program.Text is not null && !sources.Exists(s => s.File != file
                && (s.Folder == folder || s.File == program.File)
                && s.Text.Contains($"{Path.GetFileNameWithoutExtension(file)}.Make(", StringComparison.Ordinal)))
            {
                yield return $"{file}: no list of verbs has it.";
            }
        }
    }

    [GeneratedRegex(@"\bclass (\w+Verb)\b")]
    private static partial Regex VerbClass();

    /// <summary>A verb that is made, or a command that is given something to do there and then.</summary>
    [GeneratedRegex(@"\bnew Verb\(|\bVerb \w+\([^)]*\) =>\s*new\(|\.(?:SetAction|Does)\(\s*(?:async\s*)?[(\w, )]*=>")]
    private static partial Regex MadeVerb();

    private static IEnumerable<(int Number, string Text)> Lines(string file) => File.ReadLines(file).Select((text, i) => (i + 1, text));

    /// <summary>Paths below a folder, with slashes, of what no build made.</summary>
    private static IEnumerable<string> Files(string folder, string pattern) => !Directory.Exists(folder) ? [] : Directory
        .EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
        .Where(f => !f.Split('/').Any(p => p is "bin" or "obj" or "artifacts" or ".git"));

    [GeneratedRegex(
        @"""\s*(SELECT .*FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|WITH \w+)\b|^\s*(SELECT (?!to ).*|INSERT INTO .*|UPDATE \w+ SET .*|DELETE FROM .*|FROM \w+( \w+)?)$|""\w+ = \$\d")]
    private static partial Regex Statement();

    [GeneratedRegex(@"INSERT OR |\browid\b|[( ]only[,)]|\bonly = |[ ,(]max\([^()]*,[^()]*\)|\bifnull\(|\btotal\(|\bgroup_concat\(|\?\d")]
    private static partial Regex OneEngine();
}
