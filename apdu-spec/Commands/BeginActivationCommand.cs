namespace HierCash.Protocol.Commands;

/// <summary>
/// BEGIN ACTIVATION: the code of the bank's letter; the card makes a PUK and shows it, this once (rule R12). Page: begin-activation.md.
/// </summary>
public readonly record struct BeginActivationCommand(ActivationCode Code) : ICardCommand<BeginActivationCommand, PukReply>
{
    public static byte Ins => 0x16;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[32]);
        data.Write(WalletTag.ActivationCode, Code.Ascii);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out BeginActivationCommand command)
    {
        command = default;
        if (apdu.P1 != 0 || apdu.P2 != 0)
        {
            return StatusWord.IncorrectP1P2;
        }

        var r = new BerTlvReader(apdu.Data);
        if (ActivationCode.Decode(r.Read(WalletTag.ActivationCode)) is not { } code)
        {
            return StatusWord.WrongData;
        }

        command = new BeginActivationCommand(code);
        return CommandClass.Check(r);
    }

    public static PukReply? ParseReply(ReadOnlySpan<byte> reply) => PukReply.Read(reply);

    public override string ToString() => "BEGIN ACTIVATION";
}

/// <summary>The PUK that the card has made.</summary>
/// <param name="Block">8 digits.</param>
public sealed record PukReply(byte[] Block)
{
    public void Write(ref BerTlvWriter writer) => writer.Write(WalletTag.Puk, Block);

    public static PukReply? Read(ReadOnlySpan<byte> reply)
    {
        var r = new BerTlvReader(reply);
        var block = r.ReadBytes(WalletTag.Puk, Pin.BlockSize);
        return r.Complete && Pin.IsBlock(block) ? new PukReply(block) : null;
    }

    public override string ToString() => "PUK";
}
