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
        command = default;
        if (apdu.P1 != 0 || apdu.P2 != 0)
        {
            return StatusWord.IncorrectP1P2;
        }

        if (NonSettlementStatement.Decode(apdu.Data) is not { } statement)
        {
            return StatusWord.WrongData;
        }

        command = new RestoreCommand(statement);
        return StatusWord.Success;
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}
