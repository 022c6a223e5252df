namespace HierCash.Protocol.Commands;

/// <summary>
/// AUTHORISE LOST CARD: the account key signs, while the card is there, what its holder shows the bank when it is gone (hole 10). Page:
/// authorise-lost-card.md.
/// </summary>
public readonly record struct AuthoriseLostCardCommand(Timestamp Date) : ICardCommand<AuthoriseLostCardCommand, SignatureReply>
{
    public static byte Ins => 0x48;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[16]);
        data.Write(WalletTag.Date, Date);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out AuthoriseLostCardCommand command)
    {
        var r = new BerTlvReader(apdu.Data);
        command = new AuthoriseLostCardCommand(r.ReadTimestamp(WalletTag.Date));
        return CommandClass.Check(apdu, 0, r);
    }

    public static SignatureReply? ParseReply(ReadOnlySpan<byte> reply) => SignatureReply.Decode(reply);
}
