using HierCash.Tests.Suite;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// A true case, about which others lie: Mallory paid 50.00 at Cafe and, with a copy, 20.00 at Kiosk. Tests change no store; each lie is one
/// field of a genuine object, under the genuine signature where that liar has the key.
/// </summary>
public abstract class LyingCase : IDisposable
{
    private protected static readonly PartyId Stranger = new(99);

    private readonly KeepingSuite _suite = new(new BclSuite());

    private protected SimulatedTown Town { get; private set; } = null!;

    private protected Evidence File { get; private set; } = null!;

    /// <summary>Another true case at the same bank.</summary>
    private protected Evidence Other { get; private set; } = null!;

    private protected ICashSuite Suite => _suite;

    /// <summary>What exceeds the coin: without it nobody overspent.</summary>
    private protected DossierEntry Excess => File.Dossier.Entries.Single(e => e.H.Paid.Minor == 2000);

    [OneTimeSetUp]
    public async Task MakeCases()
    {
        Town = Towns.Make(with: o => o with { Suite = _suite });
        File = await Town.Overspend();
        Other = await Town.Overspend("Mallet");
        Assert.That(Town.Check(File).Culprit, Is.EqualTo(Culprit.User), "as it should be");
    }

    [OneTimeTearDown]
    public void Dispose()
    {
        Town.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The secret key of a card that was opened in a laboratory.</summary>
    private protected ISigningKey SecretOf(byte[] nu) => _suite.SecretOf(nu);

    /// <summary>A certificate that the root key signed, or somebody else's root key.</summary>
    private protected KeyCertificate Certify(PublicKey key, KeyUsage usage, PartyId holder, bool byRoot = true)
    {
        using var root = byRoot ? Town.RootKey : Suite.GenerateKey();
        return KeyCertificate.Issue(root, usage, holder, default, File.Date.Plus(TimeSpan.FromDays(3650)), key);
    }

    /// <summary>A certificate for a liar's key which is wrong in one thing: what the key is for, whose it is, or who says so.</summary>
    private protected KeyCertificate Certify(PublicKey key, KeyUsage usage, PartyId holder, string lie) => Certify(
        key, lie == "use" ? (usage == KeyUsage.Bank ? KeyUsage.IssuerStatement : KeyUsage.Bank) : usage, lie == "holder" ? Stranger
            : holder, lie != "root");

    /// <summary>The key of the till that was paid.</summary>
    private protected ISigningKey TillOf(CashPayment h) =>
        Town.TillKey(Town.PartyNames.First(n => n.StartsWith("till", StringComparison.Ordinal) && Town.Till(n).W == h.Till));

    /// <summary>The dossier proves this and no more, and who believed it and accused would name the issuer.</summary>
    private protected void IsNoEvidence(Dossier lie, Proof proof, Culprit culprit = Culprit.Issuer)
    {
        Assert.That(lie.Check(Suite, Town.Scheme.Root, File.Order.EI), Is.EqualTo(proof));
        var finding = Town.Check(Town.Bear(File, lie));
        Assert.That((finding.IsProven, finding.Culprit), Is.EqualTo((false, culprit)), finding.Finding);
    }
}
