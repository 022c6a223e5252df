using HierCash.Protocol.Cash;

namespace HierCash.Shop;

/// <summary>What a shop says when somebody shows its S_W for a payment that it had submitted (rule R3).</summary>
public sealed partial class ShopTill
{
    /// <summary>How many payments of this till begin with these hexadecimal digits.</summary>
    public int CountPayments(string id) => id.All(char.IsAsciiHexDigit) ? Find(id).Count : 0;

    /// <summary>
    /// The till's signed answer about a payment: whether it has signed S_W of it, and the issuer's reversal, if it has one.
    /// </summary>
    /// <param name="id">At least 8 hexadecimal digits that the payment id begins with.</param>
    /// <returns>Null unless this till took exactly one such payment.</returns>
    public ShopAnswer? Answer(string id)
    {
        var found = id.Length < 8 || !id.All(char.IsAsciiHexDigit) ? [] : Find(id);
        if (found.Count != 1)
        {
            return null;
        }

        var reversal = found[0].Reversal;
        var signer = reversal is null ? null
            : _scheme.Certificates.FirstOrDefault(c => c.Usage == KeyUsage.IssuerStatement && reversal.Verify(_suite, c.Key));
        return ShopAnswer.Sign(_key, found[0].Id, Timestamp.Now(_clock), found[0].IsTakenBack, reversal, signer);
    }

    private List<(PaymentId Id, Reversal? Reversal, bool IsTakenBack)> Find(string id) => id.Length > 2 * Digest.Size
        ? []
        : _store.Read(db => CoinPaymentTable.Between(db, Filled(id, '0'), Filled(id, 'F')));

    private static PaymentId Filled(string id, char digit) => new(Digest.Read(Convert.FromHexString(id.PadRight(2 * Digest.Size, digit))));
}
