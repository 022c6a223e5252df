namespace HierCash.Protocol.Commands;

/// <summary>
/// RENOUNCE ORDER: the account key signs that an order of that number can be shown no more (rule R27). Page: renounce-order.md.
/// </summary>
public readonly record struct RenounceOrderCommand(uint Number, Timestamp Date) : ICardCommand<RenounceOrderCommand, SignatureReply>
{
    public static byte Ins => 0x28;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[24]);
        data.Write(WalletTag.OrderNumber, Number);
        data.Write(WalletTag.Date, Date);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out RenounceOrderCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new RenounceOrderCommand(r.ReadUInt32(WalletTag.OrderNumber), r.ReadTimestamp(WalletTag.Date));
        return CommandClass.Check(apdu, 0, r);
    }

    public static SignatureReply? ParseReply(ReadOnlySpan<byte> reply) => SignatureReply.Decode(reply);
}
