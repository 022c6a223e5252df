using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace HierCash.Tests.Link;

/// <summary>
/// The subject of a certificate (link.md), in certificates that openssl makes: O, OU and CN in whatever order they are encoded, and nothing
/// else.
/// </summary>
[Parallelizable]
public sealed class CertificateNameTests
{
    private static readonly BclSuite Suite = new();
    private string _folder = null!;
    private ISigningKey _root = null!;

    [OneTimeSetUp]
    public void MakeRoot()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-names-").FullName;
        _root = Suite.GenerateKey();
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = _root.ExportScalar() });
        File.WriteAllText(Path.Combine(_folder, "root.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    [OneTimeTearDown]
    public void DeleteFolder()
    {
        _root.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("/O=HierCash/OU=Bank/CN=7")]
    [TestCase("/O=HierCash/CN=7/OU=Bank")]
    [TestCase("/OU=Bank/O=HierCash/CN=7")]
    [TestCase("/OU=Bank/CN=7/O=HierCash")]
    [TestCase("/CN=7/O=HierCash/OU=Bank")]
    [TestCase("/CN=7/OU=Bank/O=HierCash")]
    public void TheNameCountsInWhateverOrder(string subject)
    {
        var finding = Check(subject);
        Assert.That((finding.Fault, finding.Peer?.Role, finding.Peer?.Id),
            Is.EqualTo(((string?)null, (LinkRole?)LinkRole.Bank, (PartyId?)new PartyId(7))));
    }

    [TestCase("/O=HierCash/OU=Bank+CN=7", Description = "two in one RDN")]
    [TestCase("/O=HierCash/OU=Bank/CN=7/CN=8", Description = "two numbers")]
    [TestCase("/O=HierCash/OU=Bank/OU=Issuer/CN=7", Description = "two roles")]
    [TestCase("/C=DE/O=HierCash/OU=Bank/CN=7", Description = "something else")]
    [TestCase("/O=HierCash/OU=Bank", Description = "no number")]
    [TestCase("/OU=Bank/CN=7", Description = "no scheme")]
    [TestCase("/O=HierCash/OU=Wallet/CN=7", Description = "no role that has a certificate")]
    [TestCase("/O=HierCash/OU=1/CN=7", Description = "a role by its number")]
    [TestCase("/O=HierCash/OU=Bank/CN=-7", Description = "no number of a party")]
    [TestCase("/O=HierCash, OU=Bank, CN=7/OU=Bank/CN=7", Description = "all of it in one")]
    public void AnyOtherNameIsRefused(string subject) =>
        Assert.That(Check(subject).Fault, Does.StartWith("its certificate names no role of the scheme"));

    private SchemeCertificate.Finding Check(string subject)
    {
        string file = Path.Combine(_folder, "party.der");
        string[] arguments =
        [
            "req", "-x509", "-new", "-key", Path.Combine(_folder, "root.pem"), "-subj", subject, "-days", "2", "-sha256", "-multivalue-rdn",
            "-addext", $"{SchemeCertificate.RootKeyOid}=DER:{Convert.ToHexString(_root.PublicKey.Bytes)}", "-outform", "DER", "-out", file,
        ];
        using var openssl = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardError = true })!;
        string said = openssl.StandardError.ReadToEnd();
        openssl.WaitForExit();
        Assert.That(openssl.ExitCode, Is.Zero, said);
        using var certificate = X509CertificateLoader.LoadCertificate(File.ReadAllBytes(file));
        return SchemeCertificate.Check(Suite, certificate, Digest.Of(_root.PublicKey.Bytes), TimeProvider.System.GetUtcNow().AddMinutes(1));
    }
}
