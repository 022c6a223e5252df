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

    public static BalanceReply? ParseReply(ReadOnlySpan<byte> reply) => BalanceReply.Decode(reply);
}

/// <param name="Total">Sum of x, 64 bits: several coins may exceed 32.</param>
public sealed record BalanceReply(Amount Total, Currency Currency) : IDataObject<BalanceReply>
{
    public void WriteFields(ref BerTlvWriter writer)
    {
        writer.Write(WalletTag.Total, Total.Minor);
        writer.Write(WalletTag.Currency, Currency);
    }

    public static BalanceReply ReadFields(ref BerTlvReader r) => new(r.ReadTotal(WalletTag.Total), r.ReadCurrency());
}
