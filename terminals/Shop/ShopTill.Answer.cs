using HierCash.Protocol.Cash;
using HierCash.Terminals;

namespace HierCash.Shop;

/// <summary>What a shop says when somebody shows its S_W for a payment that it had submitted (rule R3).</summary>
public sealed partial class ShopTill
{
    /// <summary>The till's signed answer about a payment: the issuer's reversal, if it has one.</summary>
    /// <param name="id">Hexadecimal digits that the payment id begins with.</param>
    /// <returns>Null unless this till took exactly one such payment.</returns>
    public ShopAnswer? Answer(string id)
    {
        var found = _store.Read(db => db.Query(
            "SELECT payment_id, reversal FROM part WHERE hex(payment_id) LIKE ?1",
            r => (Id: new PaymentId(Digest.Read(r.Bytes(0))), Reversal: r.BytesOrNull(1)),
            id.ToUpperInvariant() + "%"));
        if (found.Count != 1 || id.Length < 8 || !id.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        var reversal = found[0].Reversal is { } kept ? Reversal.Decode(kept) : null;
        var signer = reversal is null ? null : _scheme.Certificates.FirstOrDefault(c => c.Usage == KeyUsage.IssuerStatement && reversal.Verify(_suite, c.Key));
        return ShopAnswer.Sign(_key, found[0].Id, Timestamp.Now(_clock), reversal, signer);
    }
}
