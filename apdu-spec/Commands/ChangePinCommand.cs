using HierCash.Protocol.Iso7816;

namespace HierCash.Protocol.Commands;

/// <summary>CHANGE REFERENCE DATA (ISO 7816-4, 11.6.8): old PIN, new PIN, 8 bytes each. Page: pin.md.</summary>
public readonly record struct ChangePinCommand(byte[] Old, byte[] New) : ICardCommand<ChangePinCommand, NoReply>
{
    public static byte Ins => 0x24;

    public int Write(Span<byte> to) =>
        CommandApdu.WriteShort(to, CommandClass.Iso, Ins, 0x00, Pin.Reference, [.. Old, .. New], 0);

    public static StatusWord Parse(in CommandApdu apdu, out ChangePinCommand command)
    {
        var status = PinPair.Parse(apdu, out var first, out var second);
        command = new ChangePinCommand(first, second);
        return status;
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);

    public override string ToString() => "CHANGE REFERENCE DATA";
}

/// <summary>RESET RETRY COUNTER (ISO 7816-4, 11.6.10): PUK, new PIN, 8 bytes each. Page: pin.md.</summary>
public readonly record struct UnblockPinCommand(byte[] Puk, byte[] New) : ICardCommand<UnblockPinCommand, NoReply>
{
    public static byte Ins => 0x2C;

    public int Write(Span<byte> to) =>
        CommandApdu.WriteShort(to, CommandClass.Iso, Ins, 0x00, Pin.Reference, [.. Puk, .. New], 0);

    public static StatusWord Parse(in CommandApdu apdu, out UnblockPinCommand command)
    {
        var status = PinPair.Parse(apdu, out var first, out var second);
        command = new UnblockPinCommand(first, second);
        return status;
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);

    public override string ToString() => "RESET RETRY COUNTER";
}

internal static class PinPair
{
    public static StatusWord Parse(in CommandApdu apdu, out byte[] first, out byte[] second)
    {
        first = [];
        second = [];
        if (apdu.P1 != 0 || apdu.P2 != Pin.Reference)
        {
            return StatusWord.IncorrectP1P2;
        }

        if (apdu.Data.Length != 2 * Pin.BlockSize)
        {
            return StatusWord.WrongLength;
        }

        first = apdu.Data[..Pin.BlockSize].ToArray();
        second = apdu.Data[Pin.BlockSize..].ToArray();
        return Pin.IsBlock(first) && Pin.IsBlock(second) ? StatusWord.Success : StatusWord.WrongData;
    }
}
