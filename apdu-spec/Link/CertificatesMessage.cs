namespace HierCash.Protocol.Link;

/// <summary>Anyone to bank, bank or shop to issuer: which certificates there are.</summary>
public sealed record CertificatesMessage : ILinkRequest<CertificatesMessage, CertificatesReply>, IEmptyBody<CertificatesMessage>
{
    public static MessageType Type => MessageType.Certificates;
}

/// <summary>The scheme's certificates, which prove themselves.</summary>
/// <param name="Certificates">Of more than one message holds the newest are written.</param>
public sealed record CertificatesReply(IReadOnlyList<KeyCertificate> Certificates) : ILinkBody<CertificatesReply>
{
    /// <summary>What one frame holds with room to spare: more rotations than a scheme sees in its life.</summary>
    private const int Max = 4096;

    public static MessageType Type => MessageType.CertificatesReply;

    public static BodyLimit Limit => new(Max * KeyCertificate.MaxEncodedSize, Max);

    public int Room => Entries * KeyCertificate.MaxEncodedSize;

    public int Entries => Math.Min(Max, Certificates.Count);

    public void Write(ref BerTlvWriter writer) => writer.WriteAll(Certificates.TakeLast(Max));

    public static CertificatesReply? Read(ref BerTlvReader reader) => new(reader.ReadAll<KeyCertificate>(Max));
}
