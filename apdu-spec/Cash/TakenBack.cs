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

    public static VoidStatement Sign(ISigningKey till, CashPayment h) =>
        Of(h, till.PublicKey.Bytes, till.Sign(SignedMessage.Void(h.Id, h.Till)));

    /// <summary>True if <paramref name="payment"/> is the payment that is named and its till signed.</summary>
    public bool Voids(ICashSuite suite, CashPayment payment) =>
        payment.Seq == Seq && payment.Coin.Id == Coin && PublicKey.TryDecode(TillKey) is { } till && Derivations.W(till) == payment.Till
            && suite.Verify(till, SignedMessage.Void(payment.Id, payment.Till), SW);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.Void);
        writer.Write(WalletTag.CoinId, Coin.Value.ToArray());
        writer.Write(WalletTag.Seq, Seq);
        writer.Write(WalletTag.TillKey, TillKey);
        writer.Write(WalletTag.Signature, SW);
        writer.End(begin);
    }

    public static VoidStatement Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.Void);
        var read = new VoidStatement(
            new CoinId(Digest.Read(r.ReadBytes(WalletTag.CoinId, Digest.Size))),
            r.ReadUInt16(WalletTag.Seq),
            r.ReadBytes(WalletTag.TillKey, PublicKey.Size),
            r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize));
        reader.Leave(r);
        return read;
    }
}

/// <summary>The issuer's word that a payment will never settle and is never evidence (hole 4).</summary>
/// <param name="Signature">By a statement key, 64 bytes.</param>
public sealed record NonSettlementStatement(
    PartyId Issuer, PaymentId Payment, CoinId Coin, ushort Seq, Amount Y, DeathBasis Basis, Timestamp Date, byte[] Signature)
{
    public const int MaxEncodedSize = 190;

    public static NonSettlementStatement Sign(ISigningKey key, PartyId issuer, CashPayment payment, DeathBasis basis, Timestamp date) =>
        new(issuer, payment.Id, payment.Coin.Id, payment.Seq, payment.Paid, basis, date,
            key.Sign(SignedMessage.Dead(issuer, payment.Id, payment.Coin.Id, payment.Seq, payment.Paid, basis, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.Dead(Issuer, Payment, Coin, Seq, Y, Basis, Date), Signature);

    public void Write(ref BerTlvWriter writer)
    {
        int begin = writer.Begin(WalletTag.NonSettlementStatement);
        writer.Write(WalletTag.IssuerId, Issuer.Value);
        writer.Write(WalletTag.PaymentId, Payment.Value.ToArray());
        writer.Write(WalletTag.CoinId, Coin.Value.ToArray());
        writer.Write(WalletTag.Seq, Seq);
        writer.Write(WalletTag.Payment, Y.ToCard());
        writer.Write(WalletTag.Reason, (byte)Basis);
        writer.Write(WalletTag.Date, Date.Microseconds);
        writer.Write(WalletTag.Signature, Signature);
        writer.End(begin);
    }

    public static NonSettlementStatement Read(ref BerTlvReader reader)
    {
        var r = reader.Enter(WalletTag.NonSettlementStatement);
        var issuer = new PartyId(r.ReadUInt32(WalletTag.IssuerId));
        var payment = new PaymentId(Digest.Read(r.ReadBytes(WalletTag.PaymentId, Digest.Size)));
        var coin = new CoinId(Digest.Read(r.ReadBytes(WalletTag.CoinId, Digest.Size)));
        ushort seq = r.ReadUInt16(WalletTag.Seq);
        var y = new Amount(r.ReadUInt32(WalletTag.Payment));
        var basis = ReadBasis(ref r);
        var date = new Timestamp(r.ReadUInt64(WalletTag.Date));
        var signature = r.ReadBytes(WalletTag.Signature, ISigningKey.SignatureSize);
        reader.Leave(r);
        return new NonSettlementStatement(issuer, payment, coin, seq, y, basis, date, signature);
    }

    internal static DeathBasis ReadBasis(ref BerTlvReader r)
    {
        byte basis = r.ReadByte(WalletTag.Reason);
        if (basis is < (byte)DeathBasis.Voided or > (byte)DeathBasis.TermOver)
        {
            r.Fail();
        }

        return (DeathBasis)basis;
    }

    public byte[] Encode() => BerTlv.Encode(MaxEncodedSize, Write);

    public static NonSettlementStatement? Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BerTlvReader(bytes);
        var statement = Read(ref reader);
        return reader.Complete ? statement : null;
    }
}
