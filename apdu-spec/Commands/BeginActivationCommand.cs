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
        var r = new BerTlvReader(apdu.Data);
        var code = ActivationCode.Decode(r.Read(WalletTag.ActivationCode));
        r.Require(code is not null);
        command = new BeginActivationCommand(code!);
        return CommandClass.Check(apdu, 0, r);
    }

    public static PukReply? ParseReply(ReadOnlySpan<byte> reply) => PukReply.Decode(reply);

    public override string ToString() => "BEGIN ACTIVATION";
}

/// <summary>The PUK that the card has made.</summary>
/// <param name="Block">8 digits.</param>
public sealed record PukReply(byte[] Block) : IDataObject<PukReply>
{
    public void WriteFields(ref BerTlvWriter writer) => writer.Write(WalletTag.Puk, Block);

    public static PukReply ReadFields(ref BerTlvReader r)
    {
        var block = r.ReadBytes(WalletTag.Puk, Pin.BlockSize);
        r.Require(Pin.IsBlock(block));
        return new PukReply(block);
    }

    public override string ToString() => "PUK";
}
