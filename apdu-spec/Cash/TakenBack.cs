using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Protocol.Cash;

/// <summary>S_W with what it speaks of: the till took this payment back (hole 2).</summary>
/// <param name="TillKey">N_W, 65 bytes; its hash is the W that was paid.</param>
/// <param name="SW">S_W, 64 bytes.</param>
public sealed record VoidStatement(CoinId Coin, ushort Seq, byte[] TillKey, byte[] SW)
{
    public const int MaxEncodedSize = 190;

    /// <summary>S_W of this payment that the holder of N_W has signed.</summary>
    /// <param name="till">N_W, 65 bytes.</param>
    public static VoidStatement Of(CashPayment h, ReadOnlySpan<byte> till, byte[] sw) => new(h.Coin.Id, h.Seq, till.ToArray(), sw);

    public static VoidStatement Sign(ISigningKey till, CashPayment h) => Of(h, till.PublicKey.Bytes, till.Sign(SignedMessage.Void(h.Id, h.Till)));

    /// <summary>True if <paramref name="payment"/> is the payment that is named and its till signed.</summary>
    public bool Voids(ICashSuite suite, CashPayment payment) =>
        payment.Seq == Seq && payment.Coin.Id == Coin && PublicKey.TryDecode(TillKey) is { } till && OneWay.W(till) == payment.Till && suite.Verify(till, SignedMessage.Void(payment.Id, payment.Till), SW);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.Void);
        writer.Write(Tag.CoinId, Coin.Value.ToArray());
        writer.Write(Tag.Seq, Seq);
        writer.Write(Tag.TillKey, TillKey);
        writer.Write(Tag.Signature, SW);
        writer.End(begin);
    }

    public static VoidStatement Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.Void);
        var read = new VoidStatement(
            new CoinId(Digest.Read(r.ReadBytes(Tag.CoinId, Digest.Size))),
            r.ReadUInt16(Tag.Seq),
            r.ReadBytes(Tag.TillKey, PublicKey.Size),
            r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize));
        reader.Leave(r);
        return read;
    }
}

/// <summary>The issuer's word that a payment will never settle and is never evidence (hole 4).</summary>
/// <param name="Signature">By a statement key, 64 bytes.</param>
public sealed record DeadStatement(
    PartyId Issuer, PaymentId Payment, CoinId Coin, ushort Seq, Amount Y, DeathBasis Basis, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 190;

    public static DeadStatement Sign(ISigningKey key, PartyId issuer, CashPayment payment, DeathBasis basis, Timestamp date) =>
        new(issuer, payment.Id, payment.Coin.Id, payment.Seq, payment.Paid, basis, date,
            key.Sign(SignedMessage.Dead(issuer, payment.Id, payment.Coin.Id, payment.Seq, payment.Paid, basis, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.Dead(Issuer, Payment, Coin, Seq, Y, Basis, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(Tag.DeadStatement);
        writer.Write(Tag.IssuerId, Issuer.Value);
        writer.Write(Tag.PaymentId, Payment.Value.ToArray());
        writer.Write(Tag.CoinId, Coin.Value.ToArray());
        writer.Write(Tag.Seq, Seq);
        writer.Write(Tag.Payment, Y.ToCard());
        writer.Write(Tag.Reason, (byte)Basis);
        writer.Write(Tag.Date, Date.Microseconds);
        writer.Write(Tag.Signature, Signature);
        writer.End(begin);
    }

    public static DeadStatement Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(Tag.DeadStatement);
        var issuer = new PartyId(r.ReadUInt32(Tag.IssuerId));
        var payment = new PaymentId(Digest.Read(r.ReadBytes(Tag.PaymentId, Digest.Size)));
        var coin = new CoinId(Digest.Read(r.ReadBytes(Tag.CoinId, Digest.Size)));
        ushort seq = r.ReadUInt16(Tag.Seq);
        var y = new Amount(r.ReadUInt32(Tag.Payment));
        var basis = ReadBasis(ref r);
        var date = new Timestamp(r.ReadUInt64(Tag.Date));
        var signature = r.ReadBytes(Tag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return new DeadStatement(issuer, payment, coin, seq, y, basis, date, signature);
    }

    internal static DeathBasis ReadBasis(ref BerTlvReader r)
    {
        byte basis = r.ReadByte(Tag.Reason);
        if (basis is < (byte)DeathBasis.Voided or > (byte)DeathBasis.TermOver)
        {
            r.Fail();
        }

        return (DeathBasis)basis;
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static DeadStatement? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var statement = Read(ref reader);
        return reader.Complete ? statement : null;
    }
}
