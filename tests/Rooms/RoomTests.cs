using System.Xml.Linq;

namespace HierCash.Tests.Rooms;

/// <summary>Who may know whom: the dependency rules of the project, read from project files and from the compiled assemblies.</summary>
[Parallelizable]
public sealed class RoomTests
{
    /// <summary>Each project and all that it may reference.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["HierCash.Protocol"] = [],
        ["HierCash.Card.Runtime"] = ["HierCash.Protocol"],
        ["HierCash.Card.WalletApplet"] = ["HierCash.Card.Runtime"],
        ["HierCash.Card.Readers"] = ["HierCash.Card.WalletApplet", "PCSC"],
        ["HierCash.Terminals"] = ["HierCash.Protocol"],
        ["HierCash.Card.Emulator"] = ["HierCash.Card.Readers"],
        ["HierCash.Issuer"] = ["HierCash.Terminals"],
        ["HierCash.Bank"] = ["HierCash.Terminals", "HierCash.Card.Readers"],
        ["HierCash.Shop"] = ["HierCash.Terminals", "HierCash.Card.Readers"],
        ["HierCash.Wallet"] = ["HierCash.Terminals", "HierCash.Card.Readers"],
        ["HierCash.Auditor"] = ["HierCash.Terminals"],
        ["HierCash.Town"] = ["HierCash.Card.Readers", "HierCash.Issuer", "HierCash.Bank", "HierCash.Shop", "HierCash.Wallet"],
        ["HierCash.Card.Samples"] = ["HierCash.Card.Runtime"],
        ["HierCash.Oracle"] = [],
        ["PCSC"] = [],
        ["HierCash.Tests.PcscTwin"] = ["HierCash.Card.WalletApplet", "PCSC"],
        ["HierCash.Tests.ConsoleHost"] = [],
        ["HierCash.Tests"] = ["HierCash.Town", "HierCash.Auditor", "HierCash.Card.Samples", "HierCash.Card.Emulator", "HierCash.Oracle", "HierCash.Tests.PcscTwin", "HierCash.Tests.ConsoleHost"],
        ["HierCash.Bench"] = ["HierCash.Town"],
    };

    private static readonly string[] Parties = ["hiercash-issuer", "hiercash-bank", "hiercash-shop", "hiercash-wallet"];

    public static IEnumerable<string> Projects => Repository.Files("*.csproj").Select(f => Path.GetFileNameWithoutExtension(f)!);

    [TestCaseSource(nameof(Projects))]
    public void AProjectReferencesOnlyWhatItMay(string project)
    {
        Assert.That(Allowed, Contains.Key(project), "a new project needs a rule, and a reason to exist");
        string file = Repository.Files(project + ".csproj").Single();
        var references = XDocument.Load(file).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.That(references, Is.SubsetOf(Allowed[project]));
    }

    [Test]
    public void EveryProjectIsInTheSolution()
    {
        string solution = File.ReadAllText(Repository.PathOf("HierCash.sln"));
        foreach (string project in Projects)
        {
            Assert.That(solution, Does.Contain($"{project}.csproj"));
        }
    }

    /// <summary>Parties meet only in the protocol: not one of their assemblies names another.</summary>
    [Test]
    public void PartiesCannotNameEachOther()
    {
        var assemblies = new[]
        {
            typeof(Issuer.IssuerParty).Assembly, typeof(Bank.BankParty).Assembly, typeof(Shop.ShopTill).Assembly, typeof(Wallet.WalletTerminal).Assembly,
        };
        Assert.That(assemblies.Select(a => a.GetName().Name), Is.EquivalentTo(Parties));
        foreach (var assembly in assemblies)
        {
            var others = Parties.Where(p => p != assembly.GetName().Name);
            Assert.That(assembly.GetReferencedAssemblies().Select(r => r.Name), Has.None.AnyOf(others.ToArray<object?>()), assembly.FullName);
        }
    }

    /// <summary>The bank cannot open E_I, and the issuer cannot name U: the words do not occur in their code.</summary>
    [TestCase("Bank", "Ecies.TryDecrypt")]
    [TestCase("Bank", "CashCipher")]
    [TestCase("Bank", "TillId")]
    [TestCase("Issuer", "AccountId")]
    [TestCase("Issuer", "AccountRequest")]
    [TestCase("Issuer", "Evidence.Sign")]
    [TestCase("Shop", "AccountId")]
    [TestCase("Shop", "AccountRequest")]
    public void APartysCodeDoesNotNameWhatItMustNotKnow(string party, string word)
    {
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("terminals", party), "*.cs"))
        {
            Assert.That(File.ReadAllText(file), Does.Not.Contain(word), file);
        }
    }

    [Test]
    public void TheRuntimeKnowsNoWallet()
    {
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("card", "Runtime"), "*.cs"))
        {
            string text = File.ReadAllText(file);
            Assert.That(text, Does.Not.Contain("HierCash.Protocol.Cash").And.Not.Contain("HierCash.Protocol.Suite").And.Not.Contain("HierCash.Protocol.Commands"), file);
        }
    }
}
