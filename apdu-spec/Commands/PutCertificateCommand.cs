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
        var r = new BerTlvReader(apdu.Data);
        command = new PutCertificateCommand(r.Read<KeyCertificate>());
        return CommandClass.Check(apdu, 0, r);
    }

    public static NoReply? ParseReply(ReadOnlySpan<byte> reply) => NoReply.Parse(reply);
}
