namespace HierCash.Protocol.Commands;

/// <summary>RESTORE: the issuer's dead statement gives x back what was never settled (hole 4). Page: restore.md.</summary>
public readonly record struct RestoreCommand(NonSettlementStatement Statement) : ICardCommand<RestoreCommand, NoReply>
{
    public static byte Ins => 0x38;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[255]);
        Statement.Write(ref data);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out RestoreCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new RestoreCommand(r.Read<NonSettlementStatement>());
        return CommandClass.Check(apdu, 0, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}
