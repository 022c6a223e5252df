using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Link;

namespace HierCash.Terminals.Consoles;

/// <summary>What the folder of a bank or shop says of it.</summary>
/// <param name="Grant">The issuer's grant in base64, once it came.</param>
public sealed record EnrolledSettings(string Name, string? Grant, string IssuerHost, int IssuerPort);

/// <summary>What banks and shops have in common: a request goes out by hand, a grant comes back by hand.</summary>
public static class Enrolled
{
    /// <summary>The grant of an enrolled party.</summary>
    /// <exception cref="RefusedException">None came yet.</exception>
    public static EnrolmentGrant Grant(PartyFolder<EnrolledSettings> folder, string role, ICashSuite suite) =>
        folder.Settings.Grant is { } grant && EnrolmentGrant.Decode(Convert.FromBase64String(grant), suite) is { } decoded
            ? decoded
            : throw new RefusedException($"This {role} is not enrolled. Carry its request to the issuer, and take the grant with 'hiercash-{role} join FILE'.");

    /// <summary>Takes the issuer's grant, if it is for this party's key and the fingerprint is the one that was published.</summary>
    /// <exception cref="RefusedException">It is not; nothing was changed.</exception>
    public static EnrolmentGrant Join(
        PartyFolder<EnrolledSettings> folder, string file, string? fingerprint, PublicKey key, (string Host, int Port) issuer, ICashSuite suite)
    {
        var grant = EnrolmentGrant.Decode(Armor.Read(Armor.Grant, file), suite)
            ?? throw new RefusedException($"The grant in '{file}' is damaged, or not signed by its own root key. Copy it again, whole.");
        string actual = grant.Scheme.Fingerprint.ToString();
        if (fingerprint is not null && !actual.Equals(fingerprint, StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedException($"The grant is of the scheme {actual}, not of {fingerprint}. Do not join it.");
        }

        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(grant.LinkCertificate);
        if (!certificate.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(key.Bytes))
        {
            throw new RefusedException($"The grant in '{file}' is for another key. Use the one that was made for this folder's request.");
        }

        folder.Save(folder.Settings with { Grant = Convert.ToBase64String(grant.Encode()), IssuerHost = issuer.Host, IssuerPort = issuer.Port });
        return grant;
    }

    /// <summary>The link to the issuer.</summary>
    public static TcpLink IssuerLink(
        PartyFolder<EnrolledSettings> folder, EnrolmentGrant grant, System.Security.Cryptography.X509Certificates.X509Certificate2 own, ICashSuite suite) => new(
        new LinkTarget(folder.Settings.IssuerHost, folder.Settings.IssuerPort, LinkRole.Issuer, grant.Scheme.Fingerprint), own, suite, TimeProvider.System, new LinkLimits());
}
