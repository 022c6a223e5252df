namespace HierCash.Protocol.Cash;

/// <summary>S_W with what it speaks of: the till took this payment back (hole 2).</summary>
/// <param name="TillKey">N_W, 65 bytes; its hash is the W that was paid.</param>
/// <param name="SW">S_W, 64 bytes.</param>
public sealed record VoidStatement(CoinId Coin, ushort Seq, byte[] TillKey, byte[] SW) : IDataObject<VoidStatement>
{
    public static Tag? Tag => WalletTag.Void;

    public static int MaxEncodedSize => 190;

    /// <summary>S_W of this payment that the holder of N_W has signed.</summary>
    /// <param name="till">N_W, 65 bytes.</param>
    public static VoidStatement Of(CashPayment h, ReadOnlySpan<byte> till, byte[] sw) => new(h.Coin.Id, h.Seq, till.ToArray(), sw);

    public static VoidStatement Sign(ISigningKey till, CashPayment h) =>
        Of(h, till.PublicKey.Bytes, till.Sign(SignedMessage.Void(h.Id, h.Till)));

    /// <summary>True if <paramref name="payment"/> is the payment that is named and its till signed.</summary>
    public bool Voids(ICashSuite suite, CashPayment payment) =>
        payment.Seq == Seq && payment.Coin.Id == Coin && PublicKey.TryDecode(TillKey) is { } till && Derivations.W(till) == payment.Till
            && suite.Verify(till, SignedMessage.Void(payment.Id, payment.Till), SW);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.CoinId, Coin);
        writer.Write(WalletTag.Seq, Seq);
        writer.Write(WalletTag.TillKey, TillKey);
        writer.Write(WalletTag.Signature, SW);
    }

    public static VoidStatement ReadFields(ref BerTlvReader r) =>
        new(r.ReadCoinId(), r.ReadUInt16(WalletTag.Seq), r.ReadBytes(WalletTag.TillKey, PublicKey.Size), r.ReadSignature());
}

/// <summary>The issuer's word that a payment will never settle and is never evidence (hole 4).</summary>
/// <param name="Signature">By a statement key, 64 bytes.</param>
public sealed record NonSettlementStatement(
    PartyId Issuer, PaymentId Payment, CoinId Coin, ushort Seq, Amount Y, DeathBasis Basis, Timestamp Date, byte[] Signature)
    : IDataObject<NonSettlementStatement>
{
    public static Tag? Tag => WalletTag.NonSettlementStatement;

    public static int MaxEncodedSize => 190;

    public static NonSettlementStatement Sign(ISigningKey key, PartyId issuer, CashPayment payment, DeathBasis basis, Timestamp date) =>
        new(issuer, payment.Id, payment.Coin.Id, payment.Seq, payment.Paid, basis, date,
            key.Sign(SignedMessage.Dead(issuer, payment.Id, payment.Coin.Id, payment.Seq, payment.Paid, basis, date)));

    public bool Verify(ICashSuite suite, PublicKey issuer) =>
        suite.Verify(issuer, SignedMessage.Dead(Issuer, Payment, Coin, Seq, Y, Basis, Date), Signature);

    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.IssuerId, Issuer);
        writer.Write(WalletTag.PaymentId, Payment);
        writer.Write(WalletTag.CoinId, Coin);
        writer.Write(WalletTag.Seq, Seq);
        writer.Write(WalletTag.Payment, Y.ToCard());
        writer.Write(WalletTag.Reason, (byte)Basis);
        writer.Write(WalletTag.Date, Date);
        writer.Write(WalletTag.Signature, Signature);
    }

    public static NonSettlementStatement ReadFields(ref BerTlvReader r) => new(
        r.ReadParty(WalletTag.IssuerId), r.ReadPaymentId(), r.ReadCoinId(), r.ReadUInt16(WalletTag.Seq), r.ReadAmount(WalletTag.Payment),
        r.ReadEnum<DeathBasis>(WalletTag.Reason), r.ReadTimestamp(WalletTag.Date), r.ReadSignature());
}
