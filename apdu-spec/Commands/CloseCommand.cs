namespace HierCash.Protocol.Commands;

/// <summary>CLOSE: all of a coin to W0, and the coin is ended (hole 9, rule R24). Wants the holder PIN. Page: close.md.</summary>
/// <param name="Time">The wallet's clock; a moment at which the coin was good.</param>
public readonly record struct CloseCommand(byte Slot, Timestamp Time) : ICardCommand<CloseCommand, PayReply>
{
    public static byte Ins => 0x3C;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[16]);
        data.Write(WalletTag.Time, Time);
        return CommandClass.Write(to, Ins, Slot, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out CloseCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new CloseCommand(apdu.P1, r.ReadTimestamp(WalletTag.Time));
        return CommandClass.Check(apdu, apdu.P1, r);
    }

    public static PayReply? ParseReply(ReadOnlySpan<byte> reply) => PayReply.Decode(reply);
}
