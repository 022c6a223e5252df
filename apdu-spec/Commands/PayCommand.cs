namespace HierCash.Protocol.Commands;

/// <summary>How a payment crosses the reader.</summary>
public enum PaymentProfile : byte
{
    /// <summary>SELECT, PAY: both sides compute e.</summary>
    Fast,

    /// <summary>SELECT, GET CASH, PAY with e, CONFIRM: claims 4 and 5 to the letter.</summary>
    Claim,
}

/// <summary>What PAY is to do (P1).</summary>
public enum PayMode : byte
{
    Fast = 0,
    Claim = 1,

    /// <summary>Only show what was signed before, in either profile: the card signs nothing, and e does not leave (rule R14).</summary>
    Repeat = 2,
}

/// <summary>PAY: the card signs S_U(e, y) and debits x in one transaction (EP 0810563, claims 4, 5, 8; hole 1). Page: pay.md.</summary>
/// <param name="Challenge">e; only in the claim profile.</param>
public readonly record struct PayCommand(PayMode Mode, Timestamp Time, TillId Till, Challenge? Challenge, Amount Amount, Currency Currency)
    : ICardCommand<PayCommand, PayReply>
{
    public static byte Ins => 0x32;

    public static PayCommand Fast(Timestamp time, TillId till, Amount amount, Currency currency) =>
        new(PayMode.Fast, time, till, null, amount, currency);

    public static PayCommand Claim(Timestamp time, TillId till, Amount amount, Currency currency) =>
        new(PayMode.Claim, time, till, Derivations.F(time, till), amount, currency);

    /// <summary>Asks for what the card signed for this (TIME, W, y), if it did.</summary>
    public static PayCommand Repeat(Timestamp time, TillId till, Amount amount, Currency currency) =>
        new(PayMode.Repeat, time, till, null, amount, currency);

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[96]);
        data.Write(WalletTag.Time, Time.Microseconds);
        data.Write(WalletTag.W, Till.Value.ToArray());
        if (Challenge is { } e)
        {
            data.Write(WalletTag.E, e.Value.ToArray());
        }

        data.Write(WalletTag.Payment, Amount.ToCard());
        data.Write(WalletTag.Currency, Currency.Code);
        return CommandClass.Write(to, Ins, (byte)Mode, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out PayCommand command)
    {
        command = default;
        if (apdu.P1 > (byte)PayMode.Repeat || apdu.P2 != 0)
        {
            return StatusWord.IncorrectP1P2;
        }

        var mode = (PayMode)apdu.P1;
        var r = new BerTlvReader(apdu.Data);
        var time = new Timestamp(r.ReadUInt64(WalletTag.Time));
        var till = new TillId(Id16.Read(r.ReadBytes(WalletTag.W, Id16.Size)));
        Challenge? e = mode == PayMode.Claim ? new Challenge(Id16.Read(r.ReadBytes(WalletTag.E, Id16.Size))) : null;
        var amount = new Amount(r.ReadUInt32(WalletTag.Payment));
        var currency = new Currency(r.ReadUInt16(WalletTag.Currency));
        command = new PayCommand(mode, time, till, e, amount, currency);
        return CommandClass.Check(r);
    }

    public static PayReply? ParseReply(ReadOnlySpan<byte> reply) => PayReply.Read(reply);
}

/// <summary>The card's part of H.</summary>
/// <param name="Coin">C; null where the claim profile signs, because GET CASH gave it. What was signed before comes with it in every
/// profile (rule R14).</param>
/// <param name="Balance">x before this payment.</param>
/// <param name="PartPaid">y_i where this coin cannot pay all of y; null where it pays y.</param>
/// <param name="SU">S_U, 64 bytes.</param>
public sealed record PayReply(Coin? Coin, ushort Seq, Amount Balance, Amount? PartPaid, byte[] SU)
{
    public void Write(ref BerTlvWriter writer)
    {
        Coin?.Write(ref writer);
        writer.Write(WalletTag.Seq, Seq);
        writer.Write(WalletTag.Balance, Balance.ToCard());
        if (PartPaid is { } part)
        {
            writer.Write(WalletTag.PartPaid, part.ToCard());
        }

        writer.Write(WalletTag.SU, SU);
    }

    public static PayReply? Read(ReadOnlySpan<byte> reply)
    {
        var r = new BerTlvReader(reply);
        var coin = r.Next(WalletTag.Coin) ? Coin.Read(ref r) : null;
        ushort seq = r.ReadUInt16(WalletTag.Seq);
        var balance = new Amount(r.ReadUInt32(WalletTag.Balance));
        Amount? part = r.Next(WalletTag.PartPaid) ? new Amount(r.ReadUInt32(WalletTag.PartPaid)) : null;
        var su = r.ReadBytes(WalletTag.SU, ISigningKey.SignatureSize);
        return r.Complete ? new PayReply(coin, seq, balance, part, su) : null;
    }
}
