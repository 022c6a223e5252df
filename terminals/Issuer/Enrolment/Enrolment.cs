using System.Security.Cryptography.X509Certificates;
using PublicKey = HierCash.Protocol.Suite.PublicKey;

namespace HierCash.Issuer;

/// <summary>Takes banks and shops into the scheme, on requests that were carried here by hand (link.md).</summary>
internal sealed class Enrolment(PartyId issuer, IssuerKeys keys, Registry registry, SchemeParameters terms, ICashSuite suite,
    TimeProvider clock)
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650);

    public Scheme Scheme => new(issuer, keys.RootKey, keys.Certificates, terms, suite);

    /// <summary>The issuer's own certificate for its links, good for as long as a process runs.</summary>
    public X509Certificate2 LinkCertificate() =>
        SchemeCertificate.WithKey(Certify(LinkRole.Issuer, issuer, keys.Statement.PublicKey, Timestamp.Now(clock)), keys.Statement);

    /// <summary>Enrols, or gives the grant again to whoever was enrolled with the same key.</summary>
    /// <param name="bank">The number of the bank whose revoked key this one replaces; null: whose it is, the request says.</param>
    public Result<EnrolmentGrant> Enrol(EnrolmentRequest request, Amount cap, PartyId? bank)
    {
        if (PlainText.NameFault(request.Name, EnrolmentRequest.MaxNameSize) is { } fault)
        {
            return Refused.ByRule(fault);
        }

        if (!request.Verify(suite))
        {
            return new Refused(Outcome.Damaged, "The request is not signed by its own key: it was altered. Have it made again.");
        }

        bool vouched = request.Voucher is null || request.Voucher.Verify(suite, request.Role, request.Key);
        if (!vouched)
        {
            return new Refused(Outcome.Damaged,
                "The word for this key is not signed by the key that it names: the request was altered. Have it made again.");
        }

        return request.Role == EnrolmentRole.Bank ? EnrolBank(request, cap, bank) : EnrolShop(request);
    }

    private Result<EnrolmentGrant> EnrolBank(EnrolmentRequest request, Amount cap, PartyId? number)
    {
        var enrolled = registry.EnrolBank(request, cap, terms.Currency, number, Timestamp.Now(clock), Validity);
        if (!enrolled.Has(out var its))
        {
            return enrolled.Refused!;
        }

        var (bank, first) = its;
        var certificate = keys.CertifyBank(bank.Id, request.Key, first);
        return EnrolmentGrant.Sign(keys.Root, bank.Id, bank.Name, Scheme, certificate, Certify(LinkRole.Bank, bank.Id, request.Key, first));
    }

    private Result<EnrolmentGrant> EnrolShop(EnrolmentRequest request)
    {
        var now = Timestamp.Now(clock);
        var enrolled = registry.EnrolTill(request, suite, now);
        return enrolled.Has(out var shop)
            ? EnrolmentGrant.Sign(keys.Root, shop.Id, shop.Name, Scheme, null, Certify(LinkRole.Shop, shop.Id, request.Key, now),
                (shop.Bank, shop.Account))
            : enrolled.Refused!;
    }

    /// <param name="from">When the key was certified first. The certificate begins a day earlier, for clocks that are behind.</param>
    private byte[] Certify(LinkRole role, PartyId id, PublicKey key, Timestamp from)
    {
        var date = from.ToDate()!.Value;
        return SchemeCertificate.Issue(keys.Root, role, id, key, date.AddDays(-1), date + Validity);
    }
}
