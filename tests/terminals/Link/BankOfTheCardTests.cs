using System.Security.Cryptography.X509Certificates;
using HierCash.Bank;
using HierCash.Tests.Scenarios;
using HierCash.Wallet;

namespace HierCash.Tests.Link;

/// <summary>
/// Rule R19: a wallet reaches the bank that its card names, by number and key. What else answers at the address hears nothing.
/// </summary>
[Parallelizable]
public sealed class BankOfTheCardTests
{
    private static readonly PartyId Own = new(1);
    private readonly ISigningKey _root = LinkParty.Suite.GenerateKey();
    private readonly ISigningKey _first = LinkParty.Suite.GenerateKey();
    private readonly ISigningKey _second = LinkParty.Suite.GenerateKey();

    [OneTimeTearDown]
    public void Forget()
    {
        _root.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    /// <summary>A bank that cheats is enrolled like any other, and has taken over the address.</summary>
    [Test, Rule(19)]
    public async Task AnotherBankOfTheSchemeHearsNothing()
    {
        await using var cheat = await Listen(2, _second);
        using var link = Dial(cheat, null);
        Assert.That(async () => await Ask(link), Throws.TypeOf<LinkException>()
            .With.Message.Contains("it is bank 2, and your card's bank is number 1. Nothing was sent. Give the address of bank 1."));
        Assert.That(cheat.Peers, Is.Empty);

        await using var bank = await Listen(1, _first);
        using var right = Dial(bank, null);
        Assert.That((await Ask(right)).Body, Is.EqualTo(new byte[] { 2, 1 }));
    }

    /// <summary>
    /// Who stole the key that the bank had before answers with a certificate that is still in its time; the wallet knows the newer one.
    /// </summary>
    [Test, Rule(19)]
    public async Task AKeyThatTheBankHasGivenUpIsNotTrustedAgain()
    {
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        await using var before = await Listen(1, _first, day: -300);
        await using var after = await Listen(1, _second, day: -5);
        foreach (var bank in new[] { before, before, after, after })
        {
            using var link = Dial(bank, records);
            Assert.That((await Ask(link)).Body, Is.EqualTo(new byte[] { 2, 1 }), "a key that changed is reached");
        }

        using var stolen = Dial(before, records);
        Assert.That(async () => await Ask(stolen),
            Throws.TypeOf<LinkException>().With.Message.Contains("it shows a key that bank 1 has given up"));
        Assert.That((before.Peers.Count, after.Peers.Count), Is.EqualTo((2, 2)));

        using var blank = Database.OpenMemory(WalletRecords.Schema);
        using var fresh = Dial(before, new WalletRecords(blank));
        Assert.That((await Ask(fresh)).Body, Is.Not.Empty, "a wallet that knows no key takes the root key's word");
    }

    /// <summary>
    /// A bank announces its next key; then somebody has the grant of its present one printed once more, from the old request. That dates
    /// nothing anew: wallets that meet the bank under the one, and after its change under the other, go on, and do not go back.
    /// </summary>
    [Test, Rule(19)]
    public void AGrantThatIsPrintedAgainMakesNoKeyNewer()
    {
        using var town = Towns.Make();
        using var bank = Database.OpenMemory(BankParty.Schema);
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var suite = town.Options.Suite;
        var records = new WalletRecords(store);
        var request = BankParty.RequestEnrolment(bank, suite, "North");
        var first = town.Issuer.Enrol(request, town.Options.Cap).OrRefuse();
        town.Clock.Advance(TimeSpan.FromDays(1));
        var next = town.Issuer.Enrol(BankParty.RequestNextKey(bank, suite, BankIdentity.Of(first)), town.Options.Cap).OrRefuse();
        town.Clock.Advance(TimeSpan.FromDays(1));
        var again = town.Issuer.Enrol(request, town.Options.Cap).OrRefuse();
        string? Doubt(EnrolmentGrant grant)
        {
            using var certificate = X509CertificateLoader.LoadCertificate(grant.LinkCertificate);
            return records.Doubt(town.Scheme.Fingerprint, grant.Holder, certificate);
        }

        Assert.That(new[] { first, again, next }.Select(Doubt), Has.All.Null);
        Assert.That(new[] { again, first }.Select(Doubt), Has.All.Contains("given up"));
        Assert.That((again.BankCertificate!.NotBefore, again.BankCertificate.NotAfter),
            Is.EqualTo((first.BankCertificate!.NotBefore, first.BankCertificate.NotAfter)));
    }

    /// <summary>
    /// A wallet knows a key's newest certificate. A key that was certified on the same day, or since an older certificate of the known one,
    /// is not a newer one.
    /// </summary>
    [Test, Rule(19)]
    public void OnlyALaterCertificateMakesAKeyTheNewer()
    {
        using var store = Database.OpenMemory(WalletRecords.Schema);
        var records = new WalletRecords(store);
        var begin = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        string? Doubt(ISigningKey key, int day)
        {
            var issued = SchemeCertificate.Issue(_root, LinkRole.Bank, Own, key.PublicKey, begin.AddDays(day), begin.AddDays(100));
            using var certificate = X509CertificateLoader.LoadCertificate(issued);
            return records.Doubt(LinkParty.SchemeOf(_root), Own, certificate);
        }

        Assert.That(Doubt(_first, 10), Is.Null);
        Assert.That(Doubt(_second, 10), Does.Contain("has given up"), "of the same day");
        Assert.That(Doubt(_first, 5), Is.Null, "the known key, under an older certificate");
        Assert.That(Doubt(_second, 7), Does.Contain("has given up"), "the date of the known key has not gone back");
        Assert.That(Doubt(_second, 11), Is.Null);
        Assert.That(Doubt(_first, 10), Does.Contain("has given up"));
    }

    private Task<LinkParty> Listen(uint number, ISigningKey key, int day = -1) =>
        LinkParty.Listen(_root, LinkParty.Certificate(_root, LinkRole.Bank, number, key, day), new LinkLimits());

    private TcpLink Dial(LinkParty at, WalletRecords? records)
    {
        var scheme = LinkParty.SchemeOf(_root);
        var target = new LinkTarget("127.0.0.1", at.Port, LinkRole.Bank, scheme, Own) { Remembered = records is null ? null : c =>
            records.Doubt(scheme, Own, c) };
        return new TcpLink(target, null, LinkParty.Suite, TimeProvider.System, new LinkLimits());
    }

    private static async Task<LinkMessage> Ask(TcpLink link) => await link.Call(new LinkMessage(MessageType.Certificates, [1, 2]), default);
}
