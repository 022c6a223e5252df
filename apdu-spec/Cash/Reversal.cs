namespace HierCash.Protocol.Cash;

/// <summary>
/// The issuer's word that this payment counts no more (holes 2 and 3, rule R4). Only then may S_W leave for an H that may have been sent.
/// </summary>
/// <param name="Y">y of the payment, in minor units.</param>
/// <param name="Moved">What was taken back from the shop: 0 for what was never settled.</param>
/// <param name="Signature">By a statement key, 64 bytes.</param>
public sealed record Reversal(PartyId Issuer, PaymentId Payment, Amount Y, Amount Moved, Timestamp Date, byte[] Signature)
    : IDataObject<Reversal>
{
    public static Tag? Tag => WalletTag.Reversal;

    public static int MaxEncodedSize => 150;

    public static Reversal Sign(ISigningKey key, PartyId issuer, PaymentId payment, Amount y, Amount moved, Timestamp date) =>
        new(issuer, payment, y, moved, date, key.Sign(SignedMessage.Reversed(issuer, payment, y, moved, date)));

    public bool Verify(ICashSuite suite, PublicKey key) =>
        suite.Verify(key, SignedMessage.Reversed(Issuer, Payment, Y, Moved, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.IssuerId, Issuer);
        writer.Write(WalletTag.PaymentId, Payment);
        writer.Write(WalletTag.Payment, Y.ToCard());
        writer.Write(WalletTag.Moved, Moved.ToCard());
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static Reversal ReadFields(ref BerTlvReader r)
    {
        var read = new Reversal(
            r.ReadParty(WalletTag.IssuerId), r.ReadPaymentId(), r.ReadAmount(WalletTag.Payment), r.ReadAmount(WalletTag.Moved),
            r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
        r.Require(read.Moved <= read.Y);
        return read;
    }
}
