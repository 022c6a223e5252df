namespace HierCash.Protocol.Commands;

/// <summary>VERIFY (ISO 7816-4, 11.6.6): the payment PIN or the holder PIN (P2, rule R11). Page: pin.md.</summary>
/// <param name="Block">8 bytes, or empty to ask whether the PIN is still wanted.</param>
public readonly record struct VerifyCommand(PinRole Role, byte[] Block) : ICardCommand<VerifyCommand, NoReply>
{
    public static byte Ins => 0x20;

    public int Write(Span<byte> to) => CommandApdu.WriteShort(to, CommandClass.Iso, Ins, 0x00, (byte)Role, Block, 0);

    public static StatusWord Parse(in CommandApdu apdu, out VerifyCommand command)
    {
        command = default;
        if (apdu.P1 != 0 || !Enum.IsDefined((PinRole)apdu.P2))
        {
            return StatusWord.IncorrectP1P2;
        }

        if (apdu.Data.Length is not (0 or Pin.BlockSize))
        {
            return StatusWord.WrongLength;
        }

        command = new VerifyCommand((PinRole)apdu.P2, apdu.Data.ToArray());
        return apdu.Data.IsEmpty || Pin.IsBlock(apdu.Data) ? StatusWord.Success : StatusWord.WrongData;
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);

    /// <summary>Never the PIN.</summary>
    public override string ToString() => "VERIFY";
}
