namespace HierCash.Shop;

/// <summary>What a shop says when somebody shows its S_W for a payment that it had submitted (rule R3).</summary>
public sealed partial class ShopTill
{
    /// <summary>Of a payment's id: fewer may name another customer's payment.</summary>
    public const int FewestDigits = 8;

    /// <summary>
    /// The till's signed answer about a payment: whether it has signed S_W of it, and the issuer's reversal, if it has one.
    /// </summary>
    /// <param name="id">Hexadecimal digits that the payment id begins with.</param>
    /// <returns>Refused unless this till took exactly one such payment.</returns>
    public Result<ShopAnswer> Answer(string id)
    {
        var found = id.Length is < FewestDigits or > 2 * Digest.Size || !id.All(char.IsAsciiHexDigit)
            ? [] : _store.Read(db => CoinPaymentTable.Between(db, Filled(id, '0'), Filled(id, 'F')));
        if (found is not [var (payment, reversal, isTakenBack)])
        {
            return new Refused(Outcome.NotFound, found.Count == 0
                ? $"This till took no payment whose id begins with '{id}'. Ask which till was paid: the shop may have others."
                : $"{found.Count} payments of this till begin with '{id}'. Give more digits of the payment id.");
        }

        var signer = reversal is null ? null
            : _scheme.Certificates.FirstOrDefault(c => c.Usage == KeyUsage.IssuerStatement && reversal.Verify(_suite, c.Key));
        return ShopAnswer.Sign(_key, payment, Timestamp.Now(_clock), isTakenBack, reversal, signer);
    }

    private static PaymentId Filled(string id, char digit) => new(Digest.Read(Convert.FromHexString(id.PadRight(2 * Digest.Size, digit))));
}
