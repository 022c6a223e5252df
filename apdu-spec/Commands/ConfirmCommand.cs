namespace HierCash.Protocol.Commands;

/// <summary>CONFIRM: the shop said OK; marks the receipt in the log and carries no security (hole 1). Page: confirm.md.</summary>
public readonly record struct ConfirmCommand(CoinId Coin, ushort Seq) : ICardCommand<ConfirmCommand, NoReply>
{
    public static byte Ins => 0x34;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[64]);
        data.Write(WalletTag.CoinId, Coin);
        data.Write(WalletTag.Seq, Seq);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out ConfirmCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new ConfirmCommand(r.ReadCoinId(), r.ReadUInt16(WalletTag.Seq));
        return CommandClass.Check(apdu, 0, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}
