namespace HierCash.Protocol.Cash;

/// <summary>
/// What a shop says when it is asked about a payment that its till submitted (rule R3): with the issuer's reversal it was made good. The
/// answer says itself what it speaks of: a till that took nothing back has nothing to show, and says nothing against its shop by that.
/// </summary>
/// <param name="TillKey">N_W, 65 bytes; its hash is W of the payment.</param>
/// <param name="Date">The till's clock. An answer from before S_W was shown is none to it.</param>
/// <param name="IsTakenBack">Whether the till has signed S_W of the payment. Any S_W: its bytes are no identity.</param>
/// <param name="Reversal">The issuer's, if there is one, and <paramref name="StatementKey"/> the certificate of the key that signed
/// it.</param>
/// <param name="Signature">By N_W, 64 bytes.</param>
public sealed record ShopAnswer(
    PaymentId Payment, byte[] TillKey, Timestamp Date, bool IsTakenBack, Reversal? Reversal, KeyCertificate? StatementKey, byte[] Signature)
    : IDataObject<ShopAnswer>
{
    public static Tag? Tag => WalletTag.ShopAnswer;

    public static int MaxEncodedSize => 250 + Cash.Reversal.MaxEncodedSize + KeyCertificate.MaxEncodedSize;

    public static ShopAnswer Sign(
        ISigningKey till, PaymentId payment, Timestamp date, bool isTakenBack, Reversal? reversal, KeyCertificate? statementKey)
    {
        var unsigned = new ShopAnswer(payment, till.PublicKey.Bytes.ToArray(), date, isTakenBack, reversal, statementKey, []);
        return unsigned with { Signature = till.Sign(unsigned.Message(Derivations.W(till.PublicKey))) };
    }

    private byte[] Message(TillId till) =>
        SignedMessage.ShopAnswer(Payment, till, Date, IsTakenBack, Reversal is null ? default : Digest.Of(Reversal.Encode()));

    /// <summary>True if the till that was paid says so of this payment.</summary>
    public bool Speaks(ICashSuite suite, CashPayment h)
    {
        bool its = Payment == h.Id;
        return its && PublicKey.TryDecode(TillKey) is { } till && IsPaid(till, h) && suite.Verify(till, Message(h.Till), Signature);
    }

    /// <summary>
    /// True if the till says, after S_W was shown, that it took the payment back, and so shows with what it made that good. An answer from
    /// before, or one that knows of no S_W, is no word of a shop on it: who has a copy of the till's key may have signed that one.
    /// </summary>
    /// <param name="shown">When the bank stamped S_W.</param>
    public bool Owns(ICashSuite suite, CashPayment h, Timestamp shown)
    {
        bool after = Date >= shown;
        return after && IsTakenBack && Speaks(suite, h);
    }

    private static bool IsPaid(PublicKey till, CashPayment h) => Derivations.W(till) == h.Till;

    /// <summary>True if it shows that the issuer took the payment back.</summary>
    public bool ShowsReversal(ICashSuite suite, PublicKey root, CashPayment h) =>
        Reversal is { } reversal && StatementKey is { } key && reversal.TakesBack(suite, root, h, [key]);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.PaymentId, Payment);
        writer.Write(WalletTag.TillKey, TillKey);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.State, IsTakenBack);
        Reversal?.Write(ref writer);
        StatementKey?.Write(ref writer);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static ShopAnswer ReadFields(ref BerTlvReader r) => new(
        r.ReadPaymentId(), r.ReadBytes(WalletTag.TillKey, PublicKey.Size), r.ReadTimestamp(WalletTag.Date), r.ReadFlag(WalletTag.State),
        r.ReadOptional<Reversal>(), r.ReadOptional<KeyCertificate>(), r.ReadSignature());
}

/// <summary>A reversal against the payment that it speaks of.</summary>
public static class ReversalChecks
{
    /// <summary>True if the issuer of the coin signed it, with a certified statement key, for this payment.</summary>
    public static bool TakesBack(this Reversal reversal, ICashSuite suite, PublicKey root, CashPayment h,
        IEnumerable<KeyCertificate> certificates)
    {
        bool its = reversal.Payment == h.Id && reversal.Y == h.Paid && reversal.Issuer == h.Coin.Terms.Issuer;
        return its && certificates.Any(c => MaySign(c, reversal, suite, root) && reversal.Verify(suite, c.Key));
    }

    private static bool MaySign(KeyCertificate certificate, Reversal reversal, ICashSuite suite, PublicKey root) =>
        certificate.Usage == KeyUsage.IssuerStatement && certificate.Holder == reversal.Issuer
            && certificate.Verify(suite, root);
}
