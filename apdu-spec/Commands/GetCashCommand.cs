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
        data.Write(WalletTag.Time, Time);
        data.Write(WalletTag.Payment, Amount.ToCard());
        data.Write(WalletTag.Currency, Currency);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out GetCashCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new GetCashCommand(r.ReadTimestamp(WalletTag.Time), r.ReadAmount(WalletTag.Payment), r.ReadCurrency());
        return CommandClass.Check(apdu, 0, r);
    }

    public static CashReply? ParseReply(ReadOnlySpan<byte> reply) => CashReply.Decode(reply);
}

/// <param name="Balance">x.</param>
public sealed record CashReply(Coin Coin, Amount Balance) : IDataObject<CashReply>
{
    public void WriteFields(ref BerTlvWriter writer)
    {
        Coin.Write(ref writer);
        writer.Write(WalletTag.Balance, Balance.ToCard());
    }

    public static CashReply ReadFields(ref BerTlvReader r) => new(Coin.Read(ref r), r.ReadAmount(WalletTag.Balance));
}
