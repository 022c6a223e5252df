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
        data.Write(WalletTag.Time, Time);
        data.Write(WalletTag.W, Till);
        if (Challenge is { } e)
        {
            data.Write(WalletTag.E, e);
        }

        data.Write(WalletTag.Payment, Amount.ToCard());
        data.Write(WalletTag.Currency, Currency);
        return CommandClass.Write(to, Ins, (byte)Mode, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out PayCommand command)
    {
        var mode = (PayMode)apdu.P1;
        var r = new BerTlvReader(apdu.Data);
        command = new PayCommand(
            mode, r.ReadTimestamp(WalletTag.Time), r.ReadTill(), mode == PayMode.Claim ? r.ReadChallenge() : null,
            r.ReadAmount(WalletTag.Payment), r.ReadCurrency());
        return mode > PayMode.Repeat ? StatusWord.IncorrectP1P2 : CommandClass.Check(apdu, apdu.P1, r);
    }

    public static PayReply? ParseReply(ReadOnlySpan<byte> reply) => PayReply.Decode(reply);
}

/// <summary>The card's part of H.</summary>
/// <param name="Coin">C; null where the claim profile signs, because GET CASH gave it. What was signed before comes with it in every
/// profile (rule R14).</param>
/// <param name="Balance">x before this payment.</param>
/// <param name="PartPaid">y_i where this coin cannot pay all of y; null where it pays y.</param>
/// <param name="SU">S_U, 64 bytes.</param>
public sealed record PayReply(Coin? Coin, ushort Seq, Amount Balance, Amount? PartPaid, byte[] SU) : IDataObject<PayReply>
{
    public void WriteFields(ref BerTlvWriter writer)
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

    public static PayReply ReadFields(ref BerTlvReader r) => new(
        r.ReadOptional<Coin>(), r.ReadUInt16(WalletTag.Seq), r.ReadAmount(WalletTag.Balance),
        r.Next(WalletTag.PartPaid) ? r.ReadAmount(WalletTag.PartPaid) : null, r.ReadSignature(WalletTag.SU));
}
