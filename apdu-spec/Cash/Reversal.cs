using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>The issuer's word to a shop that this payment counts no more; only then may S_W leave for an H that may have been sent (holes 2, 3).</summary>
/// <param name="Signature">By a statement key, 64 bytes.</param>
public sealed record Reversal(PaymentId Payment, Amount Y, Timestamp Date, byte[] Signature)
{
    public static Reversal Sign(ISigningKey key, PartyId issuer, PaymentId payment, Amount y, Timestamp date) =>
        new(payment, y, date, key.Sign(SignedMessage.Reversed(issuer, payment, y, date)));

    public bool Verify(ICashSuite suite, PartyId issuer, PublicKey key) => suite.Verify(key, SignedMessage.Reversed(issuer, Payment, Y, Date), Signature);
}
