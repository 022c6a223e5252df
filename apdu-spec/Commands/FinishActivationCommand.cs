namespace HierCash.Protocol.Commands;

/// <summary>
/// FINISH ACTIVATION: the PUK that the card showed, typed back, and both PINs; all three are set in one transaction (rule R12). Page:
/// finish-activation.md.
/// </summary>
/// <param name="Puk">8 bytes, as the PINs.</param>
public readonly record struct FinishActivationCommand(byte[] Puk, byte[] PaymentPin, byte[] HolderPin)
    : ICardCommand<FinishActivationCommand, NoReply>
{
    public static byte Ins => 0x18;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[48]);
        data.Write(WalletTag.Puk, Puk);
        data.Write(WalletTag.PaymentPin, PaymentPin);
        data.Write(WalletTag.HolderPin, HolderPin);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out FinishActivationCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new FinishActivationCommand(
            r.ReadBytes(WalletTag.Puk, Pin.BlockSize), r.ReadBytes(WalletTag.PaymentPin, Pin.BlockSize),
            r.ReadBytes(WalletTag.HolderPin, Pin.BlockSize));

        // A till that is told the one PIN must not know the other.
        r.Require(Pin.IsBlock(command.Puk) && Pin.IsBlock(command.PaymentPin) && Pin.IsBlock(command.HolderPin)
            && !command.PaymentPin.AsSpan().SequenceEqual(command.HolderPin));
        return CommandClass.Check(apdu, 0, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);

    public override string ToString() => "FINISH ACTIVATION";
}
