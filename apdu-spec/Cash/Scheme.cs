namespace HierCash.Protocol.Cash;

/// <summary>What banks, shops and wallets know of the scheme: its root key, the issuer's certified keys, the terms.</summary>
public sealed class Scheme
{
    /// <summary>Two visits may learn at once, and neither forgets what the other learned.</summary>
    private readonly Lock _learning = new();
    private volatile IReadOnlyList<KeyCertificate> _certificates;

    /// <exception cref="ArgumentException">A certificate is not the root key's.</exception>
    public Scheme(PartyId issuer, PublicKey root, IReadOnlyList<KeyCertificate> certificates, SchemeParameters terms, ICashSuite suite)
    {
        Issuer = issuer;
        Root = root;
        _certificates = certificates;
        Terms = terms;
        if (certificates.FirstOrDefault(c => !c.Verify(suite, root)) is { } foreign)
        {
            throw new ArgumentException($"The certificate of key {foreign.Key.Id} is not signed by this scheme's root key.",
                nameof(certificates));
        }
    }

    public PartyId Issuer { get; }

    public PublicKey Root { get; }

    public IReadOnlyList<KeyCertificate> Certificates => _certificates;

    public SchemeParameters Terms { get; }

    /// <summary>Takes certificates of new keys; what the root key did not sign is left out (hole 22).</summary>
    /// <returns>Those that were new.</returns>
    public IReadOnlyList<KeyCertificate> Learn(IEnumerable<KeyCertificate> certificates, ICashSuite suite)
    {
        using var turn = _learning.EnterScope();
        var known = _certificates;
        var fresh = certificates.Where(c => !known.Any(k => k.Usage == c.Usage && k.Key.Id == c.Key.Id) && IsOurs(c, suite)).ToList();
        if (fresh.Count > 0)
        {
            _certificates = [.. known, .. fresh];
        }

        return fresh;
    }

    private bool IsOurs(KeyCertificate certificate, ICashSuite suite) => certificate.Verify(suite, Root);

    /// <summary>The same scheme for another party, which learns by itself.</summary>
    public Scheme Copy(ICashSuite suite) => new(Issuer, Root, _certificates, Terms, suite);

    /// <summary>W0: to pay it is to redeem (hole 9). Of the root key, which every card pins.</summary>
    public TillId RedemptionTill => Derivations.W(Root);

    /// <summary>SHA-256 of the root key: what people compare.</summary>
    public Digest Fingerprint => Digest.Of(Root.Bytes);

    /// <summary>The issuer's key of that use and id, if it is certified.</summary>
    public PublicKey? Find(KeyUsage usage, KeyId id) =>
        Certificates.FirstOrDefault(c => c.Usage == usage && c.Holder == Issuer && c.Key.Id == id)?.Key;

    /// <summary>The newest PE_I that may be used at that moment.</summary>
    public PublicKey? EncryptionKey(Timestamp now) => Certificates
        .Where(c => c.Usage == KeyUsage.IssuerEncryption && c.Holder == Issuer && c.Covers(now)).MaxBy(c => c.NotBefore)?.Key;

    /// <summary>True if the check succeeds with one of the issuer's statement keys.</summary>
    public bool IsStatement(Func<PublicKey, bool> verify) =>
        Certificates.Any(c => c.Usage == KeyUsage.IssuerStatement && c.Holder == Issuer && verify(c.Key));
}
