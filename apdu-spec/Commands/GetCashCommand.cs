namespace HierCash.Protocol.Commands;

/// <summary>
/// GET CASH: C of the coin that will pay y; first step of the claim profile (EP 0810563, claim 4, step 7a). Page: get-cash.md.
/// </summary>
/// <param name="Time">TIME: a coin that has expired then is not shown (rule R14).</param>
public readonly record struct GetCashCommand(Timestamp Time, Amount Amount, Currency Currency) : ICardCommand<GetCashCommand, CashReply>
{
    public static byte Ins => 0x30;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[32]);
        data.Write(WalletTag.Time, Time.Microseconds);
        data.Write(WalletTag.Payment, Amount.ToCard());
        data.Write(WalletTag.Currency, Currency.Code);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out GetCashCommand command)
    {
        command = default;
        if (apdu.P1 != 0 || apdu.P2 != 0)
        {
            return StatusWord.IncorrectP1P2;
        }

        var r = new BerTlvReader(apdu.Data);
        command = new GetCashCommand(new Timestamp(r.ReadUInt64(WalletTag.Time)), new Amount(r.ReadUInt32(WalletTag.Payment)),
            new Currency(r.ReadUInt16(WalletTag.Currency)));
        return CommandClass.Check(r);
    }

    public static CashReply? ParseReply(ReadOnlySpan<byte> reply) => CashReply.Read(reply);
}

/// <param name="Balance">x.</param>
public sealed record CashReply(Coin Coin, Amount Balance)
{
    public void Write(ref BerTlvWriter writer)
    {
        Coin.Write(ref writer);
        writer.Write(WalletTag.Balance, Balance.ToCard());
    }

    public static CashReply? Read(ReadOnlySpan<byte> reply)
    {
        var r = new BerTlvReader(reply);
        var coin = Coin.Read(ref r);
        var balance = new Amount(r.ReadUInt32(WalletTag.Balance));
        return r.Complete ? new CashReply(coin, balance) : null;
    }
}
