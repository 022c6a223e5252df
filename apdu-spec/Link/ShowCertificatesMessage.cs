namespace HierCash.Protocol.Link;

/// <summary>
/// Bank or shop to issuer: certificates of the issuer's own keys that it does not give any more. Its root key signed them; whose copy
/// lacks them is an older one (R27).
/// </summary>
/// <param name="Certificates">Of more than one message holds the first are written; at the next visit come further ones.</param>
public sealed record ShowCertificatesMessage(IReadOnlyList<KeyCertificate> Certificates)
    : ILinkRequest<ShowCertificatesMessage, ShowCertificatesReply>
{
    /// <summary>In one message.</summary>
    public const int Max = 64;

    public static MessageType Type => MessageType.ShowCertificates;

    public static BodyLimit Limit => new(Max * KeyCertificate.MaxEncodedSize, Max);

    public int Entries => Math.Min(Max, Certificates.Count);

    public void Write(ref BerTlvWriter writer) => writer.WriteAll(Certificates.Take(Max));

    public static ShowCertificatesMessage? Read(ref BerTlvReader reader) => new(reader.ReadAll<KeyCertificate>(Max));
}

public sealed record ShowCertificatesReply : IEmptyBody<ShowCertificatesReply>
{
    public static MessageType Type => MessageType.ShowCertificatesReply;
}
