using System.Security.Cryptography.X509Certificates;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals;
using HierCash.Terminals.Link;
using PublicKey = HierCash.Protocol.Suite.PublicKey;

namespace HierCash.Issuer;

/// <summary>Takes banks and shops into the scheme, on requests that were carried here by hand (link.md).</summary>
internal sealed class Enrolment(PartyId issuer, IssuerKeys keys, Registry registry, SchemeTerms terms, ICashSuite suite, TimeProvider clock)
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650);

    public Scheme Scheme => new(issuer, keys.RootKey, keys.Certificates, terms, suite);

    /// <summary>The issuer's own certificate for its links, good for as long as a process runs.</summary>
    public X509Certificate2 LinkCertificate() => SchemeCertificate.WithKey(Certify(LinkRole.Issuer, issuer, keys.Statement.PublicKey), keys.Statement);

    /// <summary>Enrols, or gives the grant again to whoever was enrolled with the same key.</summary>
    /// <exception cref="InvalidOperationException">The request does not hold; the message says why.</exception>
    public EnrolmentGrant Enrol(EnrolmentRequest request, Amount cap)
    {
        if (!request.Verify(suite))
        {
            throw new InvalidOperationException("The request is not signed by its own key: it was altered. Have it made again.");
        }

        return request.Role == EnrolmentRole.Bank ? EnrolBank(request, cap) : EnrolShop(request);
    }

    private EnrolmentGrant EnrolBank(EnrolmentRequest request, Amount cap)
    {
        var bank = registry.EnrolBank(request.Name, request.Key, cap, terms.Currency);
        var certificate = keys.CertifyBank(bank.Id, request.Key, Timestamp.Now(clock));
        return EnrolmentGrant.Sign(keys.Root, bank.Id, request.Name, Scheme, certificate, Certify(LinkRole.Bank, bank.Id, request.Key));
    }

    private EnrolmentGrant EnrolShop(EnrolmentRequest request)
    {
        if (request.Account is not { } account)
        {
            throw new InvalidOperationException("The shop's request names no account. Its bank adds one with 'hiercash-bank enrol-shop FILE'.");
        }

        bool vouched = registry.FindBank(account.Bank) is { } bank
            && suite.Verify(bank.Key, SignedMessage.ShopAccount(account.Bank, account.Reference, request.Key.Bytes), account.Signature);
        if (!vouched)
        {
            throw new InvalidOperationException("The shop's account is not signed by a bank of this scheme. Enrol its bank first, then have the bank sign again.");
        }

        var shop = registry.EnrolShop(request.Name, account.Bank, account.Reference);
        registry.EnrolTill(shop.Id, request.Key, Timestamp.Now(clock));
        return EnrolmentGrant.Sign(keys.Root, shop.Id, request.Name, Scheme, null, Certify(LinkRole.Shop, shop.Id, request.Key));
    }

    private byte[] Certify(LinkRole role, PartyId id, PublicKey key)
    {
        var now = clock.GetUtcNow();
        return SchemeCertificate.Issue(keys.Root, role, id, key, now.AddDays(-1), now + Validity);
    }
}
