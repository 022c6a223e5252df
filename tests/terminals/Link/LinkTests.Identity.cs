using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace HierCash.Tests.Link;

public sealed partial class LinkTests
{
    [Test]
    public void AServerOfAnotherSchemeOrRoleIsNotTrusted()
    {
        using var other = Suite.GenerateKey();
        using var scheme = new TcpLink(Target(LinkRole.Issuer) with { Scheme = Scheme(other) }, null, Suite, TimeProvider.System, Short);
        Assert.That(async () => await Ping(scheme), Throws.TypeOf<LinkException>().With.Message.Contains("not of this scheme"));
        using var role = new TcpLink(Target(LinkRole.Bank), null, Suite, TimeProvider.System, Short);
        Assert.That(async () => await Ping(role), Throws.TypeOf<LinkException>().With.Message.Contains("that of issuer 1"));
    }

    /// <summary>
    /// Somebody has a statement key that the issuer has replaced: whoever knows the newer one talks to nobody under the old. Another's
    /// number is no issuer either.
    /// </summary>
    [Test, Rule(17)]
    public async Task AnIssuerUnderARetiredKeyOrAnotherNumberIsNotTrusted()
    {
        using var old = Suite.GenerateKey();
        using var newer = Suite.GenerateKey();
        var now = TimeProvider.System.GetUtcNow();
        KeyCertificate Certify(ISigningKey key, int from) => KeyCertificate.Issue(
            _root, KeyUsage.IssuerStatement, new PartyId(1), Timestamp.From(now.AddDays(from)), Timestamp.From(now.AddYears(1)),
            key.PublicKey);
        var scheme = new Scheme(new PartyId(1), _root.PublicKey, [Certify(old, -9)], new SchemeParameters(), Suite);
        X509Certificate2 Own(ISigningKey key) =>
            SchemeCertificate.WithKey(SchemeCertificate.Issue(
                _root, LinkRole.Issuer, new PartyId(1), key.PublicKey, now.AddDays(-1), now.AddDays(1)), key);
        var present = Own(old);
        await using var server = await LinkServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), () =>
                present, scheme.Fingerprint, _party, Suite, TimeProvider.System, new LinkLimits(), new RecordFactory(_records), default);
        TcpLink To(PartyId id) => new(
            LinkTarget.IssuerOf(scheme, "127.0.0.1", IPEndPoint.Parse(server.Address).Port) with { Number = id }, null, Suite,
            TimeProvider.System, new LinkLimits());
        using (var link = To(new PartyId(1)))
        {
            await Ping(link);
        }

        using (var another = To(new PartyId(2)))
        {
            Assert.That(async () => await Ping(another), Throws.TypeOf<LinkException>().With.Message.Contains("that of issuer 1"));
        }

        Assert.That(scheme.Learn([Certify(newer, -1)], Suite), Is.Not.Empty);
        using (var link = To(new PartyId(1)))
        {
            Assert.That(async () => await Ping(link), Throws.TypeOf<LinkException>().With.Message.Contains("replaced by a newer one"));
        }

        // A party that has a name shows it the newer one, and nothing else, before it leaves: the issuer may be an older copy that lacks it
        // (rule R27).
        int heard = _party.Requests.Count;
        using (var link = new TcpLink(
            LinkTarget.IssuerOf(scheme, "127.0.0.1", IPEndPoint.Parse(server.Address).Port), LinkTests.Own(_root, LinkRole.Bank, 7), Suite,
            TimeProvider.System, new LinkLimits()))
        {
            Assert.That(async () => await Ping(link), Throws.TypeOf<LinkException>().With.Message.Contains("replaced by a newer one"));
        }

        Assert.That(_party.Requests.Skip(heard).Select(r => r.Type), Is.EqualTo(new[] { MessageType.ShowCertificates }));
        Assert.That(
            _party.Requests.Last().As<ShowCertificatesMessage>()!.Certificates.Select(c => c.Key), Is.EqualTo(new[] { newer.PublicKey }));

        // The server shows the newer one from the next connection on.
        present = Own(newer);
        using (var link = To(new PartyId(1)))
        {
            await Ping(link);
        }
    }

    [Test]
    public void AClientOfAnotherSchemeIsClosedByName()
    {
        using var other = Suite.GenerateKey();
        using var link = Connect(Own(other, LinkRole.Bank, 7));
        Assert.That(async () => await Ping(link), Throws.TypeOf<LinkException>());
        Assert.That(_party.Peers, Is.Empty);
        Assert.That(_records.Log("link"), Has.Some.Contains("not of this scheme"));
    }

    /// <summary>The right root key inside, another one's signature outside.</summary>
    [Test]
    public void AForgedCertificateIsRefused()
    {
        var genuine = SchemeCertificate.Issue(
            _root, LinkRole.Bank, new PartyId(7), _root.PublicKey, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(300));
        for (int at = 60; at < genuine.Length; at += 23)
        {
            var forged = (byte[])genuine.Clone();
            forged[at] ^= 1;
            try
            {
                using var certificate = X509CertificateLoader.LoadCertificate(forged);
                Assert.That(SchemeCertificate.Check(Suite, certificate, Scheme(_root), TimeProvider.System.GetUtcNow()).Peer, Is.Null,
                    $"byte {at}");
            }
            catch (System.Security.Cryptography.CryptographicException)
            {
                // No certificate at all.
            }
        }

        using var whole = X509CertificateLoader.LoadCertificate(genuine);
        Assert.That(SchemeCertificate.Check(Suite, whole, Scheme(_root), TimeProvider.System.GetUtcNow()).Peer, Is.Not.Null);
        Assert.That(SchemeCertificate.Check(Suite, whole, Scheme(_root), DateTimeOffset.UnixEpoch.AddYears(301)).Fault,
            Does.Contain("out of date"));
        Assert.That(SchemeCertificate.Check(Suite, whole, Scheme(_root), DateTimeOffset.UnixEpoch.AddSeconds(-1)).Fault,
            Does.Contain("out of date"), "not yet");
    }
}
