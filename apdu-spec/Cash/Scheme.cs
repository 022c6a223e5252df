using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>What banks, shops and wallets know of the scheme: its root key, the issuer's certified keys, the terms.</summary>
public sealed class Scheme
{
    /// <exception cref="ArgumentException">A certificate is not the root key's.</exception>
    public Scheme(PartyId issuer, PublicKey root, IReadOnlyList<KeyCertificate> certificates, SchemeTerms terms, ICashSuite suite)
    {
        Issuer = issuer;
        Root = root;
        Certificates = certificates;
        Terms = terms;
        if (certificates.FirstOrDefault(c => !c.Verify(suite, root)) is { } foreign)
        {
            throw new ArgumentException($"The certificate of key {foreign.Key.Id} is not signed by this scheme's root key.", nameof(certificates));
        }
    }

    public PartyId Issuer { get; }

    public PublicKey Root { get; }

    public IReadOnlyList<KeyCertificate> Certificates { get; }

    public SchemeTerms Terms { get; }

    /// <summary>W0: to pay it is to redeem (hole 9). Of the root key, which every card pins.</summary>
    public TillId RedemptionTill => OneWay.W(Root);

    /// <summary>SHA-256 of the root key: what people compare.</summary>
    public Digest Fingerprint => Digest.Of(Root.Bytes);

    /// <summary>The issuer's key of that use and id, if it is certified.</summary>
    public PublicKey? Find(KeyUsage usage, KeyId id) =>
        Certificates.FirstOrDefault(c => c.Usage == usage && c.Holder == Issuer && c.Key.Id == id)?.Key;

    /// <summary>The newest PE_I that may be used at that moment.</summary>
    public PublicKey? EncryptionKey(Timestamp now) => Certificates
        .Where(c => c.Usage == KeyUsage.IssuerEncryption && c.Holder == Issuer && c.Covers(now))
        .MaxBy(c => c.NotBefore)?.Key;

    /// <summary>True if the check succeeds with one of the issuer's statement keys.</summary>
    public bool IsStatement(Func<PublicKey, bool> verify) =>
        Certificates.Any(c => c.Usage == KeyUsage.IssuerStatement && c.Holder == Issuer && verify(c.Key));
}
