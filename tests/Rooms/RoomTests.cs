namespace HierCash.Tests.Rooms;

/// <summary>
/// Who may know whom, and what lives where: the rules of the house over this checkout, and over one in which a file breaks them.
/// </summary>
[Parallelizable]
public sealed class RoomTests
{
    private static readonly string[] Parties = ["hiercash-issuer", "hiercash-bank", "hiercash-shop", "hiercash-wallet"];

    /// <summary>A file that breaks the rule, and what is said of it.</summary>
    private static readonly (string Rule, string File, string Text, string Says)[] Planted =
    [
        ("ProjectsNameOnlyWhatTheyMay", "terminals/Bank/HierCash.Bank.csproj", Project("../Issuer/HierCash.Issuer.csproj"),
            "may not name HierCash.Issuer"),
        ("ProjectsNameOnlyWhatTheyMay", "card/Runtime/HierCash.Card.Runtime.csproj", Project("../../apdu-spec/HierCash.Protocol.csproj"),
            "may not name HierCash.Protocol"),
        ("ProjectsNameOnlyWhatTheyMay", "terminals/Common/HierCash.Common.csproj", Project("../Link/HierCash.Terminals.Link.csproj"),
            "a new project needs a rule"),
        ("NothingIsReferencedByTheWay", "Directory.Build.props", "<Project><PropertyGroup /></Project>", "is not true"),
        ("NothingIsReferencedByTheWay", "terminals/Bank/HierCash.Bank.csproj",
            "<Project><PropertyGroup><DisableTransitiveProjectReferences>false</DisableTransitiveProjectReferences></PropertyGroup></Project>", "is not true"),
        ("SqlStaysInStorage", "terminals/Bank/Accounts/Peek.cs", "var n = db.Number(\"SELECT count(*) FROM account\");",
            "SQL outside Storage"),
        ("SqlStaysInStorage", "terminals/Shop/Peek.cs",
            "db.Execute(\n    \"\"\"\n    DELETE FROM coin_payment WHERE id = $1\n    \"\"\", id);", "SQL outside Storage"),
        ("SqlStaysInStorage", "terminals/Issuer/Enrolment/Peek.cs", "var bank = BankTable.Find(db, \"id = $1\", id);",
            "SQL outside Storage"),
        ("SqlIsWhatBothEnginesTake", "terminals/Bank/Storage/Peek.cs", "db.Execute(\"INSERT OR IGNORE INTO account(u) VALUES($1)\", u);",
            "only one engine"),
        ("SqlIsWhatBothEnginesTake", "terminals/Bank/Storage/Peek.cs", "db.Number(\"SELECT rowid FROM account\");", "only one engine"),
        ("SqlIsWhatBothEnginesTake", "terminals/Bank/Storage/Peek.cs", "db.Execute(\"UPDATE account SET known = max(known, $1)\", n);",
            "only one engine"),
        ("SqlIsWhatBothEnginesTake", "terminals/Bank/Storage/Peek.cs", "db.Number(\"SELECT known FROM account WHERE u = ?1\", u);",
            "only one engine"),
        ("PartiesDoNotNameWhatTheyMustNotKnow", "terminals/Issuer/Settlement/Peek.cs", "AccountId who;", "names AccountId"),
        ("PartiesDoNotNameWhatTheyMustNotKnow", "terminals/Bank/Clearing/Peek.cs", "Ecies.TryDecrypt(ei);", "names Ecies.TryDecrypt"),
        ("TestsMirrorTheProduct", "tests/terminals/Bureau/PeekTests.cs", "", "has no folder 'terminals/Bureau'"),
        ("TestsMirrorTheProduct", "tests/Bank/PeekTests.cs", "", "has no folder 'Bank'"),
        ("VerbsAreUnderVerbs", "terminals/Bank/Program.cs", "var peek = new Verb(\"peek\", \"Looks.\");", "outside Verbs/"),
        ("VerbsAreUnderVerbs", "card/Emulator/Program.cs", "private static Verb Peek() => new(\"peek\", \"Looks.\");", "outside Verbs/"),
        ("VerbsAreUnderVerbs", "terminals/Town/Program.cs", "root.SetAction(given => Look(given));", "outside Verbs/"),
        ("VerbsAreUnderVerbs", "terminals/Bank/PeekVerb.cs", "internal static class PeekVerb;", "outside Verbs/"),
        ("VerbsAreUnderVerbs", "terminals/Bank/Verbs/PeekVerb.cs", "internal static class PeekVerb; internal static class PokeVerb;",
            "not one verb"),
        ("VerbsAreUnderVerbs", "terminals/Bank/Verbs/Peek.cs", "internal static class Peek;", "not one verb"),
        ("TheRuntimeKnowsNoWallet", "card/Runtime/Peek.cs", "using HierCash.Protocol.Cash;", "names HierCash.Protocol"),
    ];

    public static IEnumerable<string> Rules => RoomRules.All.Keys;

    public static IEnumerable<TestCaseData> Plants =>
        Planted.Select((p, i) => new TestCaseData(p.Rule, p.File, p.Text, p.Says).SetArgDisplayNames(p.Rule, p.File, $"{i}"));

    [TestCaseSource(nameof(Rules))]
    public void TheHouseKeeps(string rule) => Assert.That(RoomRules.All[rule](Repository.Root), Is.Empty);

    [TestCaseSource(nameof(Plants))]
    public void AFileThatBreaksItIsNamed(string rule, string file, string text, string says)
    {
        string root = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            string planted = Path.Combine(root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(planted)!);
            File.WriteAllText(planted, text);
            var said = RoomRules.All[rule](root).ToList();
            Assert.That(said, Has.Some.Contain(says));
            Assert.That(said, Has.All.Contain(Path.GetFileName(file)));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>That takes two files: a program, and a verb that it does not list.</summary>
    [Test]
    public void AVerbThatNoProgramListsIsNamed()
    {
        string root = Directory.CreateTempSubdirectory("hiercash-test-").FullName;
        try
        {
            string verbs = Path.Combine(root, "terminals", "Bank", "Verbs");
            Directory.CreateDirectory(verbs);
            File.WriteAllText(Path.Combine(verbs, "PeekVerb.cs"), "internal static class PeekVerb;");
            File.WriteAllText(Path.Combine(verbs, "PokeVerb.cs"), "internal static class PokeVerb;");
            File.WriteAllText(Path.Combine(root, "terminals", "Bank", "Program.cs"), "{ PokeVerb.Make() }");
            Assert.That(RoomRules.All["VerbsAreUnderVerbs"](root),
                Is.EqualTo(new[] { "terminals/Bank/Verbs/PeekVerb.cs: no list of verbs has it." }));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Test]
    public void EveryRuleHasAFileThatBreaksIt() => Assert.That(Planted.Select(p => p.Rule).Distinct(), Is.EquivalentTo(Rules));

    /// <summary>A rule about a folder or a project that is gone keeps nothing.</summary>
    [Test]
    public void EveryRoomOfTheRulesIsThere()
    {
        Assert.That(RoomRules.Projects, Is.EquivalentTo(Repository.Files("*.csproj").Select(Path.GetFileNameWithoutExtension)));
        Assert.That(RoomRules.Paths.Where(p => !Path.Exists(Repository.PathOf(p))), Is.Empty);
    }

    [Test]
    public void EveryProjectIsInTheSolution()
    {
        string solution = File.ReadAllText(Repository.PathOf("HierCash.sln"));
        foreach (string project in Repository.Files("*.csproj").Select(f => Path.GetFileName(f)!))
        {
            Assert.That(solution, Does.Contain(project));
        }
    }

    /// <summary>Parties meet only in the protocol: not one of their assemblies names another.</summary>
    [Test]
    public void PartiesCannotNameEachOther()
    {
        var assemblies = new[]
        {
            typeof(Issuer.IssuerParty).Assembly, typeof(Bank.BankParty).Assembly, typeof(Shop.ShopTill).Assembly,
                typeof(Wallet.WalletTerminal).Assembly,
        };
        Assert.That(assemblies.Select(a => a.GetName().Name), Is.EquivalentTo(Parties));
        foreach (var assembly in assemblies)
        {
            var others = Parties.Where(p => p != assembly.GetName().Name);
            Assert.That(assembly.GetReferencedAssemblies().Select(r => r.Name), Has.None.AnyOf(others.ToArray<object?>()),
                assembly.FullName);
        }
    }

    private static string Project(string reference) =>
        $"<Project><ItemGroup><ProjectReference Include=\"{reference}\" /></ItemGroup></Project>";
}
