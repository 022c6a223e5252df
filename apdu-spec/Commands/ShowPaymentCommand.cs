namespace HierCash.Protocol.Commands;

/// <summary>
/// SHOW PAYMENT: a kept payment that the card signed and has forgotten, for the VOID or RESTORE that follows (rule R24). Page:
/// show-payment.md.
/// </summary>
/// <param name="Balance">x before the payment.</param>
/// <param name="Paid">y_i, what this coin paid.</param>
/// <param name="SU">S_U, 64 bytes.</param>
public readonly record struct ShowPaymentCommand(
    CoinId Coin, ushort Seq, Amount Balance, Timestamp Time, TillId Till, Amount Paid, byte[] SU)
    : ICardCommand<ShowPaymentCommand, NoReply>
{
    /// <summary>How many of a coin's newest payments a card can tell of whether they were taken back: its ring has so many bits.</summary>
    public const int RingBits = 256;

    public static byte Ins => 0x3A;

    public static ShowPaymentCommand Of(CashPayment h) => new(h.Coin.Id, h.Seq, h.Balance, h.Time, h.Till, h.Paid, h.SU);

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[255]);
        data.Write(WalletTag.CoinId, Coin);
        data.Write(WalletTag.Seq, Seq);
        data.Write(WalletTag.Balance, Balance.ToCard());
        data.Write(WalletTag.Time, Time);
        data.Write(WalletTag.W, Till);
        data.Write(WalletTag.Payment, Paid.ToCard());
        data.Write(WalletTag.SU, SU);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out ShowPaymentCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new ShowPaymentCommand(
            r.ReadCoinId(), r.ReadUInt16(WalletTag.Seq), r.ReadAmount(WalletTag.Balance), r.ReadTimestamp(WalletTag.Time), r.ReadTill(),
            r.ReadAmount(WalletTag.Payment), r.ReadSignature(WalletTag.SU));
        return CommandClass.Check(apdu, 0, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}
