namespace HierCash.Protocol.Cash;

/// <summary>
/// The issuer's word that this payment counts no more (holes 2 and 3, rule R4). Only then may S_W leave for an H that may have been sent.
/// </summary>
/// <param name="Y">y of the payment, in minor units.</param>
/// <param name="Moved">What was taken back from the shop: 0 for what was never settled.</param>
/// <param name="Signature">By a statement key, 64 bytes.</param>
public sealed record Reversal(PartyId Issuer, PaymentId Payment, Amount Y, Amount Moved, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 150;

    public static Reversal Sign(ISigningKey key, PartyId issuer, PaymentId payment, Amount y, Amount moved, Timestamp date) =>
        new(issuer, payment, y, moved, date, key.Sign(SignedMessage.Reversed(issuer, payment, y, moved, date)));

    public bool Verify(ICashSuite suite, PublicKey key) =>
        suite.Verify(key, SignedMessage.Reversed(Issuer, Payment, Y, Moved, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.Reversal);
        writer.Write(WalletTag.IssuerId, Issuer.Value);
        writer.Write(WalletTag.PaymentId, Payment.Value.ToArray());
        writer.Write(WalletTag.Payment, Y.ToCard());
        writer.Write(WalletTag.Moved, Moved.ToCard());
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static Reversal Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.Reversal);
        var issuer = new PartyId(r.ReadUInt32(WalletTag.IssuerId));
        var payment = new PaymentId(Digest.Read(r.ReadBytes(WalletTag.PaymentId, Digest.Size)));
        var y = new Amount(r.ReadUInt32(WalletTag.Payment));
        var moved = new Amount(r.ReadUInt32(WalletTag.Moved));
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        if (moved > y)
        {
            r.Fail();
        }

        reader.Leave(r);
        return new Reversal(issuer, payment, y, moved, date, signature);
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static Reversal? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var reversal = Read(ref reader);
        return reader.Complete ? reversal : null;
    }
}
