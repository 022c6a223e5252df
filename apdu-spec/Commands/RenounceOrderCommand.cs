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
        data.Write(WalletTag.Date, Date.Microseconds);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out RenounceOrderCommand command)
    {
        command = default;
        if (apdu.P1 != 0 || apdu.P2 != 0)
        {
            return StatusWord.IncorrectP1P2;
        }

        var r = new BerTlvReader(apdu.Data);
        uint number = r.ReadUInt32(WalletTag.OrderNumber);
        command = new RenounceOrderCommand(number, new Timestamp(r.ReadUInt64(WalletTag.Date)));
        return CommandClass.Check(r);
    }

    public static SignatureReply? ParseReply(ReadOnlySpan<byte> reply) => SignatureReply.Read(reply);
}
