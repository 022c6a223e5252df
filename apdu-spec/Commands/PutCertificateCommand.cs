namespace HierCash.Protocol.Commands;

/// <summary>PUT CERTIFICATE: PE_I, PS_I or a statement key, vouched for by the root key (hole 20). Page: put-certificate.md.</summary>
public readonly record struct PutCertificateCommand(KeyCertificate Certificate) : ICardCommand<PutCertificateCommand, NoReply>
{
    public static byte Ins => 0x14;

    public int Write(Span<byte> to)
    {
        var data = new BerTlvWriter(stackalloc byte[255]);
        Certificate.Write(ref data);
        return CommandClass.Write(to, Ins, 0, 0, data);
    }

    public static StatusWord Parse(in CommandApdu apdu, out PutCertificateCommand command)
    {
        command = default;
        if (apdu.P1 != 0 || apdu.P2 != 0)
        {
            return StatusWord.IncorrectP1P2;
        }

        if (KeyCertificate.Decode(apdu.Data) is not { } certificate)
        {
            return StatusWord.WrongData;
        }

        command = new PutCertificateCommand(certificate);
        return StatusWord.Success;
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}
