using HierCash.Protocol.Cash;
using HierCash.Terminals.Store;

namespace HierCash.Shop;

/// <summary>What a shop says when somebody shows its S_W for a payment that it had submitted (rule R3).</summary>
public sealed partial class ShopTill
{
    /// <summary>How many payments of this till begin with these hexadecimal digits.</summary>
    public int CountPayments(string id) => id.All(char.IsAsciiHexDigit) ? Find(id).Count : 0;

    /// <summary>The till's signed answer about a payment: whether it has signed S_W of it, and the issuer's reversal, if it has one.</summary>
    /// <param name="id">At least 8 hexadecimal digits that the payment id begins with.</param>
    /// <returns>Null unless this till took exactly one such payment.</returns>
    public ShopAnswer? Answer(string id)
    {
        var found = id.Length < 8 || !id.All(char.IsAsciiHexDigit) ? [] : Find(id);
        if (found.Count != 1)
        {
            return null;
        }

        var reversal = found[0].Reversal is { } kept ? Reversal.Decode(kept) : null;
        var signer = reversal is null ? null : _scheme.Certificates.FirstOrDefault(c => c.Usage == KeyUsage.IssuerStatement && reversal.Verify(_suite, c.Key));
        return ShopAnswer.Sign(_key, found[0].Id, Timestamp.Now(_clock), found[0].IsTakenBack, reversal, signer);
    }

    private List<(PaymentId Id, byte[]? Reversal, bool IsTakenBack)> Find(string id) => _store.Read(db => db.Query(
        "SELECT payment_id, reversal, sw FROM part WHERE hex(payment_id) LIKE $1",
        r => (new PaymentId(Digest.Read(r.Bytes(0))), r.BytesOrNull(1), r.BytesOrNull(2) is not null),
        id.ToUpperInvariant() + "%"));
}
