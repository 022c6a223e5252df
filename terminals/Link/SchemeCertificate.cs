using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PublicKey = HierCash.Protocol.Suite.PublicKey;
using X509PublicKey = System.Security.Cryptography.X509Certificates.PublicKey;

namespace HierCash.Terminals.Link;

/// <summary>TLS certificates of the scheme (link.md), signed by the root key, which they hold: its fingerprint checks one.</summary>
public static class SchemeCertificate
{
    /// <summary>The extension with the 65 bytes of the root key.</summary>
    public const string RootKeyOid = "2.25.281474976710655.1";

    private const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string OrganisationOid = "2.5.4.10";
    private const string UnitOid = "2.5.4.11";
    private const string CommonNameOid = "2.5.4.3";
    private const int NameParts = 3;

    /// <summary>Role, number and key of a certificate that holds, or why it does not.</summary>
    public readonly record struct Finding(LinkPeer? Peer, string? Fault);

    /// <summary>How the fault of a certificate begins that is not good yet, or no more.</summary>
    public const string OutOfDate = "its certificate is out of date";

    /// <summary>Makes the certificate of a party's key, DER.</summary>
    public static byte[] Issue(ISigningKey root, LinkRole role, PartyId id, PublicKey key, DateTimeOffset from, DateTimeOffset until)
    {
        using var ecdsa = ECDsa.Create(Parameters(key));
        var request = new CertificateRequest(Name(role, id), ecdsa, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509Extension(RootKeyOid, root.PublicKey.Bytes, false));
        var serial = Digest.Of([.. key.Bytes, (byte)role]).ToArray()[..16];
        serial[0] &= 0x7F;
        using var certificate = request.Create(new X500DistinguishedName("O=HierCash, CN=root"), new RootSigner(root), from, until, serial);
        return certificate.RawData;
    }

    /// <summary>Checks signature, scheme, time and form.</summary>
    public static Finding Check(ICashSuite suite, X509Certificate2 certificate, Digest scheme, DateTimeOffset now)
    {
        var root = certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == RootKeyOid) is { } extension
            ? PublicKey.TryDecode(extension.RawData)
            : null;
        if (root is null || Digest.Of(root.Bytes) != scheme)
        {
            return new Finding(null, "its certificate is not of this scheme");
        }

        if (!IsSignedBy(suite, certificate.RawData, root))
        {
            return new Finding(null, "its certificate is not signed by the scheme's root key");
        }

        if (now < certificate.NotBefore || now >= certificate.NotAfter)
        {
            // Whatever a stranger wrote into it: no moment of the scheme's, which begin with 1970.
            static string Day(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            return new Finding(
                null,
                $"{OutOfDate}: it is good from {Day(certificate.NotBefore)} to {Day(certificate.NotAfter)}, and the clock here says "
                    + $"{Day(now)}; set this clock right if it is wrong; else tell the people whose certificate it is");
        }

        if (certificate.PublicKey.Oid.Value != EcPublicKey
            || PublicKey.TryDecode(certificate.PublicKey.EncodedKeyValue.RawData) is not { } key)
        {
            return new Finding(null, "its certificate holds no key of the scheme's curve");
        }

        return ReadName(certificate.SubjectName) is { } name ? new Finding(new LinkPeer(name.Role, name.Id, key), null)
            : new Finding(null, $"its certificate names no role of the scheme ({PlainText.Escape(certificate.Subject)})");
    }

    /// <summary>The certificate together with its secret key, as TLS wants it.</summary>
    /// <exception cref="UnusableFileException">The key is another party's: the database is not the one that belongs to these settings (rule
    /// R23).</exception>
    public static X509Certificate2 WithKey(byte[] certificate, ISigningKey key)
    {
        using var bare = X509CertificateLoader.LoadCertificate(certificate);
        if (!bare.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(key.PublicKey.Bytes))
        {
            throw new UnusableFileException("The database and the settings of this folder are not of one party: their keys differ. "
                + "Put back the two that belong together.");
        }

        var scalar = key.ExportScalar();
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        CryptographicOperations.ZeroMemory(scalar);
        return bare.CopyWithPrivateKey(ecdsa);
    }

    /// <summary>O, OU and CN, each once and in an RDN of its own, in any order (RFC 5280, 4.1.2.4): openssl keeps the given one.</summary>
    private static (LinkRole Role, PartyId Id)? ReadName(X500DistinguishedName subject)
    {
        try
        {
            var parts = subject.EnumerateRelativeDistinguishedNames().ToList();
            if (parts.Count != NameParts || parts.Exists(p => p.HasMultipleElements))
            {
                return null;
            }

            string? Value(string oid) => parts.Find(p => p.GetSingleElementType().Value == oid)?.GetSingleElementValue();
            string? unit = Value(UnitOid);
            var roles = Enum.GetValues<LinkRole>().Where(r => r != LinkRole.Wallet && r.ToString() == unit).ToList();
            return Value(OrganisationOid) == "HierCash" && roles is [var role]
                && uint.TryParse(Value(CommonNameOid), NumberStyles.None, CultureInfo.InvariantCulture, out uint id)
                ? (role, new PartyId(id))
                : null;
        }
        catch (CryptographicException)
        {
            // Strings of a kind that RFC 5280 does not know.
            return null;
        }
    }

    private static X500DistinguishedName Name(LinkRole role, PartyId id) => new($"O=HierCash, OU={role}, CN={id}");

    private static ECParameters Parameters(PublicKey key) => new()
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = key.X.ToArray(), Y = key.Y.ToArray() },
    };

    /// <summary>RFC 5280, 4.1: SEQUENCE of the signed part, the algorithm, the signature.</summary>
    private static bool IsSignedBy(ICashSuite suite, byte[] der, PublicKey root)
    {
        try
        {
            var certificate = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            var signed = certificate.ReadEncodedValue();
            bool known = certificate.ReadSequence().ReadObjectIdentifier() == EcdsaWithSha256;
            var signature = new AsnReader(certificate.ReadBitString(out _), AsnEncodingRules.DER).ReadSequence();
            byte[] rs = [.. Fixed(signature.ReadInteger()), .. Fixed(signature.ReadInteger())];
            return known && suite.Verify(root, signed.Span, rs);
        }
        catch (Exception e) when (e is AsnContentException or OverflowException)
        {
            return false;
        }
    }

    private static byte[] Fixed(BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return bytes.Length > 32 ? throw new OverflowException() : [.. new byte[32 - bytes.Length], .. bytes];
    }

    /// <summary>Lets the root key sign X.509. Its strings begin with 30, the protocol's with "HC1-": none stands for the other.</summary>
    private sealed class RootSigner(ISigningKey root) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        {
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(EcdsaWithSha256);
            }

            return writer.Encode();
        }

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm)
        {
            var rs = root.Sign(data);
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                writer.WriteInteger(new BigInteger(rs.AsSpan(0, 32), isUnsigned: true, isBigEndian: true));
                writer.WriteInteger(new BigInteger(rs.AsSpan(32), isUnsigned: true, isBigEndian: true));
            }

            return writer.Encode();
        }

        protected override X509PublicKey BuildPublicKey()
        {
            using var ecdsa = ECDsa.Create(Parameters(root.PublicKey));
            return new X509PublicKey(ecdsa);
        }
    }
}
