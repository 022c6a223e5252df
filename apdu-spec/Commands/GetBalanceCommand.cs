namespace HierCash.Protocol.Commands;

/// <summary>GET BALANCE: sum of x over all coins. Wants the holder PIN. Page: get-balance.md.</summary>
public readonly record struct GetBalanceCommand : ICardCommand<GetBalanceCommand, BalanceReply>
{
    public static byte Ins => 0x42;

    public int Write(Span<byte> to) => CommandClass.Write(to, Ins, 0, 0);

    public static StatusWord Parse(in CommandApdu apdu, out GetBalanceCommand command)
    {
        command = default;
        return CommandClass.RequireEmpty(apdu, 0, 0);
    }

    public static BalanceReply? ParseReply(ReadOnlySpan<byte> reply) => BalanceReply.Read(reply);
}

/// <param name="Total">Sum of x, 64 bits: several coins may exceed 32.</param>
public sealed record BalanceReply(Amount Total, Currency Currency)
{
    public void Write(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Total, Total.Minor);
        writer.Write(WalletTag.Currency, Currency.Code);
    }

    public static BalanceReply? Read(ReadOnlySpan<byte> reply)
    {
        var r = new BerTlvReader(reply);
        var balance = new BalanceReply(new Amount(r.ReadUInt64(WalletTag.Total)), new Currency(r.ReadUInt16(WalletTag.Currency)));
        return r.Complete ? balance : null;
    }
}
