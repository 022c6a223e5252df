namespace HierCash.Shop;

/// <summary>Why a till does not take an H.</summary>
/// <param name="IsVoidable">S_U is good, so the card must get S_W.</param>
/// <param name="EndsContact">Nothing more is sent to this card: S_I is bad (EP 0810563, claim 5; rule R14).</param>
/// <param name="IsForged">
/// S_U is good under an S_I that the issuer did not make: no money of anybody, so nothing is kept of it and nothing is owed (rule R10). The
/// card gets S_W
/// once, at once: if it is an honest one, and only what came of it was altered, that gives it its money back.
/// </param>
internal sealed record PaymentFault(string Message, bool IsVoidable, bool EndsContact = false, bool IsForged = false);

/// <summary>What a till checks offline (EP 0810563, claim 4, step 7c; hole 12): both signatures, and everything that it can know.</summary>
internal sealed class PaymentCheck(ICashSuite suite, Scheme scheme)
{
    private static readonly PaymentFault Hot = new("This card was reported as lost, or copied. Do not give the goods.", true);

    /// <summary>
    /// What is wrong with the coin payments that are held, when OK is to be said without the issuer: the hot list may have come since they
    /// were (a payment that was cut short waits as long as its card is away).
    /// </summary>
    public static PaymentFault? FindHeld(IReadSnapshot db, List<CashPayment> held) =>
        held.Exists(h => HotListTable.Holds(db, h.Coin.Id)) ? Hot : null;

    /// <summary>
    /// What is wrong with a coin before anything is asked of its card: S_I first of all, before e leaves (EP 0810563, claim 5).
    /// </summary>
    public PaymentFault? FindBefore(IReadSnapshot db, Coin coin, Sale sale) =>
        FindForged(coin, KeyOf(coin), signed: false) ?? FindUnfit(db, coin, sale);

    /// <summary>
    /// The first thing that is wrong with the signatures, or null: before a transaction is begun, in which others would wait for them.
    /// </summary>
    /// <param name="key">What <see cref="KeyOf"/> said before: the one answer for all that becomes of the payment (rule R10).</param>
    public PaymentFault? FindBad(CashPayment h, PublicKey? key)
    {
        // Whatever else is wrong: if the card signed, it debited, and only S_W gives that back.
        bool signed = h.Verify(suite);
        return FindForged(h.Coin, key, signed) ?? (
            !signed ? new PaymentFault("The card's signature on the payment is not valid. Do not give the goods.", false)
            : h.IsClose ? new PaymentFault(
                "The card closed the coin instead of paying: only its issuer takes that. Do not give the goods.", true)
            : null);
    }

    /// <summary>The first thing that is wrong with a payment of good signatures, by what this till knows; or null.</summary>
    public PaymentFault? FindKnown(IReadSnapshot db, CashPayment h, Sale sale, Amount rest)
    {
        if (FindUnfit(db, h.Coin, sale) is { } unfit)
        {
            return unfit;
        }

        if (h.Paid > rest)
        {
            return new PaymentFault("The card signed more than was asked for. Ask for another card.", true);
        }

        if (CoinPaymentTable.HasOther(db, h))
        {
            return new PaymentFault("This coin paid here before under the same counter: the card is a copy or broken. Do not give the "
                + "goods.", true);
        }

        // What is in the store already is this very H, repeated.
        return !CoinPaymentTable.IsKnown(db, h.Id) && CoinPaymentTable.TakenFrom(db, h.Coin.Id) + h.Paid > h.Coin.Terms.FaceValue
            ? new PaymentFault("This coin has paid its whole face value here already: the card is a copy or broken. Do not give the "
                + "goods.", true)
            : null;
    }

    private PaymentFault? FindForged(Coin coin, PublicKey? key, bool signed)
    {
        if (coin.Terms.Issuer != scheme.Issuer)
        {
            return new PaymentFault(
                "The card's cash is from an issuer that this till does not know. Ask for another card.", signed, EndsContact: !signed);
        }

        if (key is null)
        {
            return UnknownKey(signed);
        }

        return coin.Verify(suite, key) ? null : new PaymentFault(
            "The issuer's signature on the card's cash is not valid. Do not give the goods.", false, !signed, signed);
    }

    /// <summary>Refused for a key that this till does not know, and the card has all that it signed.</summary>
    public static bool IsOfUnknownKey(TillResult paid) =>
        paid.Outcome == TillOutcome.Refused && paid.Message == UnknownKey(signed: true).Message;

    /// <summary>
    /// All that a till knows then: the issuer may have a newer key, and anybody can name a key that there never was (hole 22).
    /// </summary>
    private static PaymentFault UnknownKey(bool signed) => new PaymentFault(
        "This till does not know the key that signed the card's cash. Run 'hiercash-shop settle', which fetches new keys, and take the "
            + "payment again. If it is refused again, the cash is not this issuer's.",
        signed,
        EndsContact: !signed);

    /// <summary>
    /// The key that should have signed the coin; null where this till does not know it: the coin may be good, and is not taken. A newer
    /// key may come at any time, so it is asked for once, before the signatures are checked.
    /// </summary>
    public PublicKey? KeyOf(Coin coin) =>
        coin.Terms.Issuer == scheme.Issuer ? scheme.Find(KeyUsage.IssuerCoin, coin.Terms.IssuerKey) : null;

    /// <summary>S_I is there and this key did not make it; false where the key is not known.</summary>
    public bool IsForged(Coin coin, PublicKey? key) => FindForged(coin, key, signed: true) is { IsForged: true };

    /// <summary>Good cash that this till does not take.</summary>
    private PaymentFault? FindUnfit(IReadSnapshot db, Coin coin, Sale sale)
    {
        var terms = coin.Terms;
        bool expired = sale.Time >= terms.Expiry.End;
        bool hot = HotListTable.Holds(db, coin.Id);
        return terms.Currency != scheme.Terms.Currency
            ? new PaymentFault($"The card holds {terms.Currency}; this till takes {scheme.Terms.Currency}. Ask for another card.", true)
            : IssuerKeyed.IsSaidOf(coin) && PolicyTable.RefusesIssuerKeyed(db)
            ? new PaymentFault("The card's cash is issuer-keyed, which this till does not take. Ask for another card.", true)
            : expired
            ? new PaymentFault(
                $"The card's cash expired at the end of {terms.Expiry}. Its holder gets it back with 'hiercash-wallet redeem'.", true)
            : hot ? Hot : null;
    }
}
