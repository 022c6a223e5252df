using System.Security.Cryptography.X509Certificates;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using PublicKey = HierCash.Protocol.Suite.PublicKey;

namespace HierCash.Shop;

/// <summary>N_W, the key of a till, and what is asked and vouched for with it.</summary>
public sealed partial class ShopTill
{
    /// <summary>The request by which a shop's till with this store asks to take part; N_W is made at first use.</summary>
    public static EnrolmentRequest RequestEnrolment(Database store, ICashSuite suite, string shop)
    {
        using var key = OpenKey(store, suite);
        return EnrolmentRequest.Sign(key, EnrolmentRole.Shop, shop);
    }

    /// <summary>The one key that a till has; a new key is another till (rule R17).</summary>
    public static IReadOnlyList<PublicKey> Keys(Database store, ICashSuite suite)
    {
        using var key = OpenKey(store, suite);
        return [key.PublicKey];
    }

    /// <summary>This till's word that a request is that of a further till of its shop (rule R18).</summary>
    /// <returns>Refused: no shop's request, an altered one, or one under a name that cannot be shown.</returns>
    public Result<EnrolmentRequest> Vouch(EnrolmentRequest request, PartyId shop) =>
        PlainText.NameFault(request.Name, EnrolmentRequest.MaxNameSize) is { } fault ? Refused.ByRule(fault)
        : request.Role == EnrolmentRole.Shop && request.Verify(_suite)
        ? request with { Account = null, Voucher = KeyVoucher.Sign(_key, EnrolmentRole.Shop, shop, request.Key) }
        : new Refused(Outcome.Damaged, "This is no till's request, or it was altered. Have it made again with 'hiercash-shop init'.");

    /// <summary>This till's certificate and key for its link to the issuer.</summary>
    public static X509Certificate2 LinkCertificate(Database store, ICashSuite suite, byte[] certificate)
    {
        using var key = OpenKey(store, suite);
        return SchemeCertificate.WithKey(certificate, key);
    }

    /// <summary>Made at its first use.</summary>
    private static ISigningKey OpenKey(Database store, ICashSuite suite) => store.Write(db =>
    {
        if (TillTable.Secret(db) is { } secret)
        {
            return suite.ImportKey(secret);
        }

        var key = suite.GenerateKey();
        TillTable.Begin(db, key.ExportScalar());
        return key;
    });
}
