namespace HierCash.Protocol.Commands;

/// <summary>
/// CHANGE REFERENCE DATA (ISO 7816-4, 11.6.8). Of the holder PIN: the old one and the new one, P1 00. Of the payment PIN: the new one
/// alone, P1 01; that is the holder's right (rule R11). Page: change-pin.md.
/// </summary>
/// <param name="Old">8 bytes; null for the payment PIN.</param>
/// <param name="New">8 bytes.</param>
public readonly record struct ChangePinCommand(PinRole Role, byte[]? Old, byte[] New) : ICardCommand<ChangePinCommand, NoReply>
{
    private const byte WithOld = 0x00;
    private const byte NewOnly = 0x01;

    public static byte Ins => 0x24;

    public static ChangePinCommand OfHolder(byte[] old, byte[] next) => new(PinRole.Holder, old, next);

    public static ChangePinCommand OfPayment(byte[] next) => new(PinRole.Payment, null, next);

    public int Write(Span<byte> to) =>
        CommandApdu.WriteShort(to, CommandClass.Iso, Ins, Old is null ? NewOnly : WithOld, (byte)Role, [.. Old ?? [], .. New], 0);

    public static StatusWord Parse(in CommandApdu apdu, out ChangePinCommand command)
    {
        command = default;
        if ((apdu.P1, apdu.P2) is not ((WithOld, (byte)PinRole.Holder) or (NewOnly, (byte)PinRole.Payment)))
        {
            return StatusWord.IncorrectP1P2;
        }

        int blocks = apdu.P1 == WithOld ? 2 : 1;
        if (apdu.Data.Length != blocks * Pin.BlockSize)
        {
            return StatusWord.WrongLength;
        }

        var next = apdu.Data[^Pin.BlockSize..];
        command = apdu.P1 == WithOld ? OfHolder(apdu.Data[..Pin.BlockSize].ToArray(), next.ToArray()) : OfPayment(next.ToArray());
        return Pin.IsBlock(apdu.Data[..Pin.BlockSize]) && Pin.IsBlock(next) ? StatusWord.Success : StatusWord.WrongData;
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);

    public override string ToString() => "CHANGE REFERENCE DATA";
}

/// <summary>RESET RETRY COUNTER (ISO 7816-4, 11.6.10) of the holder PIN: PUK, new holder PIN, 8 bytes each. Page: unblock-pin.md.</summary>
public readonly record struct UnblockPinCommand(byte[] Puk, byte[] New) : ICardCommand<UnblockPinCommand, NoReply>
{
    public static byte Ins => 0x2C;

    public int Write(Span<byte> to) => CommandApdu.WriteShort(to, CommandClass.Iso, Ins, 0x00, (byte)PinRole.Holder, [.. Puk, .. New], 0);

    public static StatusWord Parse(in CommandApdu apdu, out UnblockPinCommand command)
    {
        command = default;
        if (apdu.P1 != 0 || apdu.P2 != (byte)PinRole.Holder)
        {
            return StatusWord.IncorrectP1P2;
        }

        if (apdu.Data.Length != 2 * Pin.BlockSize)
        {
            return StatusWord.WrongLength;
        }

        command = new UnblockPinCommand(apdu.Data[..Pin.BlockSize].ToArray(), apdu.Data[Pin.BlockSize..].ToArray());
        return Pin.IsBlock(command.Puk) && Pin.IsBlock(command.New) ? StatusWord.Success : StatusWord.WrongData;
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);

    public override string ToString() => "RESET RETRY COUNTER";
}
