using System.Security.Cryptography.X509Certificates;
using PublicKey = HierCash.Protocol.Suite.PublicKey;

namespace HierCash.Terminals;

/// <summary>What the folder of a bank or shop says of it.</summary>
/// <param name="Grant">The issuer's grant in base64, once it came.</param>
public sealed record EnrolledSettings(string Name, string? Grant, string IssuerHost, int IssuerPort);

/// <summary>Makes the request of the party that keeps this store, and its key at first use.</summary>
public delegate EnrolmentRequest RequestEnrolment(Database store, ICashSuite suite, string name);

/// <summary>The keys of the party that keeps this store, oldest first: a grant for one of them is its own.</summary>
public delegate IReadOnlyList<PublicKey> KnownKeys(Database store, ICashSuite suite);

/// <summary>What banks and shops have in common: a request goes out by hand, a grant comes back by hand.</summary>
public static class PartyEnrolment
{
    /// <summary>The grant of an enrolled party.</summary>
    /// <exception cref="RefusedException">None came yet.</exception>
    public static EnrolmentGrant Grant(PartyFolder<EnrolledSettings> folder, string role, ICashSuite suite) =>
        folder.Settings.Grant is { } grant && EnrolmentGrant.Decode(Convert.FromBase64String(grant), suite) is { } decoded
            ? decoded
            : throw new RefusedException(Outcome.NotEnrolled,
                $"This {role} is not enrolled. Carry its request to the issuer, and take the grant with 'hiercash-{role} join FILE'.");

    internal static PublicKey? KeyOf(EnrolmentGrant grant)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(grant.LinkCertificate);
        return PublicKey.TryDecode(certificate.PublicKey.EncodedKeyValue.RawData);
    }

    /// <summary>
    /// True unless it is the key with which the party has joined, or the one that it made last: what came before is retired, or may be
    /// somebody else's too.
    /// </summary>
    /// <param name="joined">The grant that the party has; null before the first.</param>
    /// <param name="keys">Oldest first.</param>
    public static bool IsFormer(PublicKey key, EnrolmentGrant? joined, IReadOnlyList<PublicKey> keys) =>
        joined is not null && !key.Equals(KeyOf(joined)) && !key.Equals(keys[^1]);

    /// <summary>
    /// Of those that are not joined: made after the present key, and not the last. It was nobody's present key, whether the issuer has
    /// enrolled it or not.
    /// </summary>
    /// <param name="keys">Oldest first.</param>
    public static bool IsGivenUp(PublicKey key, EnrolmentGrant joined, IReadOnlyList<PublicKey> keys) =>
        keys.SkipWhile(k => !k.Equals(KeyOf(joined))).Skip(1).SkipLast(1).Contains(key);

    /// <summary>The link to the issuer.</summary>
    /// <param name="sayWaiting">Told when the issuer takes long; null where nobody waits for it.</param>
    public static TcpLink IssuerLink(
        PartyFolder<EnrolledSettings> folder, EnrolmentGrant grant, X509Certificate2 own, ICashSuite suite, Action<string>? sayWaiting =
            null) => new(
        LinkTarget.IssuerOf(grant.Scheme, folder.Settings.IssuerHost, folder.Settings.IssuerPort), own, suite, TimeProvider.System,
        new LinkLimits())
    {
        SayWaiting = sayWaiting,
    };
}
