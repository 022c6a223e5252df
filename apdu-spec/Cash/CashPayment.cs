namespace HierCash.Protocol.Cash;

/// <summary>
/// H: all that passed between user and shop in one payment (EP 0810563, settlement step 1). e is f(TIME, W) and not stored.
/// </summary>
/// <param name="Seq">The coin's payment counter, from 1.</param>
/// <param name="Balance">x before this payment.</param>
/// <param name="Paid">y, or this coin's part of it.</param>
/// <param name="SU">S_U, 64 bytes.</param>
public sealed record CashPayment(Coin Coin, ushort Seq, Amount Balance, Timestamp Time, TillId Till, Amount Paid, byte[] SU)
    : IDataObject<CashPayment>
{
    public static Tag? Tag => WalletTag.CashPayment;

    /// <summary>Bytes of the encoded object at most.</summary>
    public static int MaxEncodedSize => 260;

    /// <summary>seq of CLOSE, and of nothing else.</summary>
    public const ushort CloseSeq = ushort.MaxValue;

    public Challenge Challenge => Derivations.F(Time, Till);

    public byte[] Message => SignedMessage.Payment(Coin.Id, Seq, Balance, Time, Till, Challenge, Paid);

    public PaymentId Id => new(Digest.Of(Message));

    /// <summary>True if S_U signs the message under N_U and 0 &lt; y &lt;= x &lt;= X (EP 0810563, claim 4, step 7c).</summary>
    public bool Verify(ICashSuite suite) => IsSound && PublicKey.TryDecode(Coin.NU) is { } nu && suite.Verify(nu, Message, SU);

    /// <summary>0 &lt; y &lt;= x &lt;= X and seq counts from 1; what closes a coin takes all of x, which may be nothing.</summary>
    public bool IsSound => (IsClose ? Paid == Balance : !Paid.IsZero && Paid <= Balance) && Balance <= Coin.Terms.FaceValue && Seq > 0;

    /// <summary>A coin's last payment, which only CLOSE signs (hole 9, rule R24).</summary>
    public bool IsClose => Seq == CloseSeq;

    public void WriteFields(ref BerTlvWriter writer)
    {
        Coin.Write(ref writer);
        writer.Write(WalletTag.Seq, Seq);
        writer.Write(WalletTag.Balance, Balance.ToCard());
        writer.Write(WalletTag.Time, Time);
        writer.Write(WalletTag.W, Till);
        writer.Write(WalletTag.Payment, Paid.ToCard());
        writer.Write(WalletTag.SU, SU);
    }

    public static CashPayment ReadFields(ref BerTlvReader r) => new(
        Coin.Read(ref r), r.ReadUInt16(WalletTag.Seq), r.ReadAmount(WalletTag.Balance), r.ReadTimestamp(WalletTag.Time), r.ReadTill(),
        r.ReadAmount(WalletTag.Payment), r.ReadSignature(WalletTag.SU));
}
